extension PeriodReport {
    /// Its tables: every run, findings, the drills that were due, and what their columns mean.
    public var csvTables: [CSVTable] {
        CSVTable.withDictionary([
            CSVTable("runs", runs, Self.runColumns), .findings(findings), .due(due.due),
        ])
    }

    /// The tables as files: `weekly-2026-W48-runs.csv`.
    public var csv: [RenderedFile] { csvFiles(csvTables) }

    private static var runColumns: [CSVColumn<RunRow>] {
        let counting: [CSVColumn<RunRow>] = [
            .flag("counted", "Whether it is in the figures.") { $0.isCounted },
            .text("exclusion", "Why it is not.") { $0.exclusion },
        ]
        let run = CSVColumn<DrillSummary>.run.map { column in
            column.of { (row: RunRow) in row.summary }
        }
        return run + counting
    }
}
