internal import DRTesting

// Every run, and some of them in depth.

extension PeriodPage {
    var runs: PageSection {
        let table = PageTable(
            "All runs that ended in the period or were under way, of all purposes",
            [
                .short("Test"), .name("Scenario"), .date("Ended (UTC)"), .text("Result"),
                .number("Recovery time"), .number("Data lost"), .text("Run by"),
                .words("Remarks"),
            ],
            rows: report.runs.map { row in
                PageTable.Row(id: "run-\(row.summary.id)", cells(of: row))
            })
        return PageSection(
            id: "runs", title: "All runs", label: "Runs",
            lead: "Whoever draws a sample draws from these. Only drills that ended and were not "
                + "called off are in the figures.",
            body: report.runs.isEmpty ? nil : table.html,
            absence: "No run ended in the period, and none was under way.")
    }

    private func cells(of row: PeriodReport.RunRow) -> [Markup] {
        let (drill, end) = (row.summary, row.summary.end)
        let ending: Markup =
            if let end, end.ending != .finished, end.status != .cancelled {
                "<small>\(end.ending.description)</small>"
            } else {
                ""
            }
        var remarks: [String] = row.isCounted ? [] : ["In no figure: \(row.exclusion)."]
        if let message = end?.message, !message.isEmpty { remarks.append(message) }
        let missing = end?.stepsNotExecuted ?? []
        if !missing.isEmpty {
            remarks.append("Not executed: \(missing.joined(separator: ", ")).")
        }
        return [
            inDepth.contains(drill.id) ? tests.link(drill.id) : "test \(drill.id)",
            "\(name(drill.subject))<small>\(drill.environment), \(drill.purpose)</small>",
            Markup(text: end.map { ReportText.moment($0.time) } ?? "not ended"),
            "\(ResultMark(drill.result).html)\(ending)",
            end == nil ? "" : time(end?.rtoMs, of: drill.rtoTargetMs),
            end == nil ? "" : time(end?.rpoMs, of: drill.rpoTargetMs),
            "\(drill.executedBy)", "\(remarks.joined(separator: " "))",
        ]
    }

    private var inDepth: Set<UInt64> { Set(report.details.map(\.id)) }

    /// What was recorded of each run, not only what came of it.
    ///
    /// - Throws: if a template of this program cannot be read.
    func runsInDepth() throws -> PageSection {
        var body = Markup()
        var linked: Set<UInt64> = []
        for record in report.details {
            let section = RunSection(record, isLinked: linked.insert(record.id).inserted)
            body += Markup(trusted: try ReportTemplates.render(section, as: "run"))
        }
        let lead = isIncident ? "" : "Drills that did not pass, as they were recorded."
        return PageSection(
            id: "depth", title: isIncident ? "The run" : "Runs in depth", label: "In depth",
            lead: lead, body: body.isEmpty ? nil : body, absence: absenceOfDepth)
    }

    private var absenceOfDepth: String {
        let statistics = report.statistics
        if isIncident { return "The events of the run are not at hand." }
        if statistics.total == 0 { return "No drill was judged in the period." }
        return statistics.passed == statistics.total
            ? "Every judged drill passed, so there is none to look into."
            : "The events of the drills that did not pass are not at hand."
    }
}
