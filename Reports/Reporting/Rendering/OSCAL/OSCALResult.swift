internal import Wire

/// The one result of a document: what was looked at, what was observed, and what follows.
struct OSCALResult {
    let report: ComplianceReport
    let ids: OSCALIdentity
    /// The id of the resource that stands for the log.
    let log: String
    let judgements: [OSCALJudgement]
    let observations: OSCALObservations

    init(_ report: ComplianceReport, ids: OSCALIdentity, log: String) {
        (self.report, self.ids, self.log) = (report, ids, log)
        judgements = OSCALJudgement.all(of: report)
        observations = OSCALObservations(report, ids: ids, log: log)
    }

    private var tool: String { ids.uuid("tool", "dr-testing") }

    func write(to result: inout JSONWriter) {
        let findings = OSCALFindings(
            judgements, report: report, ids: ids, tests: observations.tests)
        result.member("uuid", ids.uuid("result", report.documentID))
        result.words("title", "Drills from \(start) up to \(end)")
        result.member("description", description)
        result.member("start", start)
        result.member("end", end)
        result.properties(counts)
        result.object("local-definitions") { writeDefinitions(to: &$0) }
        result.object("reviewed-controls") { writeReviewed(to: &$0) }
        observations.write(to: &result, tool: tool)
        findings.writeRisks(to: &result, tool: tool)
        findings.writeFindings(to: &result, tool: tool)
        result.member("remarks", remarks)
    }

    private var start: String { OSCALText.time(report.period.start) }
    private var end: String { OSCALText.time(report.period.end) }

    private var description: String {
        "Drills that ended in the period, and what they show of controls for the storage that was "
            + "tested. It is evidence for an assessment, and no statement that anybody complies."
    }

    private var counts: [(String, String?)] {
        let account = report.reconciliation
        return [
            ("drills-due", "\(account.scheduled)"), ("drills-on-time", "\(account.onTime)"),
            ("drills-late", "\(account.late)"), ("drills-overdue", "\(account.overdue)"),
            ("drills-excused", "\(account.excused)"), ("runs-in-log", "\(account.runsInLog)"),
            ("runs-counted", "\(account.runsCounted)"),
        ]
    }

    private func writeDefinitions(to definitions: inout JSONWriter) {
        definitions.listUnlessEmpty("components", observations.targets) { target, component in
            component.member("uuid", ids.uuid("component", target))
            component.member("type", "service")
            component.member("title", OSCALObservations.title(ofTarget: target))
            component.member("description", "Storage that drills were run against.")
            component.object("status") { $0.member("state", "operational") }
        }
        definitions.object("assessment-assets") { assets in
            assets.list("components", [tool]) { tool, component in
                component.member("uuid", tool)
                component.member("type", "software")
                component.words("title", "dr-testing")
                component.words(
                    "description", "Runs drills and keeps a log of them that shows any change.")
                component.properties([("tool-version", report.origin.toolVersion)])
                component.object("status") { $0.member("state", "operational") }
            }
            assets.list("assessment-platforms", [tool]) { tool, platform in
                platform.member("uuid", ids.uuid("platform", "dr-testing"))
                platform.words("title", "The programs that ran the drills and made this document")
                platform.list("uses-components", [tool]) { tool, row in
                    row.member("component-uuid", tool)
                }
            }
        }
    }

    /// All controls that were looked at, also those of which there is no finding.
    private func writeReviewed(to reviewed: inout JSONWriter) {
        reviewed.words(
            "description",
            "Controls of \(report.framework.title). Each is a property with its status; those of "
                + "NIST SP 800-53, or on the same evidence as one of them, are selected below.")
        reviewed.properties(
            report.matrix.map { row in
                OSCALProperty(
                    name: "reviewed-control", value: row.control.citation,
                    kind: row.status.token, remarks: OSCALText.prose(row.reason))
            })
        reviewed.name("control-selections")
        reviewed.array { selections in
            selections.object { selection in
                selection.list("include-controls", judgements) { judgement, row in
                    row.member("control-id", judgement.control.oscalControlID)
                }
            }
        }
        let objectives = judgements.flatMap(\.control.oscalObjectiveIDs)
        guard !objectives.isEmpty else { return }
        reviewed.name("control-objective-selections")
        reviewed.array { selections in
            selections.object { selection in
                selection.list("include-objectives", objectives) { objective, row in
                    row.member("objective-id", objective)
                }
            }
        }
    }

    private var remarks: String {
        let absent = judgements.filter { $0.outcome == nil }.map { judgement in
            "\(judgement.control.citation): \(OSCALText.prose(judgement.absence))"
        }
        let none =
            absent.isEmpty
            ? "There is a finding on every objective that was selected."
            : "There is no finding on the objectives of these, since this report does not show "
                + "enough of them:\n\n" + absent.map { "- \($0)\n" }.joined()
        return "A drill is a test, and its records can be examined. Nobody was interviewed.\n\n"
            + none
    }
}
