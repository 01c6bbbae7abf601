import FaultProxy
import Foundation
import S3
import Testing

/// The observer is told of each request once, when it is over, and what became of it.
@Suite(.timeLimit(.minutes(3)))
struct RequestEndTests {
    @Test(
        arguments: [
            (.hang, nil), (.resetBeforeForwarding, nil), (.status(503), nil), (.truncate, nil),
            (.resetAfterAnswer, 200), (.latency(.milliseconds(5)), 200), (.corrupt, 200),
            (.bandwidth(bytesPerSecond: 1000), 200), (.lateDelivery(.milliseconds(50)), 200),
            (.status(503, code: "SlowDown", message: "slower"), nil),
        ] as [(Fault.Kind, Int?)])
    func whatWasStruckIsToldOfOnce(_ kind: Fault.Kind, _ status: Int?) async throws {
        try await withProxy { proxied in
            let start = ContinuousClock.now
            try await proxied.directClient().put([1, 2, 3], to: "key", in: "bucket")
            let client = try proxied.client(
                timeout: kind == .hang ? .milliseconds(500) : .seconds(20))
            let lease = try await proxied.proxy.inject(
                Fault(kind, limit: 1), lease: .seconds(60))
            _ = try await client.code { _ = try await $0.get("key", in: "bucket") }
            _ = try await proxied.client().get("key", in: "bucket")
            #expect(await eventually { proxied.seen.all.count == 2 })
            try await proxied.proxy.lift(lease.token)

            let seen = proxied.seen.all.sorted { $0.sequence < $1.sequence }
            #expect(seen.map(\.sequence) == [1, 2])
            #expect(seen.map(\.fault) == [kind, nil])
            #expect(seen.map(\.status) == [status, 200])
            for operation in seen {
                let finished = try #require(operation.finished)
                #expect(start <= operation.received && operation.received <= finished)
                #expect(finished <= .now)
            }
            #expect(proxied.proxy.counts().answered == seen.count { $0.status != nil })
        }
    }

    /// Whoever counts what was read must not miss the last answer.
    @Test func anAnswerIsToldOfBeforeItsClientHasIt() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let body = [UInt8](repeating: 7, count: 4096)
            try await client.put(body, to: "key", in: "bucket")
            for number in 1...500 {
                _ = try await client.get("key", in: "bucket")
                let told = proxied.seen.all.count
                #expect(told == number + 1)
                if told != number + 1 { return }
            }
        }
    }

    @Test func soIsASlowOne() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let body = [UInt8](repeating: 7, count: 4096)
            try await client.put(body, to: "key", in: "bucket")
            let fault = Fault(.bandwidth(bytesPerSecond: 2_000_000))
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            for number in 1...300 {
                _ = try await client.get("key", in: "bucket")
                let told = proxied.seen.all.count
                #expect(told == number + 1)
                if told != number + 1 { break }
            }
            try await proxied.proxy.lift(lease.token)
        }
    }

    @Test func aRequestWhoseClientLeftWasNotAnswered() async throws {
        try await withProxy { proxied in
            let fault = Fault(.latency(.seconds(120)))
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            var connection = RawConnection(port: proxied.proxy.port)
            connection?.send("GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(await eventually { proxied.proxy.counts().requests == 1 })
            #expect(proxied.seen.all.isEmpty)
            withExtendedLifetime(connection) {}
            connection = nil
            #expect(await eventually { !proxied.seen.all.isEmpty })
            #expect(proxied.seen.all.map(\.fault) == [fault.kind])
            #expect(proxied.seen.all.map(\.status) == [nil])
            #expect(proxied.proxy.counts().forwarded == 0)
            try await proxied.proxy.lift(lease.token)
        }
    }

    @Test func aRequestThatTheStorageBrokeOffWasNotAnswered() async throws {
        let storage = try RawStorage { connection in
            _ = connection.readText(until: "\r\n\r\n")
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf-")
        }
        defer { storage.stop() }
        let seen = Recorder<ProxiedOperation>()
        let upstream = Upstream(host: "127.0.0.1", port: storage.port)
        let proxy = try await ProxyServer(upstream: upstream) { seen.add($0) }
        let connection = try #require(RawConnection(port: proxy.port))
        connection.send("GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n")
        #expect(await connection.rest().end != .silence)
        #expect(await eventually { seen.all.count == 1 })
        #expect(seen.all.map(\.status) == [nil])
        #expect(seen.all.map(\.fault) == [nil])
        #expect(proxy.counts().forwarded == 1 && proxy.counts().answered == 0)
        await proxy.stop()
    }
}
