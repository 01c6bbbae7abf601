import FaultProxy
import Foundation
import Testing

/// What a client sees of how the storage ends its connection.
@Suite(.timeLimit(.minutes(2)))
struct StorageEndTests {
    private func withStorage(
        isSecure: Bool = false, _ serve: @escaping @Sendable (RawConnection) -> Void,
        _ body: (ProxyServer, Recorder<ProxiedOperation>, RawConnection) async throws -> Void
    ) async throws {
        let storage = try RawStorage(serve)
        defer { storage.stop() }
        let seen = Recorder<ProxiedOperation>()
        let upstream = Upstream(host: "127.0.0.1", port: storage.port, isSecure: isSecure)
        let proxy = try await ProxyServer(upstream: upstream) { seen.add($0) }
        let result: Result<Void, any Error>
        do {
            let client = try #require(RawConnection(port: proxy.port))
            result = .success(try await body(proxy, seen, client))
        } catch {
            result = .failure(error)
        }
        await proxy.stop()
        try result.get()
    }

    /// A client that has read so waits for it.
    @Test func aConnectionEndsAfterAnAnswerThatSaysSo() async throws {
        let serve: @Sendable (RawConnection) -> Void = { connection in
            _ = connection.readText(until: "\r\n\r\n")
            connection.send("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi")
        }
        try await withStorage(serve) { proxy, _, client in
            client.send("GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n")
            let answer = await client.rest()
            #expect(answer.text.hasSuffix("\r\n\r\nhi") && answer.end == .closed)
            #expect(proxy.counts().answered == 1)
        }
    }

    /// Whoever still sends would lose the answer if the connection were closed at once.
    @Test func anEarlyAnswerThatEndsTheConnectionArrives() async throws {
        let serve: @Sendable (RawConnection) -> Void = { connection in
            _ = connection.readText(until: "\r\n\r\n")
            connection.send(
                "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno")
        }
        try await withStorage(serve) { _, seen, client in
            client.send("PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\n\r\n")
            #expect(await eventually { seen.all.count == 1 })
            client.send(String(repeating: "x", count: 200_000))
            try await Task.sleep(for: .milliseconds(300))
            client.send(String(repeating: "x", count: 200_000))
            let answer = await client.rest()
            #expect(answer.text.hasPrefix("HTTP/1.1 403 ") && answer.text.hasSuffix("no"))
            #expect(answer.end == .closed)
            #expect(seen.all.map(\.status) == [403])
        }
    }

    /// Without a length, the end of the connection is the end of the answer, but not if it broke.
    @Test func anAnswerWhoseConnectionBreaksIsNotWhole() async throws {
        let serve: @Sendable (RawConnection) -> Void = { connection in
            _ = connection.readText(until: "\r\n\r\n")
            connection.send("HTTP/1.0 200 OK\r\n\r\nhalf")
            usleep(200_000)
            connection.breakWhenClosed()
        }
        try await withStorage(serve) { proxy, seen, client in
            client.send("GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n")
            let answer = await client.rest()
            #expect(answer.end == .reset)
            #expect(!answer.text.hasSuffix("\r\n0\r\n\r\n"))
            #expect(await eventually { seen.all.count == 1 })
            #expect(seen.all.map(\.status) == [nil])
            #expect(proxy.counts().answered == 0)
        }
    }

    @Test func aStorageThatCannotSpeakTLSIsNamedWithTheReason() async throws {
        let serve: @Sendable (RawConnection) -> Void = { connection in
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
            _ = connection.readText(until: "\r\n\r\n\r\n")
        }
        try await withStorage(isSecure: true, serve) { proxy, seen, client in
            client.send(
                "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n"
                    + "connection: close\r\n\r\nhello")
            let answer = await client.rest()
            #expect(answer.text.hasPrefix("HTTP/1.1 502 "))
            #expect(answer.text.contains("<Code>UpstreamUnreachable</Code>"))
            // And not where in the library that was found.
            #expect(
                answer.text.contains(": TLS: HTTP_REQUEST<")
                    || answer.text.contains(": TLS: WRONG_VERSION_NUMBER<"))
            #expect(answer.end == .closed)
            #expect(seen.all.map(\.status) == [nil])
            // Nobody has read the request.
            #expect(proxy.counts().forwarded == 0)
        }
    }
}
