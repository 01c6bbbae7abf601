import FaultProxy
import ResilientStorage
import S3
import Testing

/// The store over a real server, through a real proxy. One test at a time: requests time out after
/// half a second, and that must be the fault's doing, not that of another test.
@Suite(.serialized, .timeLimit(.minutes(3))) enum ResilientStoreTests {}

extension ResilientStoreTests {
    /// While the storage works.
    struct ServiceTests {
        @Test func writesReadsAndDeletesAreServedByTheStorage() async throws {
            try await withRig { (rig) async throws in
                let put = await rig.write(1, to: "key")
                #expect(put.ending == .served)
                #expect(try await rig.stored("key") == put.body)
                let overwrite = await rig.write(2, to: "key")
                #expect(overwrite.ending == .served)
                let get = await rig.store.get("key")
                #expect(get.ending == .served)
                #expect(get.body == overwrite.body)
                let delete = await rig.store.delete("key")
                #expect(delete.ending == .served)
                #expect(try await rig.stored("key") == nil)
                #expect(rig.wire.sequences(of: "key") == [1, 2])
                let methods = rig.proxy.counts().requestsByMethod
                #expect(methods["GET"] == 1 && methods["DELETE"] == 1)
                #expect(rig.queue.depth == 0)
            }
        }

        @Test func emptyBodiesUnicodeKeysAndMetadataReachTheStorage() async throws {
            try await withRig { (rig) async throws in
                let key = "папка/файл 🗝️ +%2F&?=.txt"
                let put = await rig.store.put([], to: key, metadata: ["seq": "7"])
                #expect(put.ending == .served)
                let object = try await rig.direct.get(key, in: Rig.bucket)
                #expect(object.body.isEmpty)
                #expect(object.metadata == ["seq": "7"])
                let get = await rig.store.get(key)
                #expect(get.body == [])
            }
        }

        @Test func readingWhatIsNotThereIsAnAnswerAndNoFailure() async throws {
            try await withRig { (rig) async throws in
                for index in 0..<10 {
                    let get = await rig.store.get("missing-\(index)")
                    #expect(get.ending == .served)
                    #expect(get.body == nil)
                }
                #expect(rig.proxy.counts().requestsByMethod["GET"] == 10)
                #expect(rig.events.all.isEmpty)
                #expect(await rig.store.breakerState == .closed)
                #expect(await rig.store.healthState == .healthy)
            }
        }

        @Test func aWriteThatTheStorageForbidsFailsAndIsNeitherQueuedNorSentAgain() async throws {
            var options = Rig.Options()
            options.secretAccessKey = "wrong"
            try await withRig(options) { (rig) async throws in
                for index in 0..<10 {
                    let put = await rig.store.put([1], to: "key-\(index)")
                    #expect(put.ending == .failed)
                    #expect(put.error?.status == 403)
                    #expect(put.error?.code == .signatureDoesNotMatch)
                    #expect(try await rig.stored("key-\(index)") == nil)
                }
                let get = await rig.store.get("key-0")
                let delete = await rig.store.delete("key-0")
                #expect(get.ending == .failed && delete.ending == .failed)
                #expect(rig.proxy.counts().requestsByMethod["PUT"] == 10)
                #expect(rig.queue.depth == 0)
                #expect(rig.events.breakerStates.isEmpty)
                #expect(await rig.store.breakerState == .closed)
            }
        }

        @Test func healthIsSampledWithoutAnyTraffic() async throws {
            try await withRig { (rig) async throws in
                try await eventually("three samples have been taken") {
                    (rig.proxy.counts().requestsByMethod["HEAD"] ?? 0) >= 3
                }
                let sample = try #require(await rig.store.lastHealthSample)
                try await eventually("there is a newer sample") {
                    (await rig.store.lastHealthSample ?? sample) > sample
                }
                #expect(await rig.store.healthState == .healthy)
            }
        }

        @Test func aFilledQueueIsDeliveredWhenTheStoreStarts() async throws {
            var options = Rig.Options()
            options.isStarted = false
            try await withRig(options) { (rig) async throws in
                try await rig.direct.put([9], to: "old", in: Rig.bucket)
                for sequence in 1...20 {
                    let body = Written.body(of: "key", sequence)
                    let metadata = ["seq": String(sequence)]
                    _ = try await rig.queue.add(.put("key", body, metadata))
                }
                _ = try await rig.queue.add(.put("empty/ü", [], [:]))
                _ = try await rig.queue.add(QueuedOperation(key: "old", action: .delete))
                #expect(rig.proxy.counts().requests == 0)
                await rig.store.start()
                try await rig.waitForRecovery()
                #expect(withoutRepeats(rig.wire.sequences(of: "key")) == Array(1...20))
                #expect(try await rig.stored("key") == Written.body(of: "key", 20))
                #expect(try await rig.stored("empty/ü") == [])
                #expect(try await rig.stored("old") == nil)
            }
        }

        @Test func anEmptyKeyNeverMeansTheBucketItself() async throws {
            try await withRig { (rig) async throws in
                let put = await rig.store.put([1], to: "")
                let delete = await rig.store.delete("")
                #expect(put.ending != .served && delete.ending != .served)
                try await rig.direct.headBucket(Rig.bucket)
            }
        }
    }
}
