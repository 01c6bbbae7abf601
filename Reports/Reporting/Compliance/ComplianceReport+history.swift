internal import DRTesting

extension ComplianceReport {
    /// What a history says of the controls of a framework. The same history gives the same report.
    public init(_ history: History, framework: Framework) {
        let book = DrillBook(history)
        let evidence = EvidenceBook(book)
        let matrix = ControlCatalog.controls(of: framework).map { evidence.row(of: $0) }
        let population = history.runs.map { PopulationRow($0) }
        let manifest = EvidenceItem.all(of: book.judged)
        let summaries = book.drills.map(\.summary)
        self.init(
            documentID: Self.documentID(history, framework), framework: framework,
            period: history.period, origin: history.origin, judgedAt: history.judgedAt,
            targets: Self.names(summaries.map(\.target)),
            environments: Self.names(summaries.map(\.environment)),
            tally: Self.tally(matrix), matrix: matrix, coverage: Coverage(book),
            population: population,
            reconciliation: Reconciliation(population, due: book.due, in: history),
            due: book.due.due, objectives: ObjectiveRow.all(of: book.judged),
            changes: PeriodReport.Change.all(book), findings: PeriodReport.FindingRow.all(book),
            excuses: Self.excuses(book), standings: book.due.standings,
            statement: IntegrityStatement(book, manifest: manifest), manifest: manifest,
            executors: Self.names(summaries.flatMap { [$0.executedBy, $0.requestedBy] }),
            unrecorded: ControlCatalog.unrecorded)
    }

    /// `CR-soc2-2026-Q4-1a2b3c4d`: the beginning of the id of the log tells two logs apart.
    private static func documentID(_ history: History, _ framework: Framework) -> String {
        "CR-\(framework.rawValue)-\(history.period.fileName)-\(history.origin.logID.prefix(8))"
    }

    private static func tally(_ matrix: [ControlRow]) -> [Tally] {
        Status.allCases.map { status in
            Tally(status: status, count: matrix.count { $0.status == status })
        }
    }

    /// In order, each once, without those that nobody gave.
    private static func names(_ names: [String]) -> [String] {
        Set(names).filter { !$0.isEmpty }.sorted()
    }

    /// Of drills that were due in the period, or that are accounted for in it.
    private static func excuses(_ book: DrillBook) -> [HistoryCatalog.Excuse] {
        let used = Set(book.due.due.compactMap(\.excuseID))
        return book.history.catalog.excuses.filter { excuse in
            used.contains(excuse.definition.id)
                || book.period.contains(excuse.definition.dueTime)
        }
    }
}
