import DRTesting

@testable import Reporting

/// Drills as the control catalogue counts them.
extension HistoryFixture {
    static let backup = "Backup and Restore"

    /// A run of a built-in scenario in which every fact was recorded that a drill can record.
    static func run(
        of scenario: CatalogScenario, _ id: UInt64, _ result: Result = .passed, at days: Double,
        target: String = "staging", targetKind: String = "builtin",
        environment: String = "staging", facts: Set<EvidenceFact> = Set(EvidenceFact.allCases)
    ) -> DrillRun {
        let summary = drill(
            of: scenario, id, result, at: days, target: target, targetKind: targetKind,
            environment: environment)
        return run(summary) { measures in
            measures.facts = facts
            measures.clockSource = "chrony"
            measures.endpoints = [EndpointUsed()]
        }
    }

    static func drill(
        of scenario: CatalogScenario, _ id: UInt64, _ result: Result = .passed, at days: Double,
        target: String = "staging", targetKind: String = "builtin",
        environment: String = "staging"
    ) -> DrillSummary {
        let summary = drill(
            id, result, at: days, scenario: scenario.builtinName, target: target,
            testType: scenario.testType, targetKind: targetKind, environment: environment)
        return summary.counted(as: scenario.scenarioID)
    }
}

extension DrillSummary {
    /// The same drill of the scenario with another id.
    func counted(as scenarioID: UInt64) -> DrillSummary {
        DrillSummary(
            id: id, runKey: runKey, requestedAt: requestedAt, scenario: scenario,
            scenarioID: scenarioID, testType: testType, settingsDigest: settingsDigest,
            target: target, targetKind: targetKind, targetDigest: targetDigest,
            environment: environment, executedBy: executedBy, requestedBy: requestedBy,
            authorization: authorization, purpose: purpose, rtoTargetMs: rtoTargetMs,
            rpoTargetMs: rpoTargetMs, toolVersion: toolVersion, end: end)
    }
}

extension ComplianceReport {
    /// The row of a control, by the name of its document and its own.
    func row(_ id: String, of document: String = "NIST SP 800-53") -> ControlRow? {
        matrix.first { $0.control.framework == document && $0.control.id == id }
    }
}
