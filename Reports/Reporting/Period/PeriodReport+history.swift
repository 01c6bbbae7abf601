extension PeriodReport {
    /// The report of a history, and of nothing else.
    ///
    /// - Parameter name: for people; `nil`: what its period is called.
    public init(_ history: History, name: String? = nil) {
        let book = DrillBook(history)
        let statistics = Statistics(book)
        let (findings, trends) = (FindingRow.all(book), Trend.all(book))
        let (benchmarks, breakdowns) = (BenchmarkRow.all(book), Breakdown.all(book))
        let recommendations = Recommendations.all(
            book, findings: findings, trends: trends, benchmarks: benchmarks)
        let summary = Summary(
            book, statistics, findings: findings, recommendations: recommendations)
        let shown = history.drills.map(\.summary) + history.underWay.filter(\.isDrill)
        self.init(
            documentID: Self.documentID(history),
            name: name ?? "Disaster recovery, \(history.period.kind.rawValue) report",
            period: history.period, origin: history.origin, judgedAt: history.judgedAt,
            targets: Set(shown.map(\.target)).sorted(),
            environments: Set(shown.map(\.environment)).sorted(), summary: summary,
            statistics: statistics, scorecard: Score.all(book), calendar: Calendar(book),
            recoveryTimes: RecoveryStrip.all(book), breakdowns: breakdowns,
            successes: SuccessRow.all(book), trends: trends, integrity: IntegrityRow.all(book),
            degradation: DegradationRow.all(book), benchmarks: benchmarks,
            unstable: UnstableRow.all(book), findings: findings,
            recommendations: recommendations, changes: Change.all(book),
            notRun: NotRun.all(book), next: Self.next(book), due: book.due,
            runs: RunRow.all(history), details: Self.details(history))
    }

    /// The period, or the test of an incident, and the beginning of the id of the log.
    private static func documentID(_ history: History) -> String {
        let isIncident = history.period.kind == .incident
        let test = isIncident ? history.runs.first?.summary.id : nil
        let period = test.map { "incident-\($0)" } ?? history.period.fileName
        return "DR-\(period)-\(history.origin.logID.prefix(8))"
    }

    /// Due within a week of the end of the period, or within the length of the period if that is
    /// longer; what is late or overdue first.
    private static func next(_ book: DrillBook) -> [DueStanding] {
        let length = max(book.period.end - book.period.start, 7 * 86_400_000_000)
        let end = book.period.end.addingClamped(length)
        return book.due.standings.filter { $0.isEnabled && $0.dueTime < end }.sorted {
            ($0.dueTime, $0.subject, $0.cadenceID) < ($1.dueTime, $1.subject, $1.cadenceID)
        }
    }

    /// Drills alone, unless the report is about one run, whatever that is for.
    private static func details(_ history: History) -> [RunRecord] {
        let isIncident = history.period.kind == .incident
        return history.runs.filter { isIncident || $0.summary.isDrill }.compactMap(\.record)
    }
}
