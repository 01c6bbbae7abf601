import Foundation
import S3
import S3Sandbox
import Testing

@testable import FaultProxy

/// Requests that arrive when their clients have given up.
@Suite(.timeLimit(.minutes(3)))
struct LateDeliveryTests {
    private static func fault(_ delay: Duration, limit: Int? = nil) -> Fault {
        Fault(.lateDelivery(delay), limit: limit, methods: ["PUT"])
    }

    @Test func aLateRequestArrivesAfterItsClientGaveUp() async throws {
        try await withProxy { proxied in
            let fault = Self.fault(.seconds(2))
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            let body = [UInt8](repeating: 7, count: 300_000)
            let start = ContinuousClock.now
            let error = await #expect(throws: S3Error.with(.connectionLost)) {
                try await proxied.client().put(body, to: "key", in: "bucket")
            }
            let lost = try #require(error).finished
            #expect(error?.isIndeterminate == true && lost - start < .seconds(2))
            let direct = try proxied.directClient()
            #expect(await eventually { proxied.seen.all.count == 1 })
            #expect(try await direct.get("key", in: "bucket").body == body)
            let seen = try #require(proxied.seen.all.first)
            #expect(seen.fault == fault.kind && seen.status == 200 && seen.key == "key")
            let finished = try #require(seen.finished)
            #expect(finished - seen.received >= .seconds(2) && finished > lost)
            let counts = proxied.proxy.counts()
            #expect(counts.forwarded == 1 && counts.answered == 1 && counts.faulted == 1)
            try await proxied.proxy.lift(lease.token)
        }
    }

    @Test func theConnectionIsResetAndNothingIsSaid() async throws {
        try await withPlainProxy(answering: []) { proxy, requests in
            let lease = try await proxy.inject(Self.fault(.zero), lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            connection.send("PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhe")
            #expect(await eventually { proxy.counts().faulted == 1 })
            #expect(requests.all.isEmpty)
            connection.send("llo")
            let answer = await connection.rest()
            #expect(answer.text.isEmpty && answer.end == .reset)
            #expect(await eventually { requests.all.map(\.body) == [Array("hello".utf8)] })
            try await proxy.lift(lease.token)
        }
    }

    /// The reason why anybody wants this fault.
    @Test func aLateWriteOverwritesALaterOne() async throws {
        try await withProxy { proxied in
            let lease = try await proxied.proxy.inject(
                Self.fault(.seconds(2), limit: 1), lease: .seconds(60))
            let (client, direct) = (try proxied.client(), try proxied.directClient())
            await #expect(throws: S3Error.with(.connectionLost)) {
                try await client.put([1], to: "key", in: "bucket")
            }
            try await client.put([2], to: "key", in: "bucket")
            #expect(await eventually { proxied.seen.all.count == 2 })
            #expect(proxied.seen.all.map(\.sequence) == [2, 1])
            #expect(try await direct.get("key", in: "bucket").body == [1])
            try await proxied.proxy.lift(lease.token)
        }
    }

    // MARK: Never

    @Test func whatIsNotDeliveredWhenTheFaultIsLiftedNeverIs() async throws {
        try await withProxy { proxied in
            let fault = Self.fault(.seconds(1))
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            await #expect(throws: S3Error.with(.connectionLost)) {
                try await proxied.client().put([1], to: "key", in: "bucket")
            }
            try await proxied.proxy.lift(lease.token)
            #expect(await eventually { proxied.seen.all.count == 1 })
            #expect(proxied.seen.all.map(\.fault) == [fault.kind])
            #expect(proxied.seen.all.map(\.status) == [nil])
            // Long enough for it to arrive, if it were sent on.
            try await Task.sleep(for: .seconds(2))
            #expect(try await proxied.directClient().keys == [])
            #expect(proxied.proxy.counts().forwarded == 0)
        }
    }

    @Test func norIsItWhenTheLeaseRunsOut() async throws {
        try await withProxy { proxied in
            let lease = try await proxied.proxy.inject(
                Self.fault(.seconds(2)), lease: .milliseconds(1500))
            await #expect(throws: S3Error.with(.connectionLost)) {
                try await proxied.client().put([1], to: "key", in: "bucket")
            }
            #expect(await eventually { await proxied.proxy.ending(of: lease.token) != nil })
            try await Task.sleep(for: .seconds(2))
            #expect(try await proxied.directClient().keys == [])
        }
    }

    @Test func norIsItWhenTheProxyStops() async throws {
        try await withProxy { proxied in
            _ = try await proxied.proxy.inject(Self.fault(.seconds(1)), lease: .seconds(60))
            await #expect(throws: S3Error.with(.connectionLost)) {
                try await proxied.client().put([1], to: "key", in: "bucket")
            }
            await proxied.proxy.stop()
            try await Task.sleep(for: .seconds(2))
            #expect(try await proxied.directClient().keys == [])
        }
    }

    @Test func norIsARequestThatIsNotWhole() async throws {
        try await withProxy { proxied in
            let fault = Self.fault(.zero)
            let lease = try await proxied.proxy.inject(fault, lease: .seconds(60))
            var connection = RawConnection(port: proxied.proxy.port)
            connection?.send(
                "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhe")
            #expect(await eventually { proxied.proxy.counts().faulted == 1 })
            withExtendedLifetime(connection) {}
            connection = nil
            #expect(await eventually { proxied.seen.all.map(\.fault) == [fault.kind] })
            #expect(proxied.seen.all.map(\.status) == [nil])
            #expect(proxied.proxy.counts().forwarded == 0)
            try await proxied.proxy.lift(lease.token)
        }
    }

    // MARK: Bounds

    @Test func aBodyOfMoreThanEightMebibytesIsSpared() async throws {
        try await withProxy { proxied in
            let client = try proxied.client(timeout: .seconds(60))
            let lease = try await proxied.proxy.inject(Self.fault(.zero), lease: .seconds(60))
            let large = [UInt8](repeating: 1, count: 8 << 20 + 1)
            try await client.put(large, to: "large", in: "bucket")
            #expect(proxied.proxy.struck(by: lease.token) == 0)
            await #expect(throws: S3Error.with(.connectionLost)) {
                try await client.put(Array(large.dropLast()), to: "small", in: "bucket")
            }
            #expect(proxied.proxy.struck(by: lease.token) == 1)
            #expect(await eventually { proxied.seen.all.count == 2 })
            #expect(try await proxied.directClient().keys == ["large", "small"])
            try await proxied.proxy.lift(lease.token)
        }
    }

    @Test func aBodyOfUnknownLengthIsSpared() async throws {
        try await withPlainProxy(answering: []) { proxy, requests in
            let lease = try await proxy.inject(Self.fault(.seconds(60)), lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            connection.send(
                "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
                    + "5\r\nhello\r\n0\r\n\r\n")
            let head = await connection.text(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200 "))
            #expect(requests.all.map(\.body) == [Array("hello".utf8)])
            #expect(proxy.struck(by: lease.token) == 0)
            try await proxy.lift(lease.token)
        }
    }

    @Test func onlySoMuchMayWait() throws {
        var standing = StandingFault(Self.fault(.seconds(1)), token: "", number: 0)
        func operation(_ sequence: Int) -> ProxiedOperation {
            ProxiedOperation(
                sequence: sequence, method: "PUT", bucket: "bucket", key: "key", agent: "",
                metadata: [:], received: .now)
        }
        let strikes = (1...20).compactMap {
            standing.strike(operation($0), bodyLength: 8 << 20)
        }
        #expect(strikes.count == 7 && standing.struck == 7)
        #expect(standing.strike(operation(21), bodyLength: 8 << 20) == nil)
        standing.release(try #require(strikes.first))
        #expect(standing.strike(operation(22), bodyLength: 8 << 20) != nil)
        #expect(standing.strike(operation(23), bodyLength: nil) == nil)
        #expect(standing.strike(operation(24), bodyLength: -1) == nil)
    }
}
