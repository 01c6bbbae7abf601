import FaultProxy
import Foundation
import Testing

/// How much a proxy that speaks HTTP keeps of what one side sends and the other does not take.
@Suite(.timeLimit(.minutes(3)))
struct HoldingBackTests {
    /// Far less than is offered: what the kernel's buffers take, and a little of the proxy's own.
    private static let bound = 40_000_000
    private static let endless = [UInt8](repeating: 7, count: 1_000_000)

    private func withHTTP(
        to serve: @escaping @Sendable (StreamPeer) -> Void,
        _ body: (ProxyServer) async throws -> Void
    ) async throws {
        let server = try StreamServer(serve)
        defer { server.stop() }
        let settings = ProxySettings(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            upstream: Upstream(host: "127.0.0.1", port: server.port), speaks: .http)
        try await withProxy(settings, body)
    }

    /// Megabytes of it are there at once, when the storage is connected.
    @Test func aStorageThatDoesNotReadHoldsALateRequestBack() async throws {
        let isOver = Recorder<Bool>()
        let serve: @Sendable (StreamPeer) -> Void = { _ in
            while isOver.all.isEmpty { usleep(10_000) }
        }
        try await withHTTP(to: serve) { proxy in
            defer { isOver.add(true) }
            _ = try await proxy.inject(Fault(.latency(.seconds(1))), lease: nil)
            let late = StreamFault(
                .latency(.milliseconds(300), jitter: .zero), direction: .upstream)
            _ = try await proxy.inject(late, lease: nil)
            let peer = try #require(StreamPeer(port: proxy.port))
            let sending = Task {
                let head = "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 200000000"
                await peer.send(Array("\(head)\r\n\r\n".utf8))
                for _ in 0..<200 {
                    if await peer.send(Self.endless) < Self.endless.count { return }
                }
            }
            #expect(await eventually { proxy.counts().forwarded == 1 })
            let held = try await settled { proxy.bytes.receivedFromClients }
            #expect(held < Self.bound, "\(held)")
            await proxy.stop()
            await sending.value
        }
    }

    /// A storage may close its connection while its answer waits; the next answer comes on another.
    @Test func aClientThatDoesNotReadHoldsTheNextConnectionBack() async throws {
        let connections = Recorder<Bool>()
        let serve: @Sendable (StreamPeer) -> Void = { storage in
            let isFirst = connections.all.isEmpty
            connections.add(true)
            _ = storage.readSome()
            let length = isFirst ? 300_000 : 400_000_000
            storage.write(Array("HTTP/1.1 200 OK\r\ncontent-length: \(length)\r\n\r\n".utf8))
            if isFirst {
                storage.write(patterned(length))
                return
            }
            for _ in 0..<400 {
                if storage.write(Self.endless) < Self.endless.count { return }
            }
        }
        try await withHTTP(to: serve) { proxy in
            let stalled = StreamFault(.bandwidth(kilobytesPerSecond: 0))
            _ = try await proxy.inject(stalled, lease: nil)
            let peer = try #require(StreamPeer(port: proxy.port))
            let read = Array("GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n".utf8)
            await peer.send(read)
            #expect(await eventually { proxy.counts().answered == 1 })
            // By then the first connection is gone.
            try await Task.sleep(for: .milliseconds(500))
            await peer.send(read)
            #expect(await eventually { proxy.counts().forwarded == 2 })
            let held = try await settled { proxy.bytes.receivedFromUpstream }
            #expect(held < Self.bound, "\(held)")
        }
    }
}
