import FaultProxy
import ResilientStorage
import S3
import Testing

extension ResilientStoreTests {
    /// What the store promises about what it queues, and about what it cannot.
    struct QueueTests {
        @Test func aFullQueueRefusesClearlyAndHasRoomAgainAfterTheOutage() async throws {
            var options = Rig.Options()
            options.limits.operations = 3
            try await withRig(options) { (rig) async throws in
                let fault = try await rig.inject(.refuse)
                for index in 0..<3 {
                    let put = await rig.write(index, to: "key-\(index)")
                    #expect(put.ending == .deferred)
                }
                let refused = await rig.store.put([1], to: "one too many")
                #expect(refused.ending == .refused)
                let text = try #require(refused.refusal)
                #expect(text.contains("queue is full"), "\(text)")
                #expect(rig.queue.depth == 3)
                try await rig.proxy.lift(fault.token)
                try await rig.waitForRecovery()
                for index in 0..<3 {
                    let body = Written.body(of: "key-\(index)", index)
                    #expect(try await rig.stored("key-\(index)") == body)
                }
                #expect(try await rig.stored("one too many") == nil)
                let again = await rig.write(4, to: "one too many")
                #expect(again.ending == .served)
            }
        }

        @Test func writesOfOneKeyAtOnceEndWithTheLastAcknowledged() async throws {
            try await withRig { (rig) async throws in
                let fault = try await rig.inject(.hang)
                let during = await rig.writeAtOnce(0..<20, to: "key")
                #expect(during.allSatisfy { $0.ending == .deferred })
                try await rig.proxy.lift(fault.token)
                let after = await rig.writeAtOnce(20..<40, to: "key")
                #expect(after.allSatisfy { [.served, .deferred].contains($0.ending) })
                try await rig.waitForRecovery()
                let acknowledged = (during + after).sorted { $0.instant < $1.instant }
                let delivered = withoutRepeats(rig.wire.sequences(of: "key"))
                #expect(delivered == acknowledged.map(\.sequence))
                #expect(try await rig.stored("key") == acknowledged.last?.body)
            }
        }

        @Test func writesThatGoOnThroughLiftAndDrainKeepTheirOrder() async throws {
            try await withRig { (rig) async throws in
                let keys = ["a", "b", "c"]
                let fault = try await rig.inject(.status(503))
                _ = await rig.write(0..<5, to: keys)
                async let others = rig.write(5..<60, to: keys)
                try await rig.proxy.lift(fault.token)
                let acknowledged = await others.allSatisfy {
                    [.served, .deferred].contains($0.ending)
                }
                #expect(acknowledged)
                try await rig.waitForRecovery()
                for key in keys {
                    #expect(withoutRepeats(rig.wire.sequences(of: key)) == Array(0..<60), "\(key)")
                    #expect(try await rig.stored(key) == Written.body(of: key, 59), "\(key)")
                }
            }
        }

        @Test func aLostAcknowledgementIsNotARefusalWhenTheQueueIsFull() async throws {
            var options = Rig.Options()
            options.limits.operations = 0
            try await withRig(options) { (rig) async throws in
                _ = try await rig.inject(.resetAfterAnswer, methods: ["PUT"])
                let put = await rig.write(1, to: "key")
                // The storage has it, so that nothing was done must not be claimed.
                #expect(try await rig.stored("key") == put.body)
                #expect(put.ending == .indeterminate)
            }
        }

        @Test func aReadIsNotServedFromTheStorageWhenTheQueueCannotBeRead() async throws {
            var options = Rig.Options()
            options.queue = UnreadableQueue()
            try await withRig(options) { (rig) async throws in
                try await rig.direct.put([1], to: "key", in: Rig.bucket)
                // A newer value may be in the queue.
                let get = await rig.store.get("key")
                #expect(get.ending == .refused)
                let put = await rig.store.put([2], to: "key")
                #expect(put.ending == .refused)
                #expect(try await rig.stored("key") == [1])
            }
        }

        /// In the queue it could never be delivered, and every attempt would count as a failure of
        /// the storage.
        @Test(
            arguments: [
                (String(repeating: "k", count: 1025), [:], "1024 bytes"),
                ("", [:], "at least one byte"),
                ("key", ["name": "two\nlines"], "control characters"),
                ("key", ["two words": "value"], "no name of a header"),
                ("key", ["name": String(repeating: "v", count: 8192)], "8192 bytes"),
                ("key", ["name": "1", "Name": "2"], "in case only"),
            ] as [(String, [String: String], String)])
        func whatNoStorageTakesIsRefusedAtOnce(
            key: String, metadata: [String: String], reason: String
        ) async throws {
            var options = Rig.Options()
            // Else its health checks would open the breaker.
            options.isStarted = false
            try await withRig(options) { (rig) async throws in
                for isDown in [false, true] {
                    if isDown { _ = try await rig.inject(.refuse) }
                    for _ in 0..<4 {
                        let put = await rig.store.put([1], to: key, metadata: metadata)
                        #expect(put.ending == .refused)
                        #expect(put.refusal?.contains(reason) == true)
                    }
                    #expect(rig.queue.depth == 0)
                    #expect(await rig.store.breakerState == .closed)
                }
            }
        }

        @Test func whatTheStorageRejectsDoesNotHoldUpOtherKeys() async throws {
            var options = Rig.Options()
            options.isStarted = false
            try await withRig(options) { (rig) async throws in
                _ = try await rig.inject(.status(403), keyPrefix: "bad-")
                for index in 0..<40 { _ = try await rig.queue.add(.put("bad-\(index)")) }
                _ = try await rig.queue.add(.put("good", [7]))
                await rig.store.start()
                try await eventually("the storage has the other key", within: .seconds(20)) {
                    try await rig.stored("good") == [7]
                }
            }
        }

        @Test func aCallerWhoGivesUpIsNoFailureOfTheStorage() async throws {
            try await withRig { (rig) async throws in
                _ = try await rig.inject(.hang, methods: ["GET"])
                let read = Task { await rig.store.get("key") }
                try await eventually("the read is under way") {
                    rig.proxy.counts().requestsByMethod["GET"] == 1
                }
                read.cancel()
                let outcome = await read.value
                #expect(outcome.ending != .served)
                #expect(rig.proxy.counts().requestsByMethod["GET"] == 1)
                #expect(rig.events.breakerStates.isEmpty)
                #expect(rig.events.healthTransitions.isEmpty)
            }
        }
    }
}

/// A queue whose file cannot be read.
private struct UnreadableQueue: OperationQueueing {
    private struct Unreadable: Error {}

    func add(_ operation: QueuedOperation) async throws -> QueueEntry { throw Unreadable() }
    func first(_ limit: Int) async throws -> [QueueEntry] { throw Unreadable() }
    func pending(for key: String) async throws -> QueueEntry? { throw Unreadable() }
    func remove(_ entry: QueueEntry) async throws { throw Unreadable() }
    var depth: Int { 0 }
}
