internal import DRTesting

/// What an auditor draws samples from.
extension ComplianceTables {
    var population: TextTable {
        TextTable(
            "Runs that ended in the period, in the order of their ends",
            [
                .init("Test", .number), .init("Ended", .date),
                .init("Scenario and target", .name), .init("Result"),
                .init("Recovery time", .number), .init("Data loss", .number),
                .init("By", .name), .init("Counted"),
            ], of: report.population, limit: Self.shownRuns
        ) { row in
            let drill = row.summary
            return [
                .number(drill.id), .time(drill.end?.time),
                .subject(drill.subject, "\(drill.environment), \(drill.targetKind)"),
                Self.result(of: drill),
                .measured(ms: drill.end?.rtoMs, limit: drill.rtoTargetMs),
                .measured(ms: drill.end?.rpoMs, limit: drill.rpoTargetMs), Self.actors(of: drill),
                row.isCounted ? .init("yes") : .init("no", row.exclusion),
            ]
        }
    }

    private static func result(of drill: DrillSummary) -> TextTable.Cell {
        let mark = ResultMark(drill.result)
        guard let ending = drill.end?.ending, ending != .finished else { return .init(mark) }
        return .init(mark, "\(ending)")
    }

    private static func actors(of drill: DrillSummary) -> TextTable.Cell {
        drill.requestedBy.isEmpty
            ? .init(drill.executedBy) : .init(drill.executedBy, "for \(drill.requestedBy)")
    }

    /// Counts that must agree, each counted for itself.
    var identities: TextTable {
        let counts = report.reconciliation
        let excluded = counts.excluded.map(\.count)
        return TextTable(
            "Counts that must agree",
            [.init("Identity", .words), .init("Numbers", .words), .init("Result")],
            of: [
                (
                    "drills that cadences asked for = on time + late + overdue + excused",
                    "\(counts.scheduled) = \(counts.onTime) + \(counts.late) + "
                        + "\(counts.overdue) + \(counts.excused)", counts.isDueReconciled
                ),
                (
                    "runs in the log = runs in this report + excluded",
                    "\(counts.runsInLog) = \(counts.runsCounted) + \(excluded.reduce(0, +))",
                    counts.areRunsReconciled
                ),
                (
                    "times that schedules came due = runs started + not started",
                    "\(counts.fires) = \(counts.firesStarted) + \(counts.firesRefused)",
                    counts.areFiresReconciled
                ),
            ]
        ) { identity, numbers, holds in
            let mark: ResultMark = holds ? .passed("holds") : .failed("fails")
            return [.init(identity), .init(numbers), .init(mark)]
        }
    }

    var exclusions: TextTable {
        TextTable(
            "Runs that are in the log and in no figure of this report",
            [.init("Why", .words), .init("Runs", .number)], of: report.reconciliation.excluded
        ) { [.init($0.reason), .number($0.count)] }
    }

    var findings: TextTable {
        TextTable(
            "Findings that are open, or were opened or closed in the period",
            [
                .init("Finding", .number), .init("Scenario and target", .name),
                .init("State"), .init("Opened", .date), .init("Seen", .number),
                .init("Due", .date), .init("Retest", .words), .init("Owner", .name),
            ], of: report.findings
        ) { row in
            let finding = row.finding
            return [
                .number(finding.id), .subject(finding.subject, finding.message),
                .init(row.stateMark, row.ageDays.counted("day")),
                .init(ReportText.day(finding.openedAt), "by test \(finding.openedBy)"),
                .init("\(finding.occurrences)", "last in test \(finding.lastTest)"),
                .init(ReportText.day(row.dueTime)), Self.retest(of: finding), .blank,
            ]
        }
    }

    private static func retest(of finding: FindingRecord) -> TextTable.Cell {
        guard let test = finding.closedBy else { return .init("none that passed") }
        let day = finding.closedAt.map { "on \(ReportText.day($0))" } ?? ""
        return .init("closed by test \(test)", day)
    }

    var excuses: TextTable {
        TextTable(
            "Drills that were due and not run, and who accepts that",
            [
                .init("Excuse", .number), .init("Scenario and target", .name),
                .init("Was due", .date), .init("Reason", .words), .init("Executor", .name),
                .init("Approver", .name), .init("Recorded", .date),
            ], of: report.excuses
        ) { excuse in
            let definition = excuse.definition
            let state = excuse.isEnabled ? "" : "disabled: it excuses nothing"
            return [
                .number(definition.id),
                .subject(
                    Subject(scenario: definition.scenarioName, target: definition.targetName)),
                .time(definition.dueTime),
                .init(definition.reason, state),
                .init(definition.executor), .init(definition.approver),
                .init(
                    ReportText.moment(excuse.createdAt),
                    "event \(excuse.position), by \(definition.by)"),
            ]
        }
    }

    /// Digests are those of leaves of the tree: of a zero byte and the event as it is stored.
    var manifest: TextTable {
        TextTable(
            "Evidence: each drill that counts, by the event that ended it, and when that was "
                + "recorded",
            [
                .init("Evidence", .date), .init("Scenario and target", .name),
                .init("Events", .date),
                .init("SHA-256 of the last one's leaf, and its proof in a bundle", .words),
            ], of: report.manifest, limit: Self.shownRuns
        ) { item in
            [
                .init(item.id, "test \(item.test)"),
                .subject(item.subject, "by \(item.collectedBy)"),
                .init(
                    "\(item.firstPosition) to \(item.lastPosition)",
                    ReportText.moment(item.collectedAt)),
                .init(lines: [item.digest, item.proof], isCode: true),
            ]
        }
    }

    var notes: TextTable {
        TextTable(
            "What the log says of itself in the period",
            [.init("When", .date), .init("Event", .number), .init("What", .words)],
            of: report.statement.notes
        ) { [.time($0.time), .number($0.position), .init($0.words)] }
    }
}
