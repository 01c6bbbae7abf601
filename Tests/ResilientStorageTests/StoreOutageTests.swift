import FaultProxy
import ResilientStorage
import Testing

extension ResilientStoreTests {
    /// While the storage is away, and when it comes back.
    struct OutageTests {
        @Test(arguments: [Fault.Kind.hang, .refuse, .resetBeforeForwarding, .status(503)])
        func acknowledgedWritesReachTheStorageInOrderAfterAnOutage(kind: Fault.Kind) async throws {
            try await withRig { (rig) async throws in
                let keys = (0..<5).map { "key-\($0)" }
                let before = await rig.write(0..<2, to: keys)
                #expect(before.allSatisfy { $0.ending == .served })
                let fault = try await rig.inject(kind)
                let during = await rig.write(2..<10, to: keys)
                #expect(during.allSatisfy { $0.ending == .deferred })
                #expect(rig.queue.depth == during.count)
                try await eventually("the breaker has opened") {
                    rig.events.breakerStates.contains(.open)
                }
                for key in keys { #expect(withoutRepeats(rig.wire.sequences(of: key)) == [0, 1]) }
                try await rig.proxy.lift(fault.token)
                try await rig.waitForRecovery()
                #expect(rig.events.breakerStates.suffix(2) == [.halfOpen, .closed])
                for key in keys {
                    let delivered = withoutRepeats(rig.wire.sequences(of: key))
                    #expect(delivered == Array(0..<10), "\(key)")
                    #expect(try await rig.stored(key) == Written.body(of: key, 9), "\(key)")
                }
            }
        }

        @Test func deletesAreDeferredAndDeliveredInTheirTurn() async throws {
            try await withRig { (rig) async throws in
                for key in ["gone", "back"] { _ = await rig.write(0, to: key) }
                let fault = try await rig.inject(.refuse)
                let gone = await rig.store.delete("gone")
                let first = await rig.store.delete("back")
                let back = await rig.write(1, to: "back")
                #expect(gone.ending == .deferred && first.ending == .deferred)
                #expect(back.ending == .deferred)
                #expect(try await rig.stored("gone") != nil)
                try await rig.proxy.lift(fault.token)
                try await rig.waitForRecovery()
                #expect(try await rig.stored("gone") == nil)
                #expect(try await rig.stored("back") == back.body)
            }
        }

        @Test func whileItHangsReadsComeFromTheQueueOrAreNotServed() async throws {
            try await withRig { (rig) async throws in
                for key in ["stored", "gone"] { _ = await rig.write(0, to: key) }
                _ = try await rig.inject(.hang)
                let last = await rig.write(1..<4, to: ["queued"]).last
                _ = await rig.store.delete("gone")
                let queued = await rig.store.get("queued")
                #expect(queued.ending == .deferred)
                #expect(queued.body == last?.body)
                let gone = await rig.store.get("gone")
                #expect(gone.ending == .deferred)
                #expect(gone.body == nil)
                try await eventually("a read of another key is refused") {
                    let other = await rig.store.get("stored")
                    // A trial call that hangs is not a refusal: nobody answers it.
                    #expect([.refused, .indeterminate].contains(other.ending))
                    #expect(other.value == nil)
                    return other.refusal?.contains("circuit breaker is open") == true
                }
            }
        }

        @Test func onlyTheTrialCallsReachAStorageThatHangs() async throws {
            try await withRig { (rig) async throws in
                _ = try await rig.inject(.hang)
                let endings = await rig.readMuch(untilHalfOpen: 4)
                let instants = rig.events.instants(of: .halfOpen)
                try #require(instants.count >= 4, "the breaker was not tried four times")
                let trials = zip(instants, instants.dropFirst()).prefix(3).map { begin, end in
                    rig.proxy.requests(since: begin) - rig.proxy.requests(since: end)
                }
                // Trial calls in each half-open phase, and none in the open phase after it.
                #expect(trials == [2, 2, 2])
                #expect(endings[.refused, default: 0] > 100)
                #expect(endings[.served] == nil && endings[.deferred] == nil)
            }
        }

        @Test func healthFollowsTheStorage() async throws {
            try await withRig { (rig) async throws in
                try await eventually("there is a sample") {
                    await rig.store.lastHealthSample != nil
                }
                let fault = try await rig.inject(.status(503))
                try await eventually("the storage is found unhealthy") {
                    await rig.store.healthState == .unhealthy
                }
                try await rig.proxy.lift(fault.token)
                try await eventually("the storage is found healthy") {
                    await rig.store.healthState == .healthy
                }
                let transitions = rig.events.healthTransitions
                #expect(transitions.map(\.to) == [.degraded, .unhealthy, .healthy])
                let instants = transitions.map(\.instant)
                #expect(instants == instants.sorted())
            }
        }
    }
}

extension Rig {
    /// Reads a key that is not queued, eightfold and without pause, until the breaker has been
    /// half-open so many times.
    fileprivate func readMuch(untilHalfOpen count: Int) async -> [Ending: Int] {
        let deadline = ContinuousClock.now + .seconds(60)
        return await withTaskGroup(of: [Ending: Int].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var endings: [Ending: Int] = [:]
                    while self.events.instants(of: .halfOpen).count < count,
                        ContinuousClock.now < deadline
                    {
                        let ending = await self.store.get("other").ending
                        endings[ending, default: 0] += 1
                        try? await Task.sleep(for: .milliseconds(1))
                    }
                    return endings
                }
            }
            return await group.reduce(into: [Ending: Int]()) { sum, part in
                sum.merge(part, uniquingKeysWith: +)
            }
        }
    }
}
