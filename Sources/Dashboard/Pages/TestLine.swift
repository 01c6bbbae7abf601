/// A test as a line of a table.
struct TestLine {
    let id: String
    let scenario: String
    /// `nil` for a drill.
    let purpose: String?
    let by: String
    let verdict: String
    let style: String
    let target: String
    let environment: String
    let rto: String
    let rtoLimit: String
    let rtoTone: String
    let rpo: String
    let rpoLimit: String
    let rpoTone: String
    let began: String
    let took: String

    /// - Parameter row: of `dr_tests`.
    init(_ row: Row) {
        id = String(row.id("id") ?? 0)
        scenario = row.text("scenario")
        purpose = row.text("purpose") == "drill" ? nil : row.words("purpose")
        by = row.text("executed_by")
        (verdict, style) = Self.verdict(of: row)
        target = row.text("target")
        environment = row.text("environment")
        let isOver = row.time("end_time") != nil
        (rto, rtoLimit, rtoTone) = Self.measure("rto", row, isOver: isOver)
        (rpo, rpoLimit, rpoTone) = Self.measure("rpo", row, isOver: isOver)
        began = Words.moment(row.time("start_time") ?? row.time("created_at"))
        took = Self.took(row)
    }

    /// The word and the style: of one that is not judged, its status.
    static func verdict(of row: Row) -> (word: String, style: String) {
        let status = row.text("status")
        switch status {
        case "running", "pending": return (status, "running")
        case "cancelled": return (status, "none")
        default:
            let verdict = row.words("verdict") ?? "none"
            return (verdict == "none" ? "not judged" : verdict, verdict)
        }
    }

    static func isRunning(_ row: Row) -> Bool {
        ["running", "pending"].contains(row.text("status"))
    }

    /// One that was called off says nothing.
    static func isJudged(_ row: Row) -> Bool {
        !isRunning(row) && !["", "none"].contains(row.text("verdict"))
    }

    private static func measure(
        _ name: String, _ row: Row, isOver: Bool
    ) -> (words: String, limit: String, tone: String) {
        let value = row.number("\(name)_actual_ms")
        let limit = row.number("\(name)_target_ms")
        let words = value == nil && (limit == nil || !isOver) ? "" : Words.span(value)
        let allowed = limit.map { "of \(Words.span($0))" } ?? ""
        return (words, words.isEmpty ? "" : allowed, Words.tone(value, limit: limit))
    }

    private static func took(_ row: Row) -> String {
        guard let start = row.time("start_time"), let end = row.time("end_time"), end >= start
        else { return "" }
        return "took \(Words.span(Double(end - start) / 1000))"
    }
}
