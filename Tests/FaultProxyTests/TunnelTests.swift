import FaultProxy
import Foundation
import Testing

/// What a proxy that speaks TCP passes on, without a fault.
@Suite(.timeLimit(.minutes(3)))
struct TunnelTests {
    @Test func bytesGoBothWaysUnchanged() async throws {
        try await withTunnel(to: StreamServer.echo) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            #expect(await peer.echo([7]).bytes == [7])
            let bytes = patterned(5_000_000)
            async let sent = peer.send(bytes)
            let reception = await peer.received(bytes.count)
            #expect(await sent == bytes.count)
            #expect(reception.bytes == bytes)
            let count = bytes.count + 1
            #expect(proxy.bytes.receivedFromClients == count)
            #expect(proxy.bytes.sentToUpstream == count)
            #expect(proxy.bytes.receivedFromUpstream == count)
            #expect(proxy.bytes.sentToClients == count)
            #expect(proxy.counts().connections == 1)
        }
    }

    @Test func manyConnectionsAtOnceKeepApart() async throws {
        try await withTunnel(to: StreamServer.echo) { proxy in
            let peers = try (0..<100).map { _ in try #require(StreamPeer(port: proxy.port)) }
            await withTaskGroup(of: Bool.self) { group in
                for (index, peer) in peers.enumerated() {
                    group.addTask {
                        let bytes = [UInt8](repeating: UInt8(index), count: 10_000)
                        return await peer.echo(bytes).bytes == bytes
                    }
                }
                for await isSame in group { #expect(isSame) }
            }
            #expect(proxy.counts().connections == 100)
        }
    }

    // MARK: Ends

    @Test func whoHasNoMoreToSayStillGetsTheAnswer() async throws {
        let serve: @Sendable (StreamPeer) -> Void = { peer in
            let request = peer.read()
            peer.write(Array("\(request.bytes.count) \(request.end == .closed)".utf8))
        }
        try await withTunnel(to: serve) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            await peer.send(patterned(300_000))
            peer.endOutput()
            let answer = await peer.received()
            #expect(String(decoding: answer.bytes, as: UTF8.self) == "300000 true")
            #expect(answer.end == .closed)
        }
    }

    @Test func theServerMayEndFirstAndListenOn() async throws {
        let heard = Recorder<Int>()
        let serve: @Sendable (StreamPeer) -> Void = { peer in
            peer.write([1, 2, 3])
            peer.endOutput()
            heard.add(peer.read().bytes.count)
        }
        try await withTunnel(to: serve) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            let answer = await peer.received()
            #expect(answer.bytes == [1, 2, 3] && answer.end == .closed)
            await peer.send(patterned(200_000))
            peer.endOutput()
            #expect(await eventually { heard.all == [200_000] })
        }
    }

    /// Nobody reads what comes last while the rest is still on its way.
    @Test func anAnswerThatIsClosedBehindArrivesWhole() async throws {
        let serve: @Sendable (StreamPeer) -> Void = { peer in
            if peer.read(1).end == nil { peer.write(patterned(3_000_000)) }
        }
        try await withTunnel(to: serve) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            await peer.send([1])
            peer.endOutput()
            #expect(await peer.received(1).bytes == [0])
            try await Task.sleep(for: .milliseconds(300))
            let rest = await peer.received()
            #expect(rest.bytes.count == 2_999_999 && rest.end == .closed)
        }
    }

    @Test func aServerThatIsGoneTakesTheClientWithIt() async throws {
        let serve: @Sendable (StreamPeer) -> Void = { _ = $0.read(1) }
        try await withTunnel(to: serve) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            await peer.send([1])
            #expect(await peer.received().end != .silence)
        }
    }

    @Test func aStorageThatIsDownClosesTheClient() async throws {
        let port = try RawConnection.freePort()
        let settings = ProxySettings(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            upstream: Upstream(host: "127.0.0.1", port: port))
        try await withProxy(settings) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            let reception = await peer.received()
            #expect(reception.bytes.isEmpty && reception.end != .silence)
        }
    }

    // MARK: Holding back

    /// Far less than is offered: what the kernel's buffers take, and a little of the proxy's own.
    private static let bound = 40_000_000
    private static let endless = [UInt8](repeating: 7, count: 1_000_000)

    @Test func aSlowReaderHoldsTheServerBack() async throws {
        let serve: @Sendable (StreamPeer) -> Void = { peer in
            for _ in 0..<400 {
                if peer.write(Self.endless) < Self.endless.count { return }
            }
        }
        try await withTunnel(to: serve) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port, receiveBuffer: 65536))
            let held = try await settled { proxy.bytes.receivedFromUpstream }
            #expect(held < Self.bound, "\(held)")
            // It goes on where it stopped.
            #expect(await peer.received(2 * held).bytes.count == 2 * held)
        }
    }

    @Test func aSlowServerHoldsTheClientBack() async throws {
        let isReading = Recorder<Bool>()
        let serve: @Sendable (StreamPeer) -> Void = { peer in
            while isReading.all.isEmpty { usleep(10_000) }
            _ = peer.read(2 * Self.bound)
        }
        try await withTunnel(to: serve) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            let sending = Task {
                for _ in 0..<100 {
                    if await peer.send(Self.endless) < Self.endless.count { return }
                }
            }
            let held = try await settled { proxy.bytes.receivedFromClients }
            #expect(held < Self.bound, "\(held)")
            isReading.add(true)
            #expect(await eventually { proxy.bytes.sentToUpstream >= 2 * Self.bound })
            await proxy.stop()
            await sending.value
        }
    }

    // MARK: Refusing

    @Test func refusingClosesThePortAndEveryTunnel() async throws {
        try await withTunnel(to: StreamServer.echo) { proxy in
            let peer = try #require(StreamPeer(port: proxy.port))
            #expect(await peer.echo().end == nil)
            let lease = try await proxy.inject(Fault(.refuse), lease: nil)
            #expect(await peer.received().end != .silence)
            #expect(StreamPeer(port: proxy.port) == nil)
            #expect(!RawConnection.canTake(port: proxy.port, reusingAddress: true))
            try await proxy.lift(lease.token)
            let other = try #require(StreamPeer(port: proxy.port))
            #expect(await other.echo().end == nil)
        }
    }

    @Test func thereAreNoRequestsToStrike() async throws {
        try await withTunnel(to: StreamServer.echo) { proxy in
            await #expect(throws: FaultProxyError.with(.notHTTP)) {
                try await proxy.inject(Fault(.status(503)))
            }
            #expect(await proxy.faultsInForce == 0)
        }
    }
}
