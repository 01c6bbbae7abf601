extension PeriodReport {
    /// The report as one HTML file that needs nothing else.
    ///
    /// - Throws: if a template of this program cannot be read.
    public func html() throws -> String {
        let frame = ReportFrame(
            title: "\(name), \(period.name)", documentID: documentID, origin: origin)
        return try frame.page(body: PeriodPage(self).body().html)
    }
}

/// What a period report says, in the order in which it is read: whether the period was good, what
/// is to be decided, how each scenario did, why, and from where all that is known.
struct PeriodPage {
    let report: PeriodReport
    let tests: TestReferences

    init(_ report: PeriodReport) {
        self.report = report
        tests = TestReferences(report)
    }

    /// The report of an incident is one run in depth.
    var isIncident: Bool { report.period.kind == .incident }

    /// - Throws: if a template of this program cannot be read.
    func body() throws -> Markup {
        let depth = try runsInDepth()
        let found = isIncident ? [depth] : sections + [depth]
        let absences = PageSection.absences(of: found)
        let shown = found.filter { $0.body != nil } + [absences, method, origin].compactMap { $0 }
        var body = titleBlock(contents: shown)
        for section in shown { body += section.html }
        return body
    }

    private var sections: [PageSection] {
        [
            decisions, scorecard, coverage, recovery, parts, successes, trends, integrity,
            degradation, benchmarks, unstable, findings, changes, notRun, next, runs,
        ]
    }

    // MARK: What many sections have

    /// The name of a row.
    func name(_ subject: Subject) -> Markup {
        "\(subject.scenario)<small>on \(subject.target)</small>"
    }

    /// A measured time with what is allowed below it.
    func time(_ value: UInt64?, of limit: UInt64?) -> Markup {
        let allowed = limit.map { "of \(Self.words($0)) allowed" } ?? "no objective"
        return "\(Self.words(value))<small>\(allowed)</small>"
    }

    static func words(_ milliseconds: UInt64?) -> String {
        ReportText.milliseconds(milliseconds.map { Double($0) })
    }
}

/// How the tests of a page are referred to: by a link where the page tells more of them.
struct TestReferences {
    private static let most = 12

    private let detailed: Set<UInt64>
    private let listed: Set<UInt64>

    init(_ report: PeriodReport) {
        detailed = Set(report.details.map(\.id))
        let isIncident = report.period.kind == .incident
        listed = isIncident ? [] : Set(report.runs.map(\.summary.id))
    }

    func link(_ test: UInt64) -> Markup {
        if detailed.contains(test) { return "<a href=\"#test-\(test)\">test \(test)</a>" }
        if listed.contains(test) { return "<a href=\"#run-\(test)\">test \(test)</a>" }
        return "test \(test)"
    }

    func links(_ tests: [UInt64]) -> Markup {
        let shown = tests.prefix(Self.most).map { link($0) }.joined(by: ", ")
        let rest = tests.count - Self.most
        return rest > 0 ? "\(shown) and \(rest) more" : shown
    }

    /// Positions of events.
    static func events(_ positions: [UInt64]) -> Markup {
        let shown = positions.prefix(most).map { position -> Markup in "<code>\(position)</code>" }
        let rest = positions.count - most
        let list = shown.joined(by: ", ")
        return rest > 0 ? "\(list) and \(rest) more" : list
    }
}
