import FaultProxy
import Foundation
import S3
import S3Sandbox
import Testing

/// What passes through a proxy without a fault.
@Suite(.timeLimit(.minutes(3)))
struct ForwardingTests {
    /// The sandbox checks signatures: had anything been changed, it would refuse.
    @Test func requestsAndAnswersPassUnchanged() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let key = "folder/a b+c%&=é"
            let written = try await client.put(
                Array("hello world".utf8), to: key, in: "bucket", metadata: ["colour": "blue"],
                contentType: "text/plain")
            let read = try await client.get(key, in: "bucket", range: 6...10)
            #expect(read.body == Array("world".utf8) && read.size == 11)
            #expect(read.metadata == ["colour": "blue"] && read.contentType == "text/plain")
            #expect(read.etag == written.etag)
            #expect(try await client.head(key, in: "bucket").size == 11)
            #expect(try await client.listAll("bucket", prefix: "folder/").map(\.key) == [key])
            await #expect(throws: S3Error.with(.preconditionFailed)) {
                try await client.put([1], to: key, in: "bucket", if: .absent)
            }
            try await client.delete(key, in: "bucket")
            await #expect(throws: S3Error.with(.noSuchKey)) {
                try await client.get(key, in: "bucket")
            }
            #expect(try await proxied.directClient().keys == [])
        }
    }

    @Test func aLargeBodyStreamsThroughInBothDirections() async throws {
        try await withProxy { proxied in
            let client = try proxied.client(timeout: .seconds(60))
            var body = [UInt8](repeating: 0, count: 32 << 20)
            for index in stride(from: 0, to: body.count, by: 4099) {
                body[index] = UInt8(truncatingIfNeeded: index / 4099)
            }
            try await client.put(body, to: "large", in: "bucket")
            let stored = try await proxied.directClient().get("large", in: "bucket")
            #expect(Digests.sha256(stored.body) == Digests.sha256(body))
            let read = try await client.get("large", in: "bucket")
            #expect(Digests.sha256(read.body) == Digests.sha256(body))
        }
    }

    @Test func theCountsAreOfEachSenderAndMethod() async throws {
        try await withProxy { proxied in
            for (agent, requests) in [("probe", 3), ("workload", 2)] {
                let client = try proxied.client(usesNewConnections: true, agent: agent)
                for _ in 0..<requests {
                    await #expect(throws: S3Error.with(.noSuchKey)) {
                        try await client.get("key", in: "bucket")
                    }
                }
            }
            let client = try proxied.client()
            try await client.put([1], to: "key", in: "bucket")

            let probe = proxied.proxy.counts(of: "probe")
            #expect(probe.requests == 3 && probe.forwarded == 3 && probe.answered == 3)
            #expect(probe.requestsByMethod == ["GET": 3])
            #expect(proxied.proxy.counts(of: "workload").requests == 2)
            #expect(proxied.proxy.counts(of: "nobody").requests == 0)
            let all = proxied.proxy.counts()
            #expect(all.requests == 6 && all.answered == 6 && all.faulted == 0)
            #expect(all.requestsByMethod == ["GET": 5, "PUT": 1])
            #expect(all.connections == 6)
        }
    }

    @Test func requestsAreCountedFromAnInstantOn() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            let start = ContinuousClock.now
            for _ in 0..<3 { try await client.headBucket("bucket") }
            let middle = ContinuousClock.now
            for _ in 0..<2 { try await client.headBucket("bucket") }
            #expect(proxied.proxy.requests(since: start) == 5)
            #expect(proxied.proxy.requests(since: middle) == 2)
            #expect(proxied.proxy.requests(since: .now) == 0)
            #expect(proxied.proxy.requests(of: "nobody", since: start) == 0)
            #expect(proxied.proxy.requests(since: start, until: middle) == 3)
            try await client.put([1], to: "key", in: "bucket")
            #expect(proxied.proxy.requests(of: "tests", since: middle, methods: ["PUT"]) == 1)
            #expect(proxied.proxy.requests(since: start, until: middle, methods: ["PUT"]) == 0)
        }
    }

    @Test func theObserverSeesWhatWasAnswered() async throws {
        try await withProxy { proxied in
            let client = try proxied.client()
            try await client.put([1], to: "a b", in: "bucket", metadata: ["operation": "42"])
            await #expect(throws: S3Error.self) { try await client.get("missing", in: "bucket") }
            let seen = proxied.seen.all
            #expect(seen.map(\.method) == ["PUT", "GET"])
            #expect(seen.map(\.bucket) == ["bucket", "bucket"])
            #expect(seen.map(\.key) == ["a%20b", "missing"])
            #expect(seen.map(\.status) == [200, 404])
            #expect(seen.map(\.sequence) == [1, 2])
            #expect(seen.first?.metadata == ["operation": "42"])
            #expect(seen.allSatisfy { $0.fault == nil })
        }
    }

    @Test func aStorageThatIsDownIsNamedWithTheReason() async throws {
        let port = try RawConnection.freePort()
        let proxy = try await ProxyServer(upstream: Upstream(host: "127.0.0.1", port: port))
        let endpoint = try #require(S3Endpoint("http://127.0.0.1:\(proxy.port)"))
        let client = try S3Client(
            S3Configuration(endpoint: endpoint, credentials: ProxiedSandbox.credentials))
        for body in [[], [UInt8](repeating: 1, count: 1 << 20)] {
            let error = await #expect(throws: S3Error.with(.other("UpstreamUnreachable"))) {
                try await client.put(body, to: "key", in: "bucket")
            }
            #expect(error?.status == 502)
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
            #expect(error?.message.localizedCaseInsensitiveContains("refused") == true)
            #expect(error?.isServiceFault == true && error?.isIndeterminate == false)
        }
        #expect(proxy.counts().forwarded == 0)
        try await client.shutdown()
        await proxy.stop()
    }

    // MARK: Its port

    @Test func whenStoppedItHasNoPortAndNoConnections() async throws {
        try await withProxy { proxied in
            let connection = try #require(RawConnection(port: proxied.proxy.port))
            await proxied.proxy.stop()
            #expect(await connection.rest().end != .silence)
            #expect(RawConnection(port: proxied.proxy.port) == nil)
        }
    }

    @Test func aPortThatAnotherProgramHasIsRefused() async throws {
        try await withProxy { proxied in
            await #expect(throws: (any Error).self) {
                try await ProxyServer(
                    upstream: Upstream(host: "127.0.0.1", port: 1), port: proxied.sandbox.port)
            }
        }
    }

    /// Two proxies on one port would share the requests between them, and only one has the fault.
    @Test func aPortThatAnotherProxyHasIsRefused() async throws {
        try await withProxy { proxied in
            await #expect(throws: (any Error).self) {
                let second = try await ProxyServer(
                    upstream: Upstream(host: "127.0.0.1", port: proxied.sandbox.port),
                    port: proxied.proxy.port)
                await second.stop()
            }
        }
    }
}
