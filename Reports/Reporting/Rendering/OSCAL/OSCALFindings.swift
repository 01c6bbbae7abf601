internal import DRTesting
internal import Wire

/// Findings on objectives, and the risks that open findings of drills are.
///
/// One word, two things: a finding of OSCAL is a judgement on an objective; what a drill found to
/// be wrong, and no retest has shown to be put right, is a risk there.
struct OSCALFindings {
    private struct Risk {
        let row: PeriodReport.FindingRow
        let id: String
    }

    private let judgements: [OSCALJudgement]
    private let report: ComplianceReport
    private let ids: OSCALIdentity
    /// The ids of tests that have an observation.
    private let tests: Set<UInt64>
    private let risks: [Risk]

    init(
        _ judgements: [OSCALJudgement], report: ComplianceReport, ids: OSCALIdentity,
        tests: Set<UInt64>
    ) {
        self.judgements = judgements.filter { $0.outcome != nil }
        (self.report, self.ids, self.tests) = (report, ids, tests)
        risks = report.findings.filter(\.finding.isOpen).map { row in
            Risk(row: row, id: ids.uuid("risk", "\(row.finding.id)"))
        }
    }

    func writeRisks(to result: inout JSONWriter, tool: String) {
        result.listUnlessEmpty("risks", risks) { risk, row in
            write(risk, to: &row, tool: tool)
        }
    }

    private func write(_ risk: Risk, to row: inout JSONWriter, tool: String) {
        let finding = risk.row.finding
        let words = OSCALText.prose(finding.subject.words)
        let message = OSCALText.prose(finding.message)
        row.member("uuid", risk.id)
        row.words("title", "Finding \(finding.id): drills of \(words)")
        row.words(
            "description",
            "Seen in \(finding.occurrences.counted("drill")), first in test \(finding.openedBy), "
                + "last in test \(finding.lastTest)\(message.isEmpty ? "." : ": \(message)")")
        row.words(
            "statement",
            finding.verdict == .failed
                ? "Recovery did not go as it has to: in a disaster it may not either."
                : "Whether recovery goes as it has to was not seen.")
        row.properties([
            ("finding-id", "\(finding.id)"), ("state", risk.row.state.rawValue),
            ("verdict", "\(finding.verdict)"), ("occurrences", "\(finding.occurrences)"),
            ("age-days", "\(risk.row.ageDays)"),
        ])
        row.member("status", "open")
        row.origins(tool: tool)
        row.member("deadline", OSCALText.time(risk.row.dueTime))
        row.list("remediations", [risk.id]) { id, remediation in
            remediation.member("uuid", ids.uuid("remediation", "\(finding.id)"))
            remediation.member("lifecycle", "recommendation")
            remediation.words("title", "Put it right, and run the drill again")
            remediation.words(
                "description",
                "The finding closes when a drill of the same scenario and target passes that was "
                    + "asked for after the last one that did not.")
        }
        let seen = [finding.openedBy, finding.lastTest].filter { tests.contains($0) }
        writeObservations(Set(seen).sorted(), to: &row)
    }

    func writeFindings(to result: inout JSONWriter, tool: String) {
        let objectives = judgements.flatMap { judgement in
            judgement.control.oscalObjectiveIDs.map { (judgement: judgement, id: $0) }
        }
        result.listUnlessEmpty("findings", objectives) { objective, row in
            write(objective.judgement, on: objective.id, to: &row, tool: tool)
        }
    }

    private func write(
        _ judgement: OSCALJudgement, on objective: String, to row: inout JSONWriter, tool: String
    ) {
        guard let outcome = judgement.outcome else { return }
        let control = judgement.control
        row.member("uuid", ids.uuid("finding", "\(report.documentID) \(objective)"))
        row.words("title", "\(control.citation), objective \(objective)")
        row.words(
            "description",
            "\(OSCALText.prose(control.title)): \(OSCALText.prose(control.requirement))")
        row.properties(properties(of: judgement))
        row.origins(tool: tool)
        row.object("target") { target in
            target.member("type", "objective-id")
            target.member("target-id", objective)
            target.object("status") { status in
                status.member("state", outcome.state.rawValue)
                status.member("reason", outcome.reason)
                status.member("remarks", OSCALText.prose(outcome.words))
            }
        }
        writeObservations(judgement.evidence.filter { tests.contains($0) }, to: &row)
        row.listUnlessEmpty("related-risks", related(to: judgement)) { risk, related in
            related.member("risk-uuid", risk.id)
        }
        row.words(
            "remarks", "Not evidenced here: \(OSCALText.prose(control.notEvidencedHere)).")
    }

    private func properties(of judgement: OSCALJudgement) -> [OSCALProperty] {
        let own = judgement.rows.filter { $0.control.oscalControlID != nil }
        let mapped = judgement.mapped.map { row in
            OSCALProperty(name: "maps-to", value: row.control.citation, kind: row.status.token)
        }
        return own.map { OSCALProperty(name: "status", value: $0.status.rawValue) }
            + [OSCALProperty(name: "contribution", value: judgement.control.contribution.rawValue)]
            + mapped
    }

    /// Risks that drills of the scenarios of a control found.
    private func related(to judgement: OSCALJudgement) -> [Risk] {
        let scenarios = judgement.control.catalogScenarios
        return risks.filter { risk in
            CatalogScenario(scenarioID: 0, testType: risk.row.finding.testType)
                .map { scenarios.contains($0) } ?? false
        }
    }

    /// - Parameter tests: each has an observation.
    private func writeObservations(_ tests: [UInt64], to row: inout JSONWriter) {
        row.listUnlessEmpty("related-observations", tests) { test, related in
            related.member("observation-uuid", ids.uuid("observation", "\(test)"))
        }
    }
}
