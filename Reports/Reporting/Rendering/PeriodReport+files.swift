public import DRTesting

extension PeriodReport: RenderableReport {
    public static let formats: [ReportFormat] = [.html, .pdf, .markdown, .csv, .json, .junit]

    public var type: String { period.kind.rawValue }

    public var kindWords: String { "\(type) report" }

    /// An incident is called by its test: `incident-1234`.
    public var baseName: String {
        let subject = incident.map { "\($0)" } ?? period.fileName
        return "\(type)-\(subject)"
    }

    public var isEmpty: Bool { !runs.contains { $0.summary.isDrill } }

    /// A drill that did not pass; and unless it is about one test, one that was overdue in the
    /// period, or is when it is judged, whenever its grace was over.
    public var isBreached: Bool {
        if statistics.passed < statistics.total { return true }
        let isOverdue = due.standings.contains { $0.overdueSince != nil }
        return incident == nil && (isOverdue || due.count(.overdue) > 0)
    }

    public var headline: String { summary.headline }

    /// - Parameter format: one of `formats`, and not PDF.
    public func parts(as format: ReportFormat) throws -> [RenderedFile] {
        switch format {
        case .html: [file("html", .html, Array(try html().utf8))]
        case .markdown:
            [
                file("md", .markdown, Array(markdown.utf8)),
                file("short.md", .markdown, Array(summaryMarkdown.utf8)),
            ]
        case .csv: csv
        case .json: [file("json", .json, json)]
        case .junit: [file("junit.xml", .junit, junit)]
        case .pdf, .oscal: []
        }
    }

    public func record() -> ReportGenerated {
        var event = ReportGenerated()
        (event.reportName, event.reportType) = (name, type)
        (event.periodStart, event.periodEnd) = (period.start, period.end)
        (event.totalTests, event.passedTests) = (
            UInt64(statistics.total), UInt64(statistics.passed)
        )
        event.failedTests = UInt64(statistics.failed)
        event.avgRtoMs = statistics.averageRTOMs.flatMap { UInt64(exactly: $0.rounded()) }
        event.avgRpoMs = statistics.averageRPOMs.flatMap { UInt64(exactly: $0.rounded()) }
        event.successRate = statistics.successRate
        event.testSummary =
            "\(statistics.passed) of \(statistics.total.counted("drill")) passed, "
            + "\(statistics.failed) failed, \(statistics.inconclusive) inconclusive"
        event.recommendations = recordedRecommendations
        event.position = origin.head
        return event
    }

    /// The test that an incident is about.
    private var incident: UInt64? {
        period.kind == .incident ? runs.first?.summary.id : nil
    }

    /// The first, since a record of the log holds no more than 64 KiB: the report has all.
    private var recordedRecommendations: [String] {
        var room = 16_384
        let sentences = recommendations.map { "\($0.rule): \($0.sentence)" }
        return Array(
            sentences.prefix { sentence in
                room -= sentence.utf8.count
                return room >= 0
            })
    }
}
