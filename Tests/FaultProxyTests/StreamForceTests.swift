import FaultProxy
import S3Sandbox
import Testing

/// Which connections a fault of the stream holds, and for how long.
@Suite(.timeLimit(.minutes(3)))
struct StreamForceTests {
    private static let closing = StreamFault.Kind.limitData(bytes: 0)

    private func isStruck(_ proxy: ProxyServer) async throws -> Bool {
        let peer = try #require(StreamPeer(port: proxy.port))
        return await peer.echo().end != nil
    }

    @Test func aShareOfConnectionsIsStruck() async throws {
        try await withTunnel(to: StreamServer.echo) { proxy in
            let lease = try await proxy.inject(
                StreamFault(Self.closing, toxicity: 0.5, seed: 3), lease: nil)
            var struck = 0
            for _ in 0..<200 {
                if try await isStruck(proxy) { struck += 1 }
            }
            // Six standard deviations.
            #expect((58...142).contains(struck), "\(struck)")
            #expect(proxy.struck(by: lease.token) == struck)
            try await proxy.lift(lease.token)
            #expect(proxy.struck(by: lease.token) == struck)
            #expect(try await !isStruck(proxy))
        }
    }

    @Test func anOpenConnectionDrawsAnewWhenTheShareChanges() async throws {
        try await withTunnel(to: StreamServer.echo) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            #expect(await peer.echo().end == nil)
            let lease = try await proxy.inject(
                StreamFault(Self.closing, toxicity: 0), lease: nil)
            #expect(await peer.echo().end == nil)
            try await proxy.change(lease.token, fraction: 1)
            #expect(proxy.struck(by: lease.token) == 1)
            #expect(await peer.echo().end != nil)
        }
    }

    @Test func aFaultEndsWithItsLease() async throws {
        try await withTunnel(to: StreamServer.echo) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            #expect(await peer.echo().end == nil)
            let kind = StreamFault.Kind.bandwidth(kilobytesPerSecond: 0)
            let start = ContinuousClock.now
            let lease = try await proxy.inject(StreamFault(kind), lease: .milliseconds(500))
            let reception = await peer.echo([5])
            #expect(reception.bytes == [5] && reception.ended - start >= .milliseconds(490))
            #expect(await eventually { await proxy.ending(of: lease.token) != nil })
            let ending = try #require(await proxy.ending(of: lease.token))
            #expect(ending.reason == .expired)
            #expect(try await proxy.lift(lease.token) == ending)
            await #expect(throws: FaultProxyError.with(.leaseGone)) {
                try await proxy.change(lease.token, to: StreamFault.Kind.noop)
            }
        }
    }

    @Test func aFaultOfOneSortStaysOfThatSort() async throws {
        try await withPlainProxy(answering: [1]) { proxy, _ in
            let stream = try await proxy.inject(StreamFault(.noop), lease: nil)
            let requests = try await proxy.inject(Fault(.hang), lease: nil)
            await #expect(throws: FaultProxyError.with(.cannotChange)) {
                try await proxy.change(stream.token, to: Fault.Kind.hang)
            }
            await #expect(throws: FaultProxyError.with(.cannotChange)) {
                try await proxy.change(requests.token, to: StreamFault.Kind.noop)
            }
            await #expect(throws: FaultProxyError.with(.cannotChange)) {
                try await proxy.change(requests.token, to: Fault.Kind.refuse)
            }
            #expect(await proxy.faultsInForce == 2)
        }
    }

    // MARK: Below requests

    private static let request = "GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n"
    private static let last = "GET /bucket/key HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"

    @Test(arguments: StreamFault.Direction.allCases)
    func requestsAreLateToo(_ direction: StreamFault.Direction) async throws {
        try await withPlainProxy(answering: patterned(50_000)) { proxy, _ in
            let peer = try #require(StreamPeer(port: proxy.port))
            await peer.send(Array(Self.request.utf8))
            #expect(await peer.received(50_000).end == nil)
            let kind = StreamFault.Kind.latency(.milliseconds(300), jitter: .zero)
            let lease = try await proxy.inject(
                StreamFault(kind, direction: direction), lease: nil)
            let other = try #require(StreamPeer(port: proxy.port))
            let start = ContinuousClock.now
            await other.send(Array(Self.last.utf8))
            let reception = await other.received()
            // The connection is closed behind the answer, not before.
            #expect(reception.bytes.suffix(50_000) == patterned(50_000)[...])
            #expect(reception.end == .closed)
            #expect(reception.ended - start >= .milliseconds(300))
            #expect(proxy.struck(by: lease.token) == 2)
        }
    }

    @Test func whatClientsDoNotTakeIsNotReadFromTheStorage() async throws {
        let body = [UInt8](repeating: 7, count: 50_000_000)
        try await withPlainProxy(answering: body) { proxy, _ in
            let kind = StreamFault.Kind.bandwidth(kilobytesPerSecond: 0)
            let lease = try await proxy.inject(StreamFault(kind), lease: nil)
            let peer = try #require(StreamPeer(port: proxy.port))
            await peer.send(Array(Self.last.utf8))
            let held = try await settled { proxy.bytes.receivedFromUpstream }
            #expect(held > 200_000 && held < 2_000_000, "\(held)")
            try await proxy.lift(lease.token)
            let reception = await peer.received()
            #expect(reception.bytes.suffix(body.count) == body[...])
        }
    }

    @Test func anAnswerIsCutInTheMiddle() async throws {
        try await withPlainProxy(answering: patterned(50_000)) { proxy, _ in
            let lease = try await proxy.inject(
                StreamFault(.limitData(bytes: 1000)), lease: .seconds(60))
            let peer = try #require(StreamPeer(port: proxy.port))
            await peer.send(Array(Self.request.utf8))
            let reception = await peer.received()
            #expect(reception.bytes.count == 1000 && reception.end != .silence)
            try await proxy.lift(lease.token)
        }
    }

    @Test func anAnswerThatIsDroppedDoesNotCloseTheConnection() async throws {
        try await withPlainProxy(answering: [1]) { proxy, requests in
            let lease = try await proxy.inject(StreamFault(.timeout(.zero)), lease: nil)
            let peer = try #require(StreamPeer(port: proxy.port))
            let waiting = Task {
                await peer.send(Array(Self.last.utf8))
                return await peer.received()
            }
            #expect(await eventually { proxy.counts().answered == 1 })
            // Long enough for a client to be told, if it were.
            try await Task.sleep(for: .milliseconds(500))
            let lifted = ContinuousClock.now
            try await proxy.lift(lease.token)
            let reception = await waiting.value
            #expect(reception.bytes.isEmpty && reception.ended >= lifted)
            #expect(requests.all.count == 1)
        }
    }
}
