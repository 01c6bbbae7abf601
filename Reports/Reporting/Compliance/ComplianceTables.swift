internal import DRTesting

/// The tables of a compliance report, for its page and its Markdown.
struct ComplianceTables {
    /// So many rows of a list of runs are shown in a page: its files have them all.
    static let shownRuns = 250

    let report: ComplianceReport

    /// All statuses, also those that no control has.
    var tally: TextTable {
        TextTable(
            "Which controls have which status",
            [
                .init("Status"), .init("Controls", .number), .init("Which", .name),
                .init("What it means", .words),
            ], of: report.tally
        ) { tally in
            let controls = report.matrix.filter { $0.status == tally.status }.map(\.control.id)
            return [
                .init(tally.status.mark), .number(tally.count),
                .init(controls.isEmpty ? "none" : controls.joined(separator: ", ")),
                .init(Self.meaning(of: tally.status)),
            ]
        }
    }

    static func meaning(of status: ComplianceReport.Status) -> String {
        switch status {
        case .integrityFailed:
            """
            The log does not fit together: nothing in it can be relied on. No report is made of \
            such a log, so there is never one here.
            """
        case .contradicted:
            """
            The last judged drill of some scenario and target failed, or a finding of one that \
            failed is open.
            """
        case .overdue:
            """
            A drill is overdue, or the last success is longer ago than the text allows. The last \
            success counts, not the last run.
            """
        case .partlyCovered:
            "Drills passed, but a part of what the control needs is not in this report."
        case .supported:
            """
            Drills of its scenarios passed, the last of each among them, and every fact that the \
            catalogue asks for was recorded.
            """
        case .notCovered: "No drill that passed in the period says anything about it."
        }
    }

    /// Facts that nothing records.
    var unrecorded: TextTable {
        TextTable(
            "Facts that the catalogue asks for and nothing records",
            [.init("Fact", .name), .init("Why", .words)], of: report.unrecorded
        ) { [.code($0.fact.rawValue), .init($0.reason)] }
    }

    var coverage: TextTable {
        TextTable(
            "Drills month by month: what happened, and how many were judged",
            [TextTable.Column("Scenario and target", .name)]
                + report.coverage.months.map { TextTable.Column(Self.title(ofMonth: $0)) },
            of: report.coverage.rows
        ) { row in
            let cells = zip(row.marks, row.counts).map { mark, count -> TextTable.Cell in
                .init(mark: ResultMark(mark), count: count, lines: [])
            }
            return [TextTable.Cell.subject(row.subject)] + cells
        }
    }

    /// `Nov 2026`, which fits above a narrow column in two lines.
    private static func title(ofMonth name: String) -> String {
        let names = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let parts = name.split(separator: "-")
        guard parts.count == 2, let month = Int(parts[1]), (1...12).contains(month) else {
            return name
        }
        return "\(names[month - 1]) \(parts[0])"
    }

    var standings: TextTable {
        TextTable(
            "What cadences ask for, and how they stand",
            [
                .init("Scenario and target", .name), .init("A success is due", .words),
                .init("Last success", .date), .init("Next due", .date), .init("Standing", .words),
            ], of: report.standings
        ) { standing in
            [
                .subject(standing.subject),
                .init(standing.cadenceWords, standing.reason),
                .time(standing.lastSuccess), .time(standing.dueTime), Self.state(of: standing),
            ]
        }
    }

    private static func state(of standing: DueStanding) -> TextTable.Cell {
        if !standing.isEnabled { return .init("disabled") }
        guard let since = standing.overdueSince else { return .init("not overdue") }
        return .init(
            ResultMark.overdue(), "since \(ReportText.moment(since))")
    }

    var objectives: TextTable {
        TextTable(
            "Objectives in force at the last drill, and how drills did against them",
            [
                .init("Scenario and target", .name), .init("Objective", .name),
                .init("At most", .number), .init("Drills", .number), .init("Met", .number),
                .init("Missed", .number), .init("Unknown", .number), .init("Median", .number),
                .init("Worst", .number),
            ], of: report.objectives
        ) { row in
            [
                .subject(row.subject), .init(row.title), Self.limits(of: row),
                .number(row.drills), .number(row.met), .number(row.missed), .number(row.unknown),
                .duration(ms: row.medianMs), .duration(ms: row.worstMs),
            ]
        }
    }

    private static func limits(of row: ComplianceReport.ObjectiveRow) -> TextTable.Cell {
        let earlier = row.earlierLimitsMs.map { ReportText.milliseconds($0) }
        let limit = row.limitMs.map { ReportText.milliseconds($0) } ?? "none"
        return earlier.isEmpty
            ? .init(limit) : .init(limit, "earlier: \(earlier.joined(separator: ", "))")
    }

    var changes: TextTable {
        TextTable(
            "What was changed in the period",
            [
                .init("When", .date), .init("What", .name), .init("Change", .words),
                .init("By", .name), .init("Event", .number),
            ], of: report.changes
        ) { change in
            let by = change.by.isEmpty ? "not recorded" : change.by
            return [
                .time(change.time), .init(change.kind), .init(change.words), .init(by),
                .number(change.position),
            ]
        }
    }
}
