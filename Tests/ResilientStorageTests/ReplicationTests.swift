import FaultProxy
import ResilientStorage
import Testing

extension ResilientStoreTests {
    /// What the secondary gets while the primary serves.
    struct ReplicationTests {
        @Test func everyWriteAndDeleteReachesTheSecondaryInOrder() async throws {
            try await withTwoSites { (sites) async throws in
                let keys = ["a", "b", "c"]
                let written = await sites.write(0..<10, to: keys)
                #expect(written.allSatisfy { $0.ending == .served })
                let deleted = await sites.store.delete("b")
                #expect(deleted.ending == .served)
                try await sites.waitForReplication()
                for key in ["a", "c"] {
                    #expect(
                        withoutRepeats(sites.secondary.wire.sequences(of: key)) == Array(0..<10))
                    #expect(try await sites.secondary.stored(key) == Written.body(of: key, 9))
                }
                #expect(try await sites.secondary.stored("b") == nil)
                #expect(try await sites.primary.stored("b") == nil)
                #expect(await sites.store.epoch == 1)
            }
        }

        /// Whoever counts on the wire can tell copies from the writes of users.
        @Test func copiesHaveASenderOfTheirOwnUntilTheStorageServes() async throws {
            try await withTwoSites { (sites) async throws in
                let copied = await sites.write(0..<4, to: ["a"])
                #expect(copied.allSatisfy { $0.ending == .served })
                try await sites.waitForReplication()
                #expect(sites.secondary.writes(of: TwoSites.replicationAgent) == 4)
                #expect(sites.secondary.writes(of: TwoSites.storeAgent) == 0)
                #expect(await sites.store.failOver())
                try await sites.waitFor(.secondary)
                let served = await sites.write(4..<7, to: ["a"])
                #expect(served.allSatisfy { $0.ending == .served })
                #expect(sites.secondary.writes(of: TwoSites.replicationAgent) == 4)
                #expect(sites.secondary.writes(of: TwoSites.storeAgent) == 3)
            }
        }

        @Test func theLagIsKnownWhileTheSecondaryIsAway() async throws {
            try await withTwoSites { (sites) async throws in
                let fault = try await sites.secondary.inject(.refuse)
                let begin = ContinuousClock.now
                let written = await sites.write(0..<4, to: ["a"])
                #expect(written.allSatisfy { $0.ending == .served })
                let lag = try #require(try await sites.store.replicationLag())
                #expect(lag.depth == 4)
                let age = try #require(lag.age)
                // Entries are dated in milliseconds.
                #expect(age >= .zero && age <= ContinuousClock.now - begin + .milliseconds(5))
                #expect(await sites.store.queueDepth == 0)
                #expect(await sites.store.incident == nil)
                try await sites.secondary.proxy.lift(fault.token)
                try await sites.waitForReplication()
                #expect(try await sites.store.replicationLag()?.age == nil)
                #expect(try await sites.secondary.stored("a") == Written.body(of: "a", 3))
            }
        }

        @Test func aWriteThatCannotBeReplicatedIsRefusedBeforeItIsSent() async throws {
            var options = TwoSites.Options()
            options.secondaryLimits.operations = 3
            try await withTwoSites(options) { (sites) async throws in
                let fault = try await sites.secondary.inject(.refuse)
                let taken = await sites.write(0..<3, to: ["a"])
                #expect(taken.allSatisfy { $0.ending == .served })
                let refused = await sites.store.put([1], to: "b")
                #expect(refused.ending == .refused)
                #expect(refused.refusal?.contains("replicated") == true)
                #expect(try await sites.primary.stored("b") == nil)
                try await sites.secondary.proxy.lift(fault.token)
                try await sites.waitForReplication()
                let again = await sites.store.put([2], to: "b")
                #expect(again.ending == .served)
            }
        }

        @Test func aWriteThatIsLostOnItsWayToTheSecondaryIsNotAcknowledged() async throws {
            var options = TwoSites.Options()
            options.wrapSecondaryQueue = { FullAfterAll(queue: $0) }
            try await withTwoSites(options) { (sites) async throws in
                let put = await sites.store.put([1], to: "a")
                #expect(put.ending == .indeterminate)
                #expect("\(String(describing: put.error))".contains("replicated"))
                #expect(try await sites.primary.stored("a") == [1])
            }
        }

        @Test func whatIsDeferredIsReplicatedToo() async throws {
            var options = TwoSites.Options()
            options.failover.failoverAfter = .seconds(3600)
            try await withTwoSites(options) { (sites) async throws in
                let fault = try await sites.primary.inject(.refuse)
                let written = await sites.write(0..<5, to: ["a"])
                #expect(written.allSatisfy { $0.ending == .deferred })
                try await sites.waitForReplication()
                #expect(try await sites.secondary.stored("a") == Written.body(of: "a", 4))
                #expect(try await sites.primary.stored("a") == nil)
                try await sites.primary.proxy.lift(fault.token)
                try await eventually("the primary has it too") {
                    try await sites.primary.stored("a") == Written.body(of: "a", 4)
                }
                #expect(await sites.store.failoverState == .primary)
            }
        }
    }
}

/// Says that there is room, and then there is none.
private struct FullAfterAll: OperationQueueing {
    let queue: OperationQueue

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        throw OperationQueueError(code: .full, message: "the queue is full after all")
    }
    func first(_ limit: Int) async throws -> [QueueEntry] { try await queue.first(limit) }
    func pending(for key: String) async throws -> QueueEntry? { try await queue.pending(for: key) }
    func remove(_ entry: QueueEntry) async throws { try await queue.remove(entry) }
    var depth: Int { queue.depth }
}
