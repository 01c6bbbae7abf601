public import DRTesting

extension ComplianceReport: RenderableReport {
    public static let formats: [ReportFormat] = [.html, .pdf, .markdown, .csv, .json, .oscal]

    public var type: String { "compliance" }

    public var kindWords: String { "\(type) report for \(framework.rawValue)" }

    public var name: String { "\(framework.title), \(period.name)" }

    public var baseName: String { "compliance-\(framework.rawValue)-\(period.fileName)" }

    public var isEmpty: Bool { !population.contains { $0.summary.isDrill } }

    public var isBreached: Bool {
        matrix.contains { [.integrityFailed, .contradicted, .overdue].contains($0.status) }
    }

    /// How many controls have which status.
    public var headline: String {
        let parts = tally.filter { $0.count > 0 }.map { "\($0.count) \($0.status.rawValue)" }
        return "\(matrix.count.counted("control")): \(parts.joined(separator: ", "))"
    }

    /// - Parameter format: one of `formats`, and not PDF.
    public func parts(as format: ReportFormat) throws -> [RenderedFile] {
        switch format {
        case .html: [file("html", .html, Array(try html().utf8))]
        case .markdown: [file("md", .markdown, Array(markdown.utf8))]
        case .csv: csv
        case .json: [file("json", .json, json)]
        case .oscal: [file("oscal.json", .oscal, oscal)]
        case .pdf, .junit: []
        }
    }

    public func record() -> ReportGenerated {
        let judged = population.filter(\.isCounted).map(\.summary)
        let passed = judged.count(where: \.isPassed)
        var event = ReportGenerated()
        (event.reportName, event.reportType) = (name, type)
        (event.periodStart, event.periodEnd) = (period.start, period.end)
        (event.totalTests, event.passedTests) = (UInt64(judged.count), UInt64(passed))
        event.failedTests = UInt64(judged.count { $0.result == .failed })
        event.successRate =
            judged.isEmpty ? nil : Double(passed) * 100 / Double(judged.count)
        event.testSummary = headline
        (event.position, event.framework) = (origin.head, framework.rawValue)
        return event
    }
}
