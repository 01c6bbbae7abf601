import DRTesting
import Merkle

@testable import Reporting

/// Histories that are made up, around the week 2026-W48, in round numbers.
///
/// Ids of tests are multiples of ten: the event that ends test 40 is at position 49.
enum HistoryFixture {
    /// From Monday, 23 November 2026, up to but not with the Monday after it.
    static let week = Period(week: "2026-W48")!
    static let day: UInt64 = 86_400_000_000
    static let failover = "Failover Mechanism"
    static let staging = "staging"
    static let subject = Subject(scenario: failover, target: staging)

    enum Result {
        case passed, failed, inconclusive, cancelled, lost, aborted, timedOut
    }

    /// - Parameter days: since the week began; below 0: before it.
    static func time(_ days: Double) -> UInt64 {
        UInt64((Double(week.start) + days * Double(day)).rounded())
    }

    // MARK: Drills

    /// A run that ended. It was asked for ten minutes before.
    ///
    /// - Parameters:
    ///   - days: when it ended, in days since the week began.
    ///   - requested: when it was asked for, in the same days.
    ///   - settings: the first byte of the digest of its settings. So is `endpoints` of its target.
    static func drill(
        _ id: UInt64, _ result: Result = .passed, at days: Double, requested: Double? = nil,
        scenario: String = HistoryFixture.failover, target: String = HistoryFixture.staging,
        testType: String = "failover_mechanism", targetKind: String = "builtin",
        environment: String = "staging", purpose: String = "drill", rtoMs: UInt64? = 60_000,
        rtoTargetMs: UInt64? = 120_000, rpoMs: UInt64? = 0, rpoTargetMs: UInt64? = 60_000,
        settings: UInt8 = 1, endpoints: UInt8 = 1, toolVersion: String = "1.0.0",
        message: String? = nil
    ) -> DrillSummary {
        let end = DrillSummary.End(
            position: id + 9, time: time(days), status: status(result), verdict: verdict(result),
            ending: ending(result), rtoMs: rtoMs, rpoMs: rpoMs,
            rtoResolutionMs: rtoMs == nil ? nil : 100,
            message: message ?? (result == .passed ? "" : "a check did not pass"),
            stepsNotExecuted: [])
        let scenarioID = CatalogScenario.allCases.first { $0.testType == testType }?.scenarioID
        return DrillSummary(
            id: id, runKey: "run-\(id)", requestedAt: time(requested ?? days - 1 / 144),
            scenario: scenario, scenarioID: scenarioID ?? 0, testType: testType,
            settingsDigest: [settings] + [UInt8](repeating: 0, count: 31), target: target,
            targetKind: targetKind,
            targetDigest: [endpoints] + [UInt8](repeating: 0, count: 31),
            environment: environment, executedBy: "nightly", requestedBy: "ops",
            authorization: "", purpose: purpose, rtoTargetMs: rtoTargetMs,
            rpoTargetMs: rpoTargetMs, toolVersion: toolVersion, end: end)
    }

    /// A run that had not ended by the head.
    static func underWay(
        _ id: UInt64, requested days: Double, purpose: String = "drill"
    ) -> DrillSummary {
        DrillSummary(
            id: id, runKey: "run-\(id)", requestedAt: time(days), scenario: failover,
            scenarioID: 5, testType: "failover_mechanism", settingsDigest: [], target: staging,
            targetKind: "builtin", targetDigest: [], environment: "staging",
            executedBy: "nightly", requestedBy: "ops", authorization: "", purpose: purpose,
            rtoTargetMs: 120_000, rpoTargetMs: 60_000, toolVersion: "1.0.0", end: nil)
    }

    /// A run of the period, with what was measured in it.
    static func run(
        _ summary: DrillSummary, _ measure: (inout DrillMeasures) -> Void = { _ in }
    ) -> DrillRun {
        var measures = DrillMeasures()
        measures.startedAt = summary.requestedAt
        measure(&measures)
        let leaf = String(summary.end?.position ?? 0, radix: 16)
        return DrillRun(
            summary: summary, measures: measures,
            endLeaf: String(repeating: "0", count: 64 - leaf.count) + leaf, record: nil)
    }

    private static func status(_ result: Result) -> RunStatus {
        switch result {
        case .passed: .completed
        case .cancelled: .cancelled
        case .failed, .inconclusive, .lost, .aborted, .timedOut: .failed
        }
    }

    private static func verdict(_ result: Result) -> Verdict {
        switch result {
        case .passed: .passed
        case .failed, .aborted, .timedOut: .failed
        case .inconclusive, .lost: .inconclusive
        case .cancelled: .none
        }
    }

    private static func ending(_ result: Result) -> RunEnding {
        switch result {
        case .passed, .failed, .inconclusive: .finished
        case .cancelled: .cancelled
        case .lost: .lost
        case .aborted: .aborted
        case .timedOut: .timedOut
        }
    }

    /// A comparison of a hundred keys, of which some are damaged.
    static func ledger(
        _ subject: String = "final", at position: UInt64, lost: UInt64 = 0, stale: UInt64 = 0,
        corrupt: UInt64 = 0, resurrected: UInt64 = 0, unexpected: UInt64 = 0,
        indeterminate: UInt64 = 0
    ) -> DrillMeasures.Ledger {
        DrillMeasures.Ledger(
            subject: subject, position: position, acknowledged: 120, keys: 100,
            intact: 100 - lost - stale - corrupt - resurrected, lost: lost, stale: stale,
            corrupt: corrupt, resurrected: resurrected, unexpected: unexpected,
            indeterminate: indeterminate, bytesCompared: 204_800)
    }

    static func mark(_ name: String, at offsetUs: UInt64) -> MarkRecorded {
        var mark = MarkRecorded()
        (mark.mark, mark.offsetUs) = (name, offsetUs)
        return mark
    }

    // MARK: Rows that people keep

    /// - Parameters:
    ///   - interval: in days. So is `grace`.
    ///   - created: in days since the week began.
    ///   - ended: when it was disabled, in the same days; `nil`: it was not.
    static func cadence(
        _ id: UInt64 = 1, every interval: Double = 7, grace: Double = 1, created: Double = -70,
        scenario: String = HistoryFixture.failover, target: String = HistoryFixture.staging,
        isEnabled: Bool = true, ended: Double? = nil
    ) -> HistoryCatalog.Cadence {
        var definition = CadenceDefinition()
        (definition.id, definition.scenarioName, definition.targetName) = (id, scenario, target)
        definition.intervalMs = UInt64((interval * 86_400_000).rounded())
        definition.graceMs = UInt64((grace * 86_400_000).rounded())
        (definition.reason, definition.by) = ("the plan asks for it", "ops")
        return HistoryCatalog.Cadence(
            definition: definition, isEnabled: isEnabled && ended == nil,
            createdAt: time(created), endedAt: ended.map { time($0) }, position: 5000 + id)
    }

    /// - Parameter due: when the drill was due, in days since the week began.
    static func excuse(
        _ id: UInt64 = 1, due: Double, scenario: String = HistoryFixture.failover,
        target: String = HistoryFixture.staging, isEnabled: Bool = true
    ) -> HistoryCatalog.Excuse {
        var definition = ExcuseDefinition()
        (definition.id, definition.scenarioName, definition.targetName) = (id, scenario, target)
        (definition.dueTime, definition.reason) = (time(due), "the site is being moved")
        (definition.executor, definition.approver, definition.by) = ("ops", "auditor", "ops")
        return HistoryCatalog.Excuse(
            definition: definition, isEnabled: isEnabled, createdAt: time(due + 0.5),
            position: 6000 + id)
    }

    // MARK: Histories

    /// - Parameter judgedAt: in days since the week began; `nil`: the period is over.
    static func history(
        period: Period = HistoryFixture.week, runs: [DrillRun] = [],
        earlier: [DrillSummary] = [], underWay: [DrillSummary] = [],
        cadences: [HistoryCatalog.Cadence] = [], excuses: [HistoryCatalog.Excuse] = [],
        notes: [LogNote] = [], judgedAt: Double? = nil,
        catalog change: (inout HistoryCatalog) -> Void = { _ in }
    ) -> History {
        var catalog = HistoryCatalog()
        (catalog.cadences, catalog.excuses) = (cadences, excuses)
        change(&catalog)
        return History(
            period: period, origin: origin(runs, underWay, period: period),
            judgedAt: judgedAt.map { time($0) } ?? period.end, runs: runs, underWay: underWay,
            earlier: earlier, catalog: catalog, notes: notes)
    }

    private static func origin(
        _ runs: [DrillRun], _ underWay: [DrillSummary], period: Period
    ) -> ReportOrigin {
        let purposes = runs.map(\.summary.purpose)
        let known = ["drill", "proof", "chaos"].map { name in purposes.count { $0 == name } }
        return ReportOrigin(
            logID: "1a2b3c4d5e6f708192a3b4c5d6e7f809",
            logOrigin: "dr-testing.example/1a2b3c4d5e6f708192a3b4c5d6e7f809", head: 9000,
            generatedAt: period.end - 1,
            range: VerifiedRange(first: 1001, last: 9000, size: 9000, root: MerkleHash.leaf([1])),
            firstHeld: 1, toolVersion: "1.0.0",
            command: "dr-weekly-report --week 2026-W48 --as-of 9000",
            counts: ReportOrigin.Counts(
                events: 8000, runs: runs.count, drills: known[0], proofs: known[1],
                chaos: known[2], others: runs.count - known.reduce(0, +),
                underWay: underWay.count))
    }
}
