extension ComplianceReport {
    /// Its tables: controls, the population that a sample may be drawn from, the drills that were
    /// due, findings, how the cadences stand, and what their columns mean.
    public var csvTables: [CSVTable] {
        CSVTable.withDictionary([
            CSVTable("controls", matrix, Self.controlColumns),
            CSVTable("population", population, Self.populationColumns), .due(due),
            .findings(findings), .cadences(standings),
        ])
    }

    /// The tables as files: `compliance-soc2-2026-Q4-controls.csv`.
    public var csv: [RenderedFile] { csvFiles(csvTables) }

    private static var controlColumns: [CSVColumn<ControlRow>] {
        [
            .text("framework", "The document that the control is of.") { $0.control.framework },
            .text("version", "The version of that document.") { $0.control.version },
            .text("control", "The id of the control there.") { $0.control.id },
            .text("title", "What it is called, in short.") { $0.control.title },
            .text("requirement", "What it asks for, in other words than its own.") {
                $0.control.requirement
            },
            .text("cadence", "How often its text asks for it.") { $0.control.cadence },
            .text("scenarios", "Whose drills are evidence for it.") {
                $0.control.scenarios.joined(separator: "; ")
            },
            .text("contribution", "How much a drill answers of it: direct, partial, supporting.") {
                $0.control.contribution.rawValue
            },
            .text("status", "What the log says of it.") { $0.status.rawValue },
            .text("reason", "Why, in one sentence.") { $0.reason },
            .count("runs", "Drills that were judged in the period.") { $0.runs },
            .count("passed", "Those that passed.") { $0.passed },
            .text("facts", "Facts of evidence that are there.") { row in
                row.facts.map(\.rawValue).joined(separator: "; ")
            },
            .text("missing_facts", "Facts that it needs and that are not there.") { row in
                row.missingFacts.map(\.rawValue).joined(separator: "; ")
            },
            .text("evidence", "Ids of tests, the newest first; at most ten.") { row in
                row.evidence.map { "\($0)" }.joined(separator: "; ")
            },
            .time("last_success", "When a drill last succeeded.") { $0.lastSuccess },
            .text("not_evidenced_here", "What no drill can show of it.") {
                $0.control.notEvidencedHere
            },
        ]
    }

    private static var populationColumns: [CSVColumn<PopulationRow>] {
        let counting: [CSVColumn<PopulationRow>] = [
            .flag("counted", "Whether it is evidence.") { $0.isCounted },
            .text("exclusion", "Why it is not.") { $0.exclusion },
            .text("last_leaf_sha256", "SHA-256 of the leaf of the event that ended it.") {
                $0.endLeaf
            },
        ]
        let run = CSVColumn<DrillSummary>.run.map { column in
            column.of { (row: PopulationRow) in row.summary }
        }
        return run + counting
    }
}
