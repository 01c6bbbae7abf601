import FaultProxy
import Foundation
import S3
import Testing

/// Limits, and shares that change while a fault holds.
@Suite(.timeLimit(.minutes(3)))
struct FaultChangeTests {
    // MARK: Limits

    /// A breaker that opens after three failures is shown two, and then three.
    @Test func exactlySoManyCallsCanBeFailed() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client())
            for limit in [2, 3] {
                let lease = try await proxy.inject(
                    Fault(.status(503), limit: limit), lease: .seconds(60))
                var codes: [S3Error.Code?] = []
                for _ in 0..<6 {
                    codes.append(try await client.code { try await $0.headBucket("bucket") })
                }
                let failed = [S3Error.Code?](repeating: .serviceUnavailable, count: limit)
                #expect(codes == failed + [S3Error.Code?](repeating: nil, count: 6 - limit))
                #expect(proxy.struck(by: lease.token) == limit)
                // It has done what it could, and holds all the same.
                #expect(await proxy.faultsInForce == 1)
                try await proxy.lift(lease.token)
            }
        }
    }

    @Test func manyRequestsAtOnceDoNotExceedALimit() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client())
            let lease = try await proxy.inject(
                Fault(.status(503), limit: 10), lease: .seconds(60))
            let ended = Recorder<S3Error.Code?>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<60 {
                    group.addTask {
                        ended.add(try await client.code { try await $0.headBucket("bucket") })
                    }
                }
                try await group.waitForAll()
            }
            #expect(ended.all.count { $0 == .serviceUnavailable } == 10)
            #expect(ended.all.count { $0 == nil } == 50)
            #expect(proxy.struck(by: lease.token) == 10)
            try await proxy.lift(lease.token)
        }
    }

    // MARK: Shares

    @Test func aShareChangesOnAnOpenConnection() async throws {
        try await withPlainProxy(answering: []) { proxy, _ in
            let lease = try await proxy.inject(
                Fault(.status(503), fraction: 0), lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            for (fraction, status) in [(0.0, 200), (1.0, 503), (0.0, 200), (1.0, 503)] {
                let changed = try await proxy.change(lease.token, fraction: fraction)
                #expect(changed >= lease.effective)
                connection.send("HEAD /bucket HTTP/1.1\r\nhost: x\r\n\r\n")
                let head = await connection.text(until: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 \(status) "))
            }
            #expect(proxy.counts().connections == 1)
            #expect(proxy.struck(by: lease.token) == 2)
            try await proxy.lift(lease.token)
        }
    }

    @Test func whatHasEndedCannotBeChanged() async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let expired = try await proxy.inject(Fault(.hang), lease: .milliseconds(50))
            #expect(await eventually { await proxy.ending(of: expired.token) != nil })
            let lifted = try await proxy.inject(Fault(.hang))
            try await proxy.lift(lifted.token)
            for token in [expired.token, lifted.token, "no such token"] {
                await #expect(throws: FaultProxyError.with(.leaseGone)) {
                    try await proxy.change(token, fraction: 0.5)
                }
            }
        }
    }

    /// A closed port cannot know which request would have come.
    @Test func aRefusalDoesNotChoose() async throws {
        try await withProxy { proxied in
            let proxy = proxied.proxy
            let faults = [
                Fault(.refuse, fraction: 0.5), Fault(.refuse, limit: 2),
                Fault(.refuse, methods: ["PUT"]), Fault(.refuse, keyPrefix: "drill/"),
            ]
            for fault in faults {
                await #expect(throws: FaultProxyError.with(.cannotChoose)) {
                    try await proxy.inject(fault)
                }
            }
            #expect(await proxy.faultsInForce == 0)
            let lease = try await proxy.inject(Fault(.refuse), lease: .seconds(60))
            await #expect(throws: FaultProxyError.with(.cannotChoose)) {
                try await proxy.change(lease.token, fraction: 0.5)
            }
            #expect(RawConnection(port: proxy.port) == nil)
            try await proxy.lift(lease.token)
        }
    }
}
