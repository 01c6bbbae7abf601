import FaultProxy
import ResilientStorage
import Synchronization
import Testing

extension ResilientStoreTests {
    /// From the primary to the secondary.
    struct FailoverTests {
        @Test(arguments: [Fault.Kind.refuse, .status(503), .hang])
        func theSecondaryTakesOverWithEverythingThatWasAcknowledged(kind: Fault.Kind) async throws {
            try await withTwoSites { (sites) async throws in
                let keys = ["a", "b", "c"]
                let before = await sites.write(0..<3, to: keys)
                #expect(before.allSatisfy { $0.ending == .served })
                _ = try await sites.primary.inject(kind)
                let during = await sites.write(3..<5, to: keys)
                try await sites.waitFor(.secondary)
                let acknowledged = (before + during).filter {
                    [.served, .deferred].contains($0.ending)
                }
                for key in keys {
                    let last = try #require(acknowledged.last { $0.key == key })
                    #expect(try await sites.secondary.stored(key) == last.body, "\(key)")
                }
                #expect(sites.events.failovers.map(\.state) == [.switchingOver, .secondary])
                #expect(sites.events.failovers.map(\.epoch) == [1, 2])
                let after = await sites.write(5..<6, to: keys)
                #expect(after.allSatisfy { $0.ending == .served })
                for written in after {
                    #expect(try await sites.secondary.stored(written.key) == written.body)
                    #expect(await sites.store.get(written.key).body == written.body)
                }
                try await eventually("users are served as usual") {
                    await sites.store.incident == nil
                }
            }
        }

        @Test func untilTheSecondaryHasEverythingWritesAreRefusedAndReadsAreNot() async throws {
            let gate = Gate()
            var options = TwoSites.Options()
            options.wrapSecondaryQueue = { GatedQueue(queue: $0, gate: gate) }
            try await withTwoSites(options) { (sites) async throws in
                let written = await sites.write(0, to: "a")
                #expect(written.ending == .served)
                _ = try await sites.primary.inject(.refuse)
                try await sites.waitFor(.switchingOver)
                try await sites.waitForLooks(at: sites.secondary)
                #expect(await sites.store.failoverState == .switchingOver)
                let refused = await sites.write(1, to: "a")
                #expect(refused.ending == .refused)
                let read = await sites.store.get("a")
                #expect(read.ending == .deferred)
                #expect(read.body == written.body)
                #expect(try await sites.secondary.stored("a") == nil)
                gate.open()
                try await sites.waitFor(.secondary)
                #expect(try await sites.secondary.stored("a") == written.body)
            }
        }

        @Test func aDeciderThatDoesNotWaitLetsTheSecondaryServeWhatIsStale() async throws {
            var options = TwoSites.Options()
            options.wrapSecondaryQueue = { GatedQueue(queue: $0, gate: Gate()) }
            options.configure = { $0.decider = Hasty(failover: Failover(TwoSites.failover)) }
            try await withTwoSites(options) { (sites) async throws in
                let written = await sites.write(0, to: "a")
                #expect(written.ending == .served)
                _ = try await sites.primary.inject(.refuse)
                try await sites.waitFor(.secondary)
                #expect(try await sites.secondary.stored("a") == nil)
            }
        }

        @Test func theOldPrimaryGetsNothingWhileTheSecondaryServes() async throws {
            try await withTwoSites { (sites) async throws in
                let fault = try await sites.failOverWithWritesDeferred()
                let before = sites.primary.writes(of: TwoSites.storeAgent)
                try await sites.restorePrimary(fault)
                let served = await sites.write(10..<13, to: ["a", "b"])
                #expect(served.allSatisfy { $0.ending == .served })
                try await sites.waitForLooks(at: sites.primary)
                #expect(sites.primary.writes(of: TwoSites.storeAgent) == before)
                #expect(sites.primary.writes(of: TwoSites.reconciliationAgent) == 0)
                // It is all kept for it.
                #expect(try await sites.store.replicationLag()?.depth ?? 0 >= 6)
            }
        }

        @Test func withoutTheFenceTheOldPrimaryIsWrittenTo() async throws {
            var options = TwoSites.Options()
            options.configure = { $0.fence = NoFence() }
            try await withTwoSites(options) { (sites) async throws in
                let fault = try await sites.failOverWithWritesDeferred()
                let before = sites.primary.writes(of: TwoSites.storeAgent)
                try await sites.restorePrimary(fault)
                try await eventually("the old primary is written to") {
                    sites.primary.writes(of: TwoSites.storeAgent) > before
                }
                #expect(await sites.store.failoverState == .secondary)
            }
        }

        @Test func aStoreThatIsRestartedGoesOnAtTheSecondary() async throws {
            try await withTwoSites { (sites) async throws in
                _ = try await sites.failOverWithWritesDeferred()
                await sites.restart()
                #expect(await sites.store.failoverState == .secondary)
                #expect(await sites.store.epoch == 2)
                let written = await sites.write(20, to: "a")
                #expect(written.ending == .served)
                #expect(try await sites.secondary.stored("a") == written.body)
            }
        }

        @Test func anOrderTakesOverFromAPrimaryThatWorks() async throws {
            try await withTwoSites { (sites) async throws in
                let before = await sites.write(0..<5, to: ["a", "b"])
                #expect(before.allSatisfy { $0.ending == .served })
                #expect(await sites.store.failOver())
                try await sites.waitFor(.secondary)
                for key in ["a", "b"] {
                    #expect(try await sites.secondary.stored(key) == Written.body(of: key, 4))
                }
                // It is there already.
                #expect(await sites.store.failOver() == false)
                #expect(await sites.store.failBack())
                try await sites.waitFor(.primary)
                let after = await sites.write(5, to: "a")
                #expect(after.ending == .served)
                #expect(try await sites.primary.stored("a") == after.body)
                #expect(await sites.store.epoch == 3)
            }
        }

        @Test func withoutADurableEpochTheStoragesAreNotSwitched() async throws {
            var options = TwoSites.Options()
            options.configure = { $0.epoch = ForgetfulEpoch() }
            try await withTwoSites(options) { (sites) async throws in
                _ = try await sites.primary.inject(.refuse)
                try await eventually("the switch was tried") {
                    sites.events.all.contains { event in
                        if case .epochNotKept = event { true } else { false }
                    }
                }
                try await sites.waitForLooks(at: sites.secondary)
                #expect(await sites.store.failoverState == .switchingOver)
                #expect(sites.secondary.writes(of: TwoSites.storeAgent) == 0)
            }
        }
    }

    /// Writes that are refused by order.
    struct ReadOnlyTests {
        @Test func anOrderRefusesWritesAndTakesThemAgain() async throws {
            try await withRig { (rig) async throws in
                let written = await rig.write(1, to: "a")
                await rig.store.setReadOnly(true)
                let (put, delete) = (await rig.write(2, to: "a"), await rig.store.delete("a"))
                #expect(put.ending == .refused && delete.ending == .refused)
                #expect(delete.refusal?.contains("by order") == true)
                #expect(await rig.store.get("a").body == written.body)
                #expect(await rig.store.incident != nil)
                await rig.store.setReadOnly(false)
                let again = await rig.write(3, to: "a")
                #expect(again.ending == .served)
                try await rig.waitForRecovery()
            }
        }
    }
}

extension TwoSites {
    /// - Returns: the fault of the primary, for which there are acknowledged writes.
    fileprivate func failOverWithWritesDeferred() async throws -> FaultLease {
        let before = await write(0..<2, to: ["a", "b"])
        #expect(before.allSatisfy { $0.ending == .served })
        let fault = try await primary.inject(.refuse)
        let during = await write(2..<3, to: ["a", "b"])
        #expect(during.contains { $0.ending == .deferred })
        try await waitFor(.secondary)
        return fault
    }
}

/// Stays open once it is opened.
private final class Gate: Sendable {
    private let state = Mutex(false)

    var isOpen: Bool { state.withLock { $0 } }

    func open() { state.withLock { $0 = true } }
}

/// Hands out nothing until its gate is opened.
private struct GatedQueue: OperationQueueing {
    let queue: OperationQueue
    let gate: Gate

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        try await queue.add(operation)
    }
    func first(_ limit: Int) async throws -> [QueueEntry] {
        gate.isOpen ? try await queue.first(limit) : []
    }
    func pending(for key: String) async throws -> QueueEntry? { try await queue.pending(for: key) }
    func remove(_ entry: QueueEntry) async throws { try await queue.remove(entry) }
    var depth: Int { queue.depth }
}

/// Believes that the other storage has everything.
private struct Hasty: FailoverDeciding {
    var failover: Failover

    var state: Failover.State { failover.state }

    func acceptsWrites(isHeld: Bool) -> Bool { failover.acceptsWrites(isHeld: isHeld) }
    mutating func resume(at active: SiteName) { failover.resume(at: active) }

    mutating func update(
        _ inputs: Failover.Inputs, at now: ContinuousClock.Instant
    ) -> Failover.Transition? {
        var inputs = inputs
        inputs.backlog = 0
        return failover.update(inputs, at: now)
    }
}

private struct NoFence: Fencing {
    func permits(
        _ purpose: WritePurpose, to site: SiteName, admittedIn admitted: UInt64,
        current: UInt64, state: Failover.State
    ) -> Bool { true }
}

private struct ForgetfulEpoch: EpochKeeping {
    private struct NoDisk: Error {}

    var current: Epoch { Epoch(number: 1, active: .primary) }

    func advance(to active: SiteName) async throws -> Epoch { throw NoDisk() }
}
