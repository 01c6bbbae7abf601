import FaultProxy
import Testing

/// What a client sees of each fault of the stream, on a connection that was open before.
@Suite(.timeLimit(.minutes(3)))
struct StreamFaultTests {
    /// Runs a tunnel with one connection that works, and then puts a fault in force.
    private func withFault(
        _ kind: StreamFault.Kind, _ direction: StreamFault.Direction,
        to serve: @escaping @Sendable (StreamPeer) -> Void = StreamServer.echo,
        _ body: (_ peer: StreamPeer, _ token: String, _ proxy: ProxyServer) async throws -> Void
    ) async throws {
        try await withTunnel(to: serve) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            #expect(await peer.echo().bytes == [1])
            let lease = try await proxy.inject(
                StreamFault(kind, direction: direction), lease: nil)
            #expect(lease.effective >= lease.began)
            #expect(proxy.struck(by: lease.token) == 1)
            try await body(peer, lease.token, proxy)
        }
    }

    /// Answers one byte, and then notes what comes.
    private static func listen(
        _ heard: Recorder<StreamPeer.Reception>
    ) -> @Sendable (StreamPeer) -> Void {
        { peer in
            peer.write(peer.read(1).bytes)
            heard.add(peer.read())
        }
    }

    /// Answers one byte, and when a second one has come, all of these; then it closes.
    private static func answer(_ bytes: [UInt8]) -> @Sendable (StreamPeer) -> Void {
        { peer in
            peer.write(peer.read(1).bytes)
            if peer.read(1).end == nil { peer.write(bytes) }
        }
    }

    private static let endless = [UInt8](repeating: 7, count: 1_000_000)

    // MARK: Slower

    @Test(arguments: StreamFault.Direction.allCases)
    func latencyIsAddedOnceAWay(_ direction: StreamFault.Direction) async throws {
        let kind = StreamFault.Kind.latency(.milliseconds(100), jitter: .zero)
        try await withFault(kind, direction) { peer, token, proxy in
            // The smallest of them: the machine may add to it, the proxy must not.
            let times = await Self.roundTrips(peer, count: 15)
            let smallest = try #require(times.min())
            #expect(smallest >= .milliseconds(100) && smallest < .milliseconds(106))
            try await proxy.change(
                token, to: StreamFault.Kind.latency(.milliseconds(30), jitter: .zero))
            let shorter = try #require(await Self.roundTrips(peer, count: 15).min())
            #expect(shorter >= .milliseconds(30) && shorter < .milliseconds(36))
            try await proxy.lift(token)
            let without = try #require(await Self.roundTrips(peer, count: 15).min())
            #expect(without < .milliseconds(10))
        }
    }

    private static func roundTrips(_ peer: StreamPeer, count: Int) async -> [Duration] {
        await onThread {
            (0..<count).map { _ in
                let start = ContinuousClock.now
                peer.write([1])
                return peer.read(1).ended - start
            }
        }
    }

    @Test func latencyDoesNotLimitTheRate() async throws {
        let bytes = patterned(3_000_000)
        let kind = StreamFault.Kind.latency(.milliseconds(300), jitter: .zero)
        try await withFault(kind, .downstream, to: Self.answer(bytes)) { peer, _, _ in
            let start = ContinuousClock.now
            await peer.send([1])
            let reception = await peer.received()
            #expect(reception.bytes == bytes && reception.end == .closed)
            // At 256 KiB under way it would be more than 3 s.
            #expect(reception.ended - start < .milliseconds(1500))
        }
    }

    @Test func bandwidthLimitsWhatTheClientGets() async throws {
        let bytes = patterned(1_000_000)
        let kind = StreamFault.Kind.bandwidth(kilobytesPerSecond: 500)
        try await withFault(kind, .downstream, to: Self.answer(bytes)) { peer, _, _ in
            let start = ContinuousClock.now
            await peer.send([1])
            let reception = await peer.received()
            #expect(reception.bytes == bytes)
            let time = reception.ended - start
            #expect(time > .milliseconds(1800) && time < .milliseconds(2200), "\(time)")
        }
    }

    @Test func bandwidthLimitsWhatTheServerGets() async throws {
        let heard = Recorder<StreamPeer.Reception>()
        let bytes = patterned(1_000_000)
        let kind = StreamFault.Kind.bandwidth(kilobytesPerSecond: 500)
        try await withFault(kind, .upstream, to: Self.listen(heard)) { peer, _, _ in
            let start = ContinuousClock.now
            await peer.send(bytes)
            peer.endOutput()
            #expect(await eventually { !heard.all.isEmpty })
            let reception = try #require(heard.all.first)
            #expect(reception.bytes == bytes && reception.end == .closed)
            let time = reception.ended - start
            #expect(time > .milliseconds(1800) && time < .milliseconds(2200), "\(time)")
        }
    }

    @Test func whatIsHeldArrivesAtOnceWhenTheFaultEnds() async throws {
        let bytes = patterned(100_000)
        let kind = StreamFault.Kind.bandwidth(kilobytesPerSecond: 0)
        try await withFault(kind, .downstream, to: Self.answer(bytes)) { peer, token, proxy in
            await peer.send([1])
            let received = proxy.bytes
            #expect(await eventually { proxy.bytes.receivedFromUpstream > 100_000 })
            #expect(proxy.bytes.sentToClients == received.sentToClients)
            try await proxy.lift(token)
            let reception = await peer.received()
            #expect(reception.bytes == bytes && reception.end == .closed)
        }
    }

    @Test(arguments: StreamFault.Direction.allCases)
    func whatIsHeldIsBounded(_ direction: StreamFault.Direction) async throws {
        let serve: @Sendable (StreamPeer) -> Void = { peer in
            peer.write(peer.read(1).bytes)
            if direction == .downstream {
                // Not before the fault: what nobody reads would fill all buffers.
                guard peer.read(1).end == nil else { return }
                while peer.write(Self.endless) == Self.endless.count {}
            } else {
                _ = peer.read()
            }
        }
        let kind = StreamFault.Kind.bandwidth(kilobytesPerSecond: 0)
        try await withFault(kind, direction, to: serve) { peer, _, proxy in
            if direction == .downstream { await peer.send([1]) }
            let sending = Task {
                while direction == .upstream,
                    await peer.send(Self.endless) == Self.endless.count
                {}
            }
            let held = try await settled {
                let bytes = proxy.bytes
                return direction == .upstream
                    ? bytes.receivedFromClients - bytes.sentToUpstream
                    : bytes.receivedFromUpstream - bytes.sentToClients
            }
            // A quarter of a megabyte, and what one turn of reading brings.
            #expect(held > 200_000 && held < 1_000_000, "\(held)")
            await proxy.stop()
            await sending.value
        }
    }

    @Test func slicesComeOneByOne() async throws {
        let kind = StreamFault.Kind.slicer(
            averageSize: 10, sizeVariation: 0, delay: .microseconds(20_000))
        try await withFault(kind, .downstream, to: Self.answer(patterned(100))) { peer, _, _ in
            await peer.send([1])
            let reception = await peer.received()
            #expect(reception.bytes == patterned(100))
            let first = try #require(reception.arrivals.first)
            let last = try #require(reception.arrivals.last)
            let time = last.time - first.time
            #expect(time >= .milliseconds(150), "\(time)")
            #expect(reception.arrivals.count > 5)
        }
    }

    // MARK: Broken off

    @Test func aLimitCutsWhatTheClientGets() async throws {
        let kind = StreamFault.Kind.limitData(bytes: 1000)
        let serve = Self.answer(patterned(5000))
        try await withFault(kind, .downstream, to: serve) { peer, _, _ in
            await peer.send([1])
            let reception = await peer.received()
            #expect(reception.bytes == Array(patterned(5000).prefix(1000)))
            #expect(reception.end != .silence)
        }
    }

    @Test func aLimitCutsWhatTheServerGets() async throws {
        let heard = Recorder<StreamPeer.Reception>()
        let kind = StreamFault.Kind.limitData(bytes: 1000)
        try await withFault(kind, .upstream, to: Self.listen(heard)) { peer, _, _ in
            await peer.send(patterned(5000))
            #expect(await peer.received().end != .silence)
            #expect(await eventually { !heard.all.isEmpty })
            #expect(heard.all.first?.bytes == Array(patterned(5000).prefix(1000)))
        }
    }

    @Test(arguments: StreamFault.Direction.allCases)
    func bothSidesAreReset(_ direction: StreamFault.Direction) async throws {
        let heard = Recorder<StreamPeer.End?>()
        let serve: @Sendable (StreamPeer) -> Void = { peer in
            while true {
                let reception = peer.read(1)
                if reception.end != nil { return heard.add(reception.end) }
                peer.write(reception.bytes)
            }
        }
        let kind = StreamFault.Kind.resetPeer(.milliseconds(200))
        try await withFault(kind, direction, to: serve) { peer, _, _ in
            let start = ContinuousClock.now
            let reception = await peer.echo()
            #expect(reception.bytes.isEmpty && reception.end == .reset)
            #expect(reception.ended - start >= .milliseconds(200))
            #expect(await eventually { heard.all == [.reset] })
        }
    }

    @Test(arguments: StreamFault.Direction.allCases)
    func silenceIsClosedInTime(_ direction: StreamFault.Direction) async throws {
        try await withFault(.timeout(.milliseconds(300)), direction) { peer, _, _ in
            let start = ContinuousClock.now
            let reception = await peer.echo()
            #expect(reception.bytes.isEmpty && reception.end == .closed)
            #expect(reception.ended - start >= .milliseconds(290))
            #expect(reception.ended - start < .seconds(3))
        }
    }

    @Test func silenceWithoutLimitLastsAsLongAsTheFault() async throws {
        try await withFault(.timeout(.zero), .downstream) { peer, token, proxy in
            let waiting = Task { await peer.echo() }
            #expect(await eventually { proxy.bytes.receivedFromUpstream == 2 })
            // Long enough for a client to be told, if it were.
            try await Task.sleep(for: .milliseconds(500))
            let lifted = ContinuousClock.now
            try await proxy.lift(token)
            let reception = await waiting.value
            #expect(reception.bytes.isEmpty && reception.end == .closed)
            #expect(reception.ended >= lifted)
        }
    }

    @Test func onlyTheEndIsLate() async throws {
        let kind = StreamFault.Kind.slowClose(.milliseconds(500))
        try await withFault(kind, .downstream, to: Self.answer([7, 8])) { peer, _, _ in
            await peer.send([1])
            let reception = await peer.received()
            #expect(reception.bytes == [7, 8] && reception.end == .closed)
            let last = try #require(reception.arrivals.last)
            #expect(reception.ended - last.time >= .milliseconds(450))
        }
    }

    @Test func theServerLearnsOfTheEndLate() async throws {
        let heard = Recorder<StreamPeer.Reception>()
        let kind = StreamFault.Kind.slowClose(.milliseconds(500))
        try await withFault(kind, .upstream, to: Self.listen(heard)) { peer, _, _ in
            let start = ContinuousClock.now
            peer.endOutput()
            #expect(await eventually { !heard.all.isEmpty })
            let reception = try #require(heard.all.first)
            #expect(reception.end == .closed && reception.ended - start >= .milliseconds(490))
        }
    }
}
