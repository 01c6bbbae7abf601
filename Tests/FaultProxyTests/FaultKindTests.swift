import FaultProxy
import Foundation
import S3
import S3Sandbox
import Testing

/// What each kind of fault does to a client, and to what is stored.
@Suite(.timeLimit(.minutes(3)))
struct FaultKindTests {
    // MARK: Hang

    @Test func whatHangsIsNeverDeliveredLate() async throws {
        try await withProxy { proxied in
            let impatient = try proxied.client(timeout: .milliseconds(500))
            let patient = try proxied.client(timeout: .seconds(60))
            let lease = try await proxied.proxy.inject(Fault(.hang), lease: .seconds(60))
            let error = await #expect(throws: S3Error.with(.timedOut)) {
                try await impatient.put([1], to: "given up", in: "bucket")
            }
            #expect(error?.isIndeterminate == true)
            let large = [UInt8](repeating: 1, count: 1 << 20)
            let waiting = Task { try await patient.put(large, to: "waited for", in: "bucket") }
            #expect(await eventually { proxied.proxy.counts().faulted == 2 })

            let ending = try await proxied.proxy.lift(lease.token)
            #expect(ending?.reason == .lifted)
            // Those who still wait learn it by a reset.
            await #expect(throws: S3Error.with(.connectionLost)) { try await waiting.value }
            // Long enough for what was withheld to arrive, if it were sent on.
            try await Task.sleep(for: .seconds(1))
            #expect(try await proxied.directClient().keys == [])
            #expect(proxied.proxy.counts().forwarded == 0)
            #expect(proxied.seen.all.map(\.fault) == [.hang, .hang])
            #expect(proxied.seen.all.map(\.status) == [nil, nil])
            try await patient.put([2], to: "afterwards", in: "bucket")
        }
    }

    @Test func aLiftedHangLeavesWhatAnotherWithholds() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client(timeout: .seconds(60)))
            let reads = try await proxy.inject(Fault(.hang, methods: ["GET"]), lease: .seconds(60))
            let writes = try await proxy.inject(Fault(.hang, methods: ["PUT"]), lease: .seconds(60))
            let reading = Task {
                try await client.code { _ = try await $0.get("key", in: "bucket") }
            }
            let writing = Task {
                try await client.code { try await $0.put([1], to: "key", in: "bucket") }
            }
            #expect(await eventually { proxy.counts().faulted == 2 })
            try await proxy.lift(reads.token)
            #expect(try await reading.value == .connectionLost)
            #expect(await eventually { !proxied.seen.all.isEmpty })
            #expect(proxied.seen.all.map(\.method) == ["GET"])
            try await proxy.lift(writes.token)
            #expect(try await writing.value == .connectionLost)
            #expect(await eventually { proxied.seen.all.map(\.method) == ["GET", "PUT"] })
            #expect(proxy.counts().forwarded == 0)
        }
    }

    @Test func aHangingReadIsGivenUpToo() async throws {
        try await withProxy { proxied in
            let client = try proxied.client(timeout: .milliseconds(500))
            try await client.put([1], to: "key", in: "bucket")
            let lease = try await proxied.proxy.inject(Fault(.hang), lease: .seconds(60))
            await #expect(throws: S3Error.with(.timedOut)) {
                try await client.get("key", in: "bucket")
            }
            try await proxied.proxy.lift(lease.token)
            #expect(try await client.get("key", in: "bucket").body == [1])
        }
    }

    // MARK: Refuse

    @Test func refusingClosesThePortAndEveryConnection() async throws {
        try await withProxy { proxied in
            let (proxy, port) = (proxied.proxy, proxied.proxy.port)
            let client = try proxied.client()
            try await client.put([1], to: "key", in: "bucket")
            let connection = try #require(RawConnection(port: port))
            let lease = try await proxy.inject(Fault(.refuse), lease: .seconds(60))

            #expect(await connection.rest().end != .silence)
            #expect(RawConnection(port: port) == nil)
            // The client may learn of the end of its own connections a moment later.
            #expect(
                try await eventually {
                    try await client.code { try await $0.headBucket("bucket") } == .connectFailed
                })
            for _ in 0..<5 {
                let error = await #expect(throws: S3Error.with(.connectFailed)) {
                    try await client.put([2], to: "key", in: "bucket")
                }
                #expect(error?.isIndeterminate == false)
            }
            try await proxy.lift(lease.token)
            #expect(try await client.get("key", in: "bucket").body == [1])
        }
    }

    @Test func nobodyElseCanTakeThePortWhileItIsRefused() async throws {
        try await withProxy { proxied in
            let (proxy, port) = (proxied.proxy, proxied.proxy.port)
            let lease = try await proxy.inject(Fault(.refuse), lease: .seconds(60))
            #expect(!RawConnection.canTake(port: port))
            #expect(!RawConnection.canTake(port: port, reusingAddress: true))
            await #expect(throws: (any Error).self) {
                try await LoopbackServer(port: port) { _ in .init(status: 200) }
            }
            try await proxy.lift(lease.token)
            try await proxied.client().headBucket("bucket")
        }
    }

    // MARK: Reset

    @Test func aResetBeforeForwardingStoresNothing() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let lease = try await proxied.proxy.inject(Fault(.resetBeforeForwarding))
            let error = await #expect(throws: S3Error.with(.connectionLost)) {
                try await client.put([1], to: "key", in: "bucket")
            }
            #expect(error?.isIndeterminate == true)
            #expect(try await proxied.directClient().keys == [])
            #expect(proxied.proxy.counts().forwarded == 0)
            try await proxied.proxy.lift(lease.token)
            try await client.put([1], to: "key", in: "bucket")
        }
    }

    @Test func aResetAfterTheAnswerLosesOnlyTheAcknowledgement() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let lease = try await proxied.proxy.inject(Fault(.resetAfterAnswer))
            let error = await #expect(throws: S3Error.with(.connectionLost)) {
                try await client.put([1], to: "key", in: "bucket")
            }
            #expect(error?.isIndeterminate == true)
            #expect(try await proxied.directClient().get("key", in: "bucket").body == [1])
            #expect(proxied.seen.all.map(\.status) == [200])
            #expect(proxied.seen.all.map(\.fault) == [Fault.Kind.resetAfterAnswer])
            try await proxied.proxy.lift(lease.token)
            #expect(try await client.get("key", in: "bucket").body == [1])
        }
    }

    @Test func aResetIsNoOrderlyEnd() async throws {
        try await withProxy { proxied in
            let lease = try await proxied.proxy.inject(Fault(.resetBeforeForwarding))
            let connection = try #require(RawConnection(port: proxied.proxy.port))
            connection.send("GET /bucket HTTP/1.1\r\nhost: x\r\n\r\n")
            let answer = await connection.rest()
            #expect(answer.end == .reset && answer.text.isEmpty)
            try await proxied.proxy.lift(lease.token)
        }
    }

    // MARK: Status

    @Test(arguments: [
        (503, S3Error.Code.serviceUnavailable), (500, .internalError), (502, .internalError),
    ])
    func aStatusIsAnsweredAsAStorageWould(_ status: Int, _ code: S3Error.Code) async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let lease = try await proxied.proxy.inject(Fault(.status(status)))
            // An answer to HEAD has no body to name the reason in.
            let body = [UInt8](repeating: 1, count: 200_000)
            let calls: [@Sendable (S3Client) async throws -> Void] = [
                { try await $0.put(body, to: "key", in: "bucket") },
                { _ = try await $0.get("key", in: "bucket") },
                { try await $0.headBucket("bucket") },
            ]
            for call in calls {
                let error = await #expect(throws: S3Error.with(code)) { try await call(client) }
                #expect(error?.status == status && error?.isServiceFault == true)
            }
            #expect(try await proxied.directClient().keys == [])
            #expect(proxied.proxy.counts().faulted == 3)
            try await proxied.proxy.lift(lease.token)
            try await client.put([1], to: "key", in: "bucket")
        }
    }

    // MARK: Latency

    @Test func aDelayedRequestArrivesAtLeastSoMuchLater() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let fault = Fault(.latency(.milliseconds(400)))
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            let body = [UInt8](repeating: 1, count: 300_000)
            for key in ["first", "second"] {
                let start = ContinuousClock.now
                let written = try await client.put(body, to: key, in: "bucket")
                #expect(written.finished - start >= .milliseconds(400))
                #expect(written.finished - start < .seconds(15))
            }
            try await proxied.proxy.lift(lease.token)
            #expect(try await client.get("second", in: "bucket").body == body)
            #expect(proxied.seen.all.map(\.fault) == [fault.kind, fault.kind, nil])
        }
    }

    /// No fault outlives its lease, however long the delay was to be.
    @Test func aDelayedRequestGoesOnWhenTheLeaseRunsOut() async throws {
        try await withProxy { proxied in
            let client = try proxied.client(timeout: .seconds(60))
            let fault = Fault(.latency(.seconds(30)))
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(2))
            let start = ContinuousClock.now
            let written = try await client.put([1], to: "key", in: "bucket")
            let time = written.finished - start
            #expect(time > .seconds(1) && time < .seconds(15), "\(time)")
            #expect(await eventually { await proxied.proxy.ending(of: lease.token) != nil })
            #expect(proxied.seen.all.map(\.fault) == [fault.kind])
        }
    }

    @Test func aDelayedRequestWhoseClientHasGoneIsNotForwarded() async throws {
        try await withProxy { proxied in
            let client = try proxied.client(timeout: .milliseconds(300))
            let lease = try await proxied.proxy.inject(
                Fault(.latency(.seconds(2))), lease: .seconds(60))
            await #expect(throws: S3Error.with(.timedOut)) {
                try await client.put([1], to: "key", in: "bucket")
            }
            try await Task.sleep(for: .seconds(3))
            try await proxied.proxy.lift(lease.token)
            #expect(try await proxied.directClient().keys == [])
        }
    }
}
