internal import DRTesting
internal import Mustache
internal import Projections

extension PeriodReport {
    /// The report as one HTML file that needs nothing else.
    public func html() throws -> String {
        let text = String(decoding: PackageResources.period_mustache, as: UTF8.self)
        return try MustacheTemplate(string: text).render(PeriodPage(self))
    }
}

/// What the template shows. Everything is text already; the template escapes it.
private struct PeriodPage {
    let name: String
    let period: String
    let start: String
    let end: String
    let figures: [Figure]
    let hasRecommendations: Bool
    let recommendations: [String]
    let groups: [Group]
    let logID: String
    let position: String
    let root: String
    let seal: String
    let version: String

    struct Figure {
        let label: String
        let value: String
        let note: String
        let style: String
    }

    struct Group {
        let heading: String
        /// Empty if there is nothing to say.
        let note: String
        let runs: [RunSection]
    }

    init(_ report: PeriodReport) {
        name = report.name.printable()
        period = report.period.name
        start = String(RFC3339.text(report.period.start).prefix(10))
        end = String(RFC3339.text(report.period.end).prefix(10))
        figures = Self.figures(report.statistics)
        recommendations = report.recommendations.map { $0.printable() }
        hasRecommendations = !recommendations.isEmpty
        groups = Self.groups(report)
        logID = report.origin.logID
        position = String(report.origin.position)
        root = report.origin.root
        seal = Self.seal(report.origin)
        version = report.origin.toolVersion
    }

    private static func groups(_ report: PeriodReport) -> [Group] {
        var notes = report.runs.isEmpty ? ["No drill was run in this period."] : []
        if let words = report.uncountedWords {
            notes.append(
                report.otherRuns.isEmpty
                    ? "Left out: \(words), which are no drills."
                    : "Listed below, and in no figure: \(words).")
        }
        let drills = Group(
            heading: "Drills", note: notes.joined(separator: " "),
            runs: report.runs.map { RunSection($0) })
        if report.otherRuns.isEmpty { return [drills] }
        let others = Group(
            heading: "Proofs and chaos",
            note: "They show what a drill notices and what a storage system withstands. They are "
                + "no drills, and in no figure of this report.",
            runs: report.otherRuns.map { RunSection($0) })
        return [drills, others]
    }

    private static func seal(_ origin: PeriodReport.Origin) -> String {
        guard let size = origin.sealedSize else { return "No checkpoint has been signed yet." }
        return size == origin.position
            ? "All of it is sealed by a signed checkpoint."
            : "Sealed by a signed checkpoint up to position \(size)."
    }

    private static func figures(_ statistics: PeriodReport.Statistics) -> [Figure] {
        let rate = statistics.successRate.map { "\(ReportText.decimal($0)) %" } ?? "none"
        let style =
            switch statistics.successRate {
            case nil: ""
            case 100: "passed"
            default: "failed-text"
            }
        return [
            Figure(
                label: "Passed", value: rate,
                note: "\(statistics.completed) of \(statistics.total) drills", style: style),
            Figure(
                label: "Failed", value: "\(statistics.failed)",
                note: "\(statistics.notRecovered) not recovered",
                style: statistics.failed > 0 ? "failed-text" : ""),
            Figure(
                label: "Inconclusive", value: "\(statistics.inconclusive)",
                note: "\(statistics.cancelled) cancelled, \(statistics.running) running",
                style: statistics.inconclusive > 0 ? "inconclusive" : ""),
            Figure(
                label: "Mean RTO", value: ReportText.milliseconds(statistics.averageRTOMs),
                note: "of \(statistics.rtoCount) measured", style: ""),
            Figure(
                label: "Mean RPO", value: ReportText.milliseconds(statistics.averageRPOMs),
                note: "of \(statistics.rpoCount) measured", style: ""),
        ]
    }
}

/// Numbers as reports show them. What a log holds may be any number, and none may end the report.
enum ReportText {
    /// From here on digits say nothing, and whole numbers of 64 bits come to their end.
    private static let largest = 1e15

    static func milliseconds(_ value: Double?) -> String {
        guard let value else { return "unknown" }
        return abs(value) < largest
            ? Duration.milliseconds(Int64(value.rounded())).words : "\(value) ms"
    }

    static func microseconds(_ value: UInt64) -> String {
        if value < 1000 { return "\(value) µs" }
        if value < 100_000 { return "\(decimal(Double(value) / 1000)) ms" }
        return Duration.microseconds(Int64(clamping: value)).words
    }

    /// At most one decimal: the same text on every machine.
    static func decimal(_ value: Double) -> String {
        guard abs(value) < largest else { return "\(value)" }
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }

    static func style(_ verdict: Verdict) -> String {
        switch verdict {
        case .passed: "passed"
        case .failed: "failed-text"
        case .inconclusive: "inconclusive"
        case .none: "soft"
        }
    }
}
