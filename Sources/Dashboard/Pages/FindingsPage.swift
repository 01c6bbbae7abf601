internal import DRTesting

/// What drills found to be wrong: what is open first.
struct FindingsPage {
    let shell: Shell
    let headline: String
    let hasFindings: Bool
    let findings: [Finding]

    struct Finding {
        let scenario: String
        let error: String?
        let status: String
        let tone: String
        let verdict: String
        let target: String
        let environment: String
        let seen: String
        let lastTest: String
        let opened: String
        let openedBy: String
        let openFor: String
        let closed: String
        let closedBy: String?
    }

    /// - Parameter rows: the newest first.
    init(_ rows: [Row], now: UInt64, _ shell: Shell) {
        self.shell = shell
        let open = rows.filter { $0.text("status") == "open" }
        let closed = rows.filter { $0.text("status") != "open" }
        findings = (open + closed).map { Finding($0, now: now) }
        hasFindings = !findings.isEmpty
        headline =
            open.isEmpty ? "Nothing is known to be wrong" : "\(open.count.counted("finding")) open"
    }
}

extension FindingsPage.Finding {
    fileprivate init(_ row: Row, now: UInt64) {
        let isOpen = row.text("status") == "open"
        scenario = row.text("scenario")
        error = row.words("error_message")
        status = row.text("status")
        tone = isOpen ? "bad" : "good"
        verdict = row.words("verdict") ?? "none"
        (target, environment) = (row.text("target"), row.text("environment"))
        let occurrences = row.id("occurrences") ?? 0
        seen = occurrences == 1 ? "once" : "\(occurrences) times"
        lastTest = String(row.id("last_seen_in_test") ?? 0)
        opened = Words.moment(row.time("opened_at"))
        openedBy = String(row.id("opened_by_test") ?? 0)
        openFor = row.time("opened_at").map { Words.ago($0, now: now) } ?? ""
        closed = Words.moment(row.time("closed_at"))
        closedBy = row.id("closed_by_test").map { String($0) }
    }
}
