import Foundation
import Testing

@testable import FaultProxy

/// What a proxy keeps of what clients make up, however long it runs.
@Suite(.timeLimit(.minutes(2)))
struct RequestBoundsTests {
    @Test func agentsBeyondTheFirstThousandCountTogether() async throws {
        try await withPlainProxy(answering: []) { proxy, _ in
            let start = ContinuousClock.now
            let lease = try await proxy.inject(Fault(.status(503)), lease: .seconds(60))
            let connection = try #require(RawConnection(port: proxy.port))
            for first in stride(from: 0, to: 1200, by: 50) {
                let requests = (first..<first + 50).map {
                    "HEAD /bucket/key HTTP/1.1\r\nuser-agent: agent-\($0)\r\n\r\n"
                }
                connection.send(requests.joined())
                for _ in requests { _ = await connection.text(until: "\r\n\r\n") }
            }
            #expect(proxy.counts().requests == 1200 && proxy.counts().faulted == 1200)
            #expect(proxy.counts(of: "agent-0").requests == 1)
            #expect(proxy.counts(of: "agent-999").faulted == 1)
            #expect(proxy.counts(of: "agent-1000").requests == 0)
            #expect(proxy.counts(of: "(others)").requests == 200)
            #expect(proxy.counts(of: "(others)").requestsByMethod == ["HEAD": 200])
            #expect(proxy.requests(since: start) == 1200)
            #expect(proxy.requests(of: "(others)", since: start) == 200)
            try await proxy.lift(lease.token)
        }
    }

    @Test func whatIsKeptOfARequestIsCut() async throws {
        let seen = Recorder<ProxiedOperation>()
        let storage = try RawStorage { connection in
            _ = connection.readText(until: "\r\n\r\n")
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            _ = connection.readText(until: "\r\n\r\n")
        }
        defer { storage.stop() }
        let upstream = Upstream(host: "127.0.0.1", port: storage.port)
        let proxy = try await ProxyServer(upstream: upstream) { seen.add($0) }
        let connection = try #require(RawConnection(port: proxy.port))
        func long(_ count: Int) -> String { String(repeating: "y", count: count) }
        let metadata = (0..<100).map { "X-Amz-Meta-\($0): \($0)\r\n" }.joined()
        connection.send(
            "GET /bucket/\(long(10_000)) HTTP/1.1\r\nuser-agent: \(long(10_000))\r\n"
                + "amz-sdk-invocation-id: \(long(10_000))\r\n"
                + "x-amz-meta-long: \(long(10_000))\r\n\(metadata)\r\n")
        #expect(await connection.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        let operation = try #require(seen.all.first)
        #expect(operation.bucket == "bucket" && operation.key == long(4096))
        #expect(operation.agent == long(512) && operation.invocation == long(512))
        #expect(operation.metadata.count == 32)
        #expect(operation.metadata["long"] == long(2048) && operation.metadata["0"] == "0")
        #expect(operation.s3Operation == .getObject)
        await proxy.stop()
    }

    @Test func theLastTenThousandFaultsThatEndedAreKnown() {
        let state = ProxyState { _ in }
        for number in 0...10_000 {
            state.add(Fault(.hang), token: "\(number)")
            state.remove("\(number)")
        }
        #expect(state.struck(by: "0") == nil)
        #expect(state.struck(by: "1") == 0 && state.struck(by: "10000") == 0)
        #expect(!state.isInForce("10000"))
    }

    @Test func aProxyThatStopsEndsItsFaults() {
        let state = ProxyState { _ in }
        for token in ["a", "b"] { state.add(Fault(.hang), token: token) }
        state.removeAll()
        #expect(!state.isInForce("a") && !state.isInForce("b"))
        #expect(state.struck(by: "a") == 0)
    }

    @Test func aFaultThatBecomesAnotherStrikesAsThat() {
        func operation(_ sequence: Int) -> ProxiedOperation {
            ProxiedOperation(
                sequence: sequence, method: "GET", bucket: "bucket", key: "key", agent: "",
                metadata: [:], received: .now)
        }
        var standing = StandingFault(Fault(.hang), token: "", number: 0)
        #expect(standing.strike(operation(1))?.kind == .hang)
        standing.change(.status(503, code: "SlowDown"))
        #expect(standing.strike(operation(2))?.kind == .status(503, code: "SlowDown"))
        #expect(standing.struck == 2)
        standing.change(.staleRead)
        standing.remember(OwnAnswer(status: 200, plain: "a"), to: operation(3), "/a")
        #expect(standing.strike(operation(4), readTarget: "/a")?.kind == .staleRead)
        // What it is already, it stays, with what it remembers.
        standing.change(.staleRead)
        #expect(standing.strike(operation(5), readTarget: "/a") != nil)
        standing.change(.hang)
        standing.change(.staleRead)
        #expect(standing.strike(operation(6), readTarget: "/a") == nil)
    }
}
