internal import DRTesting

// What goes on from this period into the next.

extension PeriodPage {
    var findings: PageSection {
        let table = PageTable(
            "Findings that are open, or that were opened or closed in the period",
            [
                .text("Finding"), .name("Scenario"), .text("State"), .words("What was seen"),
                .date("Opened"), .number("Age"), .date("To be closed by"),
                .short("Closed by"),
            ],
            report.findings.map { cells(of: $0) })
        return PageSection(
            id: "findings", title: "Findings",
            lead: "A finding is opened by a drill that did not pass, and closed only by a later "
                + "one of the same scenario on the same target that does.",
            body: report.findings.isEmpty ? nil : table.html,
            absence: "None is open, and none was opened or closed in the period.")
    }

    private func cells(of row: PeriodReport.FindingRow) -> [Markup] {
        let finding = row.finding
        let seen: Markup =
            finding.occurrences < 2
            ? "" : "<small>seen \(finding.occurrences) times, last in \(link(finding))</small>"
        let closing: Markup =
            if let test = finding.closedBy, let time = finding.closedAt {
                "\(tests.link(test))<small>\(ReportText.day(time))</small>"
            } else {
                "not closed"
            }
        return [
            "\(finding.id)", name(finding.subject), row.stateMark.html,
            "\(finding.message)\(seen)",
            "\(ReportText.day(finding.openedAt))<small>\(tests.link(finding.openedBy))</small>",
            "\(row.ageDays.counted("day"))", "\(ReportText.day(row.dueTime))", closing,
        ]
    }

    private func link(_ finding: FindingRecord) -> Markup { tests.link(finding.lastTest) }

    // MARK: Changes

    var changes: PageSection {
        let table = PageTable(
            "What was changed in the period, in the order of the log",
            [
                .date("When (UTC)"), .text("What"), .words("Change"), .text("By"),
                .number("Event"),
            ],
            report.changes.map { change -> [Markup] in
                [
                    "\(ReportText.moment(change.time))", "\(change.kind)", "\(change.words)",
                    "\(change.by)", "\(change.position)",
                ]
            })
        return PageSection(
            id: "changes", title: "Changes",
            lead: "After a change, earlier drills say less: repeat them.",
            body: report.changes.isEmpty ? nil : table.html,
            absence: "No settings, versions, endpoints, objectives, schedules, cadences or excuses "
                + "were changed in the period, and the log says nothing of itself.")
    }

    // MARK: What was not run

    var notRun: PageSection {
        let table = PageTable(
            "What was due and not run, what came to no proper end, and what is no drill",
            [
                .date("When (UTC)"), .text("What"), .name("Scenario"), .words("Why"),
                .short("Test"), .number("Event"),
            ],
            report.notRun.map { row -> [Markup] in
                let event = row.position.map { "\($0)" } ?? ""
                return [
                    "\(ReportText.moment(row.time))", Self.mark(of: row).html, name(row.subject),
                    "\(row.reason)", row.test.map { tests.link($0) } ?? "none", "\(event)",
                ]
            })
        return PageSection(
            id: "not-run", title: "Not run, and why", label: "Not run",
            lead: "Nothing is dropped from a total without standing here.",
            body: report.notRun.isEmpty ? nil : table.html,
            absence: "Everything that was due was run, every run came to its end, and all of them "
                + "were drills.")
    }

    private static func mark(of row: PeriodReport.NotRun) -> ResultMark {
        switch row.kind {
        case "overdue": .overdue()
        case "excused": .excused()
        case "cancelled": .cancelled()
        case "aborted", "lost", "not started": .failed(row.kind)
        default: .none(row.kind)
        }
    }

    // MARK: What comes next

    var next: PageSection {
        let table = PageTable(
            "Drills that are due soon, as of \(ReportText.moment(report.judgedAt)) UTC",
            [
                .name("Scenario"), .date("Due (UTC)"), .text("State"), .text("How often"),
                .date("Last success"), .words("Why so often"),
            ],
            report.next.map { standing -> [Markup] in
                [
                    name(standing.subject), "\(ReportText.moment(standing.dueTime))",
                    mark(of: standing).html, "\(standing.cadenceWords)", success(of: standing),
                    "\(standing.reason)",
                ]
            })
        return PageSection(
            id: "next", title: "What comes next", label: "Next",
            body: report.next.isEmpty ? nil : table.html,
            absence: report.due.standings.isEmpty
                ? "No cadence is kept, so nothing says what is due: keep one for each scenario "
                    + "and target that matters."
                : "No cadence asks for a drill within a week, or within so long a time as the "
                    + "period is.")
    }

    private func mark(of standing: DueStanding) -> ResultMark {
        if standing.overdueSince != nil { return .overdue() }
        return standing.dueTime < report.judgedAt ? .late("late") : .none("due")
    }

    private func success(of standing: DueStanding) -> Markup {
        guard let time = standing.lastSuccess else { return "none known" }
        let test = standing.lastSuccessTest.map { tests.link($0) } ?? ""
        return "\(ReportText.day(time))<small>\(test)</small>"
    }
}
