internal import DRTesting

/// The sections of a period report in Markdown, in the order of its page.
struct MarkdownPeriodSections {
    let report: PeriodReport

    private var tables: MarkdownPeriodTables { MarkdownPeriodTables(report: report) }

    /// Of an incident the one run in depth, as in its page: the period is no longer than that.
    var all: [TextSection] {
        let isIncident = report.period.kind == .incident
        let ofPeriod = isIncident ? [] : state + figures + consequences + [runs]
        return ofPeriod + [method] + report.details.map(details)
    }

    private func section(_ title: String, _ blocks: TextBlock...) -> TextSection {
        TextSection(id: "", title: title, blocks: blocks)
    }

    private var state: [TextSection] {
        [
            section(
                "Scorecard",
                .table(
                    tables.scorecard, orElse: "No drill is known, and no cadence asks for any.")),
            section(
                "Coverage",
                .table(tables.calendar, orElse: "No drill ended in these weeks."),
                .paragraph(
                    "\(PeriodReport.Calendar.marksInWords). A week shows the worst of what "
                        + "happened in it, and how many drills were judged.")),
            section(
                "Recovery times",
                .table(tables.recoveryTimes, orElse: "No recovery time is known."),
                .table(tables.points, orElse: "None was measured in the period.")),
            section(
                "Recovery time in its parts",
                .table(tables.breakdowns, orElse: "No recovery can be divided.")),
        ]
    }

    private var figures: [TextSection] {
        [
            section("Success", .table(tables.successes, orElse: "No drill was judged.")),
            section("Trends", .table(tables.trends, orElse: "No recovery time is known.")),
            section(
                "Data integrity",
                .table(tables.integrity, orElse: "No drill compared its data.")),
            section(
                "Degradation and breaker",
                .table(tables.degradation, orElse: "No drill recorded its phases.")),
            section(
                "Benchmarks", .table(tables.benchmarks, orElse: "No benchmark was run.")),
            section(
                "Unstable drills",
                .table(tables.unstable, orElse: "No drill changed its result back and forth.")),
        ]
    }

    private var consequences: [TextSection] {
        [
            section(
                "Findings",
                .table(
                    tables.findings,
                    orElse: "No finding is open, and none was opened or closed in the period.")),
            section(
                "Recommendations",
                .table(tables.recommendations, orElse: "No rule asks for anything.")),
            section("Changes", .table(tables.changes, orElse: "Nothing was changed.")),
            section(
                "Not run, and why",
                .table(tables.notRun, orElse: "Everything that was due or asked for was run.")),
            section(
                "Due next",
                .table(
                    tables.next,
                    orElse: report.due.standings.isEmpty
                        ? "No cadence asks for any drill."
                        : "No cadence asks for a drill within a week, or within so long a time as "
                            + "the period is.")),
        ]
    }

    private var runs: TextSection {
        section("All runs", .table(tables.runs, orElse: "No run ended, and none was under way."))
    }

    private var method: TextSection {
        section(
            "Method", .facts(PeriodReport.methodNotes.map { (name: $0.title, value: $0.text) }))
    }

    // MARK: A run in depth

    private func details(of run: RunRecord) -> TextSection {
        let shown = RunSection(run)
        var sentences = [
            "\(shown.verdict), asked for at \(shown.requested), on \(shown.target), "
                + "\(shown.environment), by \(shown.by)."
        ]
        for sentence in [shown.purposeNote, shown.error, shown.splitWords] {
            if let sentence, !sentence.isEmpty { sentences.append(sentence) }
        }
        var blocks = sentences.map { TextBlock.paragraph($0) }
        blocks.append(.table(Self.objectives(of: shown), orElse: "No objective was judged."))
        blocks.append(.table(Self.steps(of: shown), orElse: "No step was taken."))
        blocks += shown.comparisons.map { TextBlock.paragraph($0) }
        return TextSection(
            id: "test-\(shown.id)", title: "Test \(shown.id): \(shown.scenario)", blocks: blocks)
    }

    private static func objectives(of run: RunSection) -> TextTable {
        TextTable(
            "Objectives",
            [
                .init("Objective", .name), .init("Measured", .number), .init("At most", .number),
                .init("Result"),
            ], of: run.objectives
        ) { objective in
            [
                .init(objective.name, objective.complaint ?? ""), .number(objective.measured),
                .number(objective.limit), .init(objective.result),
            ]
        }
    }

    private static func steps(of run: RunSection) -> TextTable {
        TextTable(
            "Steps",
            [
                .init("Step", .name), .init("Component", .name), .init("Verdict"),
                .init("Took", .number),
            ], of: run.steps
        ) { step in
            [
                .init(step.name, step.complaint ?? ""), .init(step.component), .init(step.verdict),
                .number(step.took),
            ]
        }
    }
}
