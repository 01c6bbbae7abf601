internal import DRTesting

/// The tables of what was found, what follows and what is next.
extension MarkdownPeriodTables {
    var integrity: TextTable {
        TextTable(
            "Data at the ends of drills",
            [
                Self.subject, .init("Drills", .number), .init("Expected", .number),
                .init("Intact", .number), .init("Missing", .number),
                .init("Differing", .number), .init("Resurrected", .number),
                .init("Unexpected", .number), .init("Of unknown outcome", .number),
                .init("Not compared", .number),
            ], of: report.integrity
        ) { row in
            func keys(_ count: UInt64) -> TextTable.Cell {
                row.known(count).map { .number($0) } ?? .init("unknown")
            }
            return [
                .subject(row.subject), .number(row.drills), keys(row.expected),
                keys(row.intact), keys(row.missing), keys(row.differing),
                keys(row.resurrected), keys(row.unexpected), keys(row.unchecked),
                .number(row.notCompared),
            ]
        }
    }

    var degradation: TextTable {
        TextTable(
            "Service before, during and after faults",
            [
                .init("Test", .number), Self.subject, .init("Phase"),
                .init("Operations", .number), .init("Served", .number),
                .init("Deferred", .number), .init("Refused", .number), .init("Failed", .number),
                .init("Available", .number), .init("p50", .number), .init("p99", .number),
                .init("Breaker", .words),
            ], of: report.degradation
        ) { row in
            [
                .number(row.test), .subject(row.subject), .init(row.phase),
                .number(row.operations), .number(row.served), .number(row.deferred),
                .number(row.refused), .number(row.failed),
                .percent(row.availability), .latency(us: row.p50Us), .latency(us: row.p99Us),
                .init(row.breaker.joined(separator: ", ")),
            ]
        }
    }

    var benchmarks: TextTable {
        TextTable(
            "Benchmarks against their baseline",
            [
                .init("Test", .number), Self.subject, .init("Measure", .name),
                .init("Value", .number), .init("Baseline", .number), .init("Ratio", .number),
                .init("Limit", .number), .init("Result"),
            ], of: report.benchmarks
        ) { row in
            let baseline = row.baseline.map { "\(ReportText.decimal($0)), of \(row.baselineCount)" }
            let ratio = row.ratio.map { ReportText.thousandths($0) }
            return [
                .number(row.test), .subject(row.subject), .init(row.measure),
                .number("\(ReportText.decimal(row.value)) \(row.unit)"),
                .number(baseline ?? "none"), .number(ratio ?? "none"), .decimal(row.limit),
                Self.result(row),
            ]
        }
    }

    private static func result(_ row: PeriodReport.BenchmarkRow) -> TextTable.Cell {
        switch row.passed {
        case true?: .init(ResultMark.passed("met"))
        case false?: .init(ResultMark.failed("missed"))
        case nil: .init(row.limit == nil ? ResultMark.none("no limit") : .inconclusive())
        }
    }

    var unstable: TextTable {
        TextTable(
            "Drills that change their result with the same settings",
            [
                Self.subject, .init("Runs", .number), .init("Switches", .number),
                .init("Of all that are possible", .number), .init("Last switch", .date),
                .init("Tests", .words),
            ], of: report.unstable
        ) { row in
            [
                .subject(row.subject), .number(row.runs), .number(row.switches),
                .number(ReportText.percent(row.share)), .time(row.lastSwitch),
                .init(Self.list(row.tests)),
            ]
        }
    }

    static func list(_ numbers: [UInt64]) -> String {
        numbers.map { "\($0)" }.joined(separator: ", ")
    }

    var findings: TextTable {
        TextTable(
            "Findings",
            [
                .init("Finding", .number), Self.subject, .init("State"), .init("Seen", .number),
                .init("Opened", .date), .init("Due", .date), .init("Retest", .words),
            ], of: report.findings
        ) { row in
            let finding = row.finding
            let retest = finding.closedBy.map { "test \($0)" } ?? "none yet"
            return [
                .number(finding.id), .subject(finding.subject, finding.message),
                .init(row.stateMark, row.ageDays.counted("day")),
                .init("\(finding.occurrences)", "last in test \(finding.lastTest)"),
                .init(ReportText.moment(finding.openedAt), "by test \(finding.openedBy)"),
                .time(row.dueTime), .init(retest),
            ]
        }
    }

    var recommendations: TextTable {
        TextTable(
            "Recommendations",
            [
                .init("Rule"), .init("Severity"), .init("What to do", .words),
                .init("Events that show it", .words), .init("Controls", .words),
            ], of: report.recommendations
        ) { row in
            [
                .init(row.rule), .init(row.severity.rawValue), .init(row.sentence),
                .init(Self.list(row.evidence)), .init(row.controls.joined(separator: ", ")),
            ]
        }
    }

    var changes: TextTable {
        TextTable(
            "Changes",
            [
                .init("When", .date), .init("What", .name), .init("Change", .words),
                .init("By", .name), .init("Event", .number),
            ], of: report.changes
        ) { change in
            [
                .time(change.time), .init(change.kind), .init(change.words), .init(change.by),
                .number(change.position),
            ]
        }
    }

    var notRun: TextTable {
        TextTable(
            "Not run, and why",
            [
                .init("What", .name), Self.subject, .init("When", .date), .init("Why", .words),
                .init("Test", .number), .init("Event", .number),
            ], of: report.notRun
        ) { row in
            [
                .init(row.kind), .subject(row.subject), .time(row.time), .init(row.reason),
                .position(row.test), .position(row.position),
            ]
        }
    }

    var next: TextTable {
        TextTable(
            "Due next",
            [
                Self.subject, .init("Due", .date), .init("A success is due", .words),
                .init("Last success", .date), .init("Standing"),
            ], of: report.next
        ) { standing in
            [
                .subject(standing.subject), .time(standing.dueTime),
                .init(standing.cadenceWords, standing.reason), .time(standing.lastSuccess),
                Self.state(of: standing),
            ]
        }
    }

    private static func state(of standing: DueStanding) -> TextTable.Cell {
        guard let since = standing.overdueSince else { return .init("not overdue") }
        return .init(ResultMark.overdue(), "since \(ReportText.moment(since))")
    }

    var runs: TextTable {
        TextTable(
            "Every run that ended in the period or was under way",
            [
                .init("Test", .number), .init("Ended", .date), Self.subject,
                .init("Purpose"), .init("Result"), .init("RTO", .number),
                .init("RPO", .number), .init("In the figures"),
            ], of: report.runs
        ) { row in
            let (drill, message) = (row.summary, row.summary.end?.message ?? "")
            return [
                .number(drill.id), .time(drill.end?.time, orElse: "not yet"),
                .subject(drill.subject, drill.environment), .init(drill.purpose),
                .init(ResultMark(drill.result), message),
                .measured(ms: drill.end?.rtoMs, limit: drill.rtoTargetMs),
                .measured(ms: drill.end?.rpoMs, limit: drill.rpoTargetMs),
                row.isCounted ? .init("yes") : .init("no", row.exclusion),
            ]
        }
    }
}
