import DRTesting
import FaultProxy
import ResilientStorage
import Testing

@testable import Engine

/// From what a run has learned of a failover to its times. Times in milliseconds after the fault
/// became effective.
struct FailoverRecoveryTests {
    /// Down until the secondary takes over at 3000; back on the primary from 14,000 on.
    private static let load: [OperationSample] = {
        var load = Load()
        load.add(0..<3000, .failed)
        load.add(3000..<12_000, .served)
        load.add(12_000..<14_000, .refused)
        load.add(14_000..<24_000, .served)
        return load.samples
    }()

    private static func facts(takeovers: [LedgerComparison]) -> RunFacts.State {
        var facts = RunFacts.State()
        var fault = RunFacts.FaultFact(name: "outage", effective: Load.zero, passedBefore: 0)
        fault.ending = FaultEnding(reason: .lifted, ended: Load.at(10_000))
        facts.faults = [fault]
        let changes: [(Failover.State, Failover.State, Int)] = [
            (.primary, .switchingOver, 2000), (.switchingOver, .secondary, 3000),
            (.secondary, .failingBack, 12_000), (.failingBack, .primary, 14_000),
        ]
        for (from, to, time) in changes {
            facts.note(.failover(from: from, to: to, epoch: 1, at: Load.at(time)))
        }
        facts.note(.reconciled(Reconciliation(), at: Load.at(13_500)))
        facts.failover.takeovers = takeovers
        return facts
    }

    /// Of one key, which the secondary has or not.
    private static func takeover(isWhole: Bool) -> LedgerComparison {
        let objects = SyntheticObjects(seed: 1, bytes: 64)
        let keys = KeySpace(prefix: "", count: 1)
        var book = LedgerBook(keys: 1)
        let write = book.begin(.creation, of: 0, at: Load.at(-900))
        book.end(write, as: .served, at: Load.at(-895))
        let body = objects.body(of: 0, sequence: write.sequence)
        return LedgerComparison(
            book.expectations(), stored: isWhole ? [keys.names[0]: StoredObject(body)] : [:],
            keys: keys, objects: objects)
    }

    private func measured(takeovers: [LedgerComparison]) async throws -> Recovery? {
        let folder = TemporaryDirectory()
        let rig = try await BoardRig(directory: folder.path)
        for sample in Self.load {
            rig.workload.history.add(OperationNote(sample: sample, key: "key", detail: ""))
        }
        let evidence = Evidence(
            facts: Self.facts(takeovers: takeovers), workload: rig.workload, probes: rig.probes,
            system: rig.system, end: Load.at(24_000), stableFor: .seconds(1))
        let recovery = evidence.failoverAndFailback()
        await rig.system.stop()
        withExtendedLifetime(folder) {}
        return recovery
    }

    @Test func aTakeoverOfEverythingHasItsTime() async throws {
        let recovery = try #require(try await measured(takeovers: [Self.takeover(isWhole: true)]))
        #expect(recovery.recoveryTime == .milliseconds(3005))
        #expect(recovery.times[.failoverTime] == .milliseconds(3005))
    }

    @Test func aTakeoverWithoutWhatWasAcknowledgedIsJudgedByTheRecoveryPoint() async throws {
        let damaged = Self.takeover(isWhole: false)
        let recovery = try #require(try await measured(takeovers: [damaged]))
        #expect(recovery.recoveryTime != nil)
        let verdicts = [1000, 1].map { limit in
            let objectives = Objectives([
                Objective(.recoveryPoint, limit: .milliseconds(limit))
            ])
            return recovery.results(for: objectives).map(\.verdict)
        }
        #expect(verdicts == [[.passed], [.failed]])
    }

    @Test func aTakeoverThatWasNotComparedLeavesTheLossUnknown() async throws {
        let recovery = try #require(try await measured(takeovers: []))
        #expect(recovery.recoveryPoint == nil)
        let objectives = Objectives([Objective(.recoveryPoint, limit: .seconds(60))])
        #expect(recovery.results(for: objectives).map(\.verdict) == [.inconclusive])
        // With the comparison it is known: one write, up to the impact.
        let damaged = try #require(
            try await measured(takeovers: [Self.takeover(isWhole: false)]))
        #expect(damaged.recoveryPoint == .milliseconds(895))
    }
}
