import FaultProxy
import Foundation
import S3
import S3Sandbox
import Testing

/// What the client sends, and over how many connections.
@Suite(.timeLimit(.minutes(2)))
struct S3RequestTests {
    @Test func aRequestIsSignedForTheEndpointAlsoOnItsWayThroughAnotherAddress() async throws {
        let seen = Recorder<LoopbackServer.Request>()
        let server = try await LoopbackServer { request in
            seen.add(request)
            return LoopbackServer.Response(status: 200, headers: [("etag", "\"e\"")])
        }
        var endpoint = try #require(S3Endpoint("https://storage.example"))
        endpoint.connectAddress = .init(host: "127.0.0.1", port: server.port)
        var configuration = S3Configuration(
            endpoint: endpoint,
            credentials: S3Credentials(accessKeyID: "AKEXAMPLE", secretAccessKey: "secret"))
        configuration.agent = "drill/1"
        let time = Date(timeIntervalSince1970: 1_369_353_600)
        try await withClient(configuration, now: { time }) { client in
            try await client.put([1], to: "a b/c", in: "bucket", metadata: ["colour": "blue"])
        }
        await server.stop()

        let request = try #require(seen.all.first)
        #expect(request.method == "PUT" && request.target == "/bucket/a%20b/c")
        #expect(request.header("host") == "storage.example")
        #expect(request.header("x-amz-date") == "20130524T000000Z")
        #expect(request.header("x-amz-content-sha256") == Digests.sha256([1]))
        #expect(request.header("x-amz-meta-colour") == "blue")
        #expect(request.header("content-length") == "1")
        #expect(request.header("user-agent") == "drill/1")
        let authorization = try #require(request.header("authorization"))
        #expect(authorization.contains("Credential=AKEXAMPLE/20130524/auto/s3/aws4_request"))
        #expect(
            authorization.contains(
                "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-colour")
        )
    }

    /// Without a key, the same requests would be about the bucket: deleting it, for one.
    @Test func anEmptyKeyNeverReachesTheBucket() async throws {
        try await withSandbox { configuration in
            try await withClient(configuration) { client in
                try await client.createBucket("kept-bucket")
                await #expect(throws: S3Error.self) {
                    try await client.delete("", in: "kept-bucket")
                }
                await #expect(throws: S3Error.self) {
                    try await client.put([1], to: "", in: "new-bucket")
                }
                await #expect(throws: S3Error.self) {
                    try await client.get("", in: "kept-bucket")
                }
                try await client.headBucket("kept-bucket")
                await #expect(throws: S3Error.with(.noSuchBucket)) {
                    try await client.headBucket("new-bucket")
                }
            }
        }
    }

    // MARK: Connections

    /// How many connections so many requests one after another take.
    private static func connections(
        requests: Int, usesNewConnections: Bool
    ) async throws -> Int {
        let counts = Recorder<Int>()
        try await withSandbox { configuration in
            let port = configuration.endpoint.port
            let proxy = try await ProxyServer(upstream: Upstream(host: "127.0.0.1", port: port))
            var configuration = configuration
            configuration.endpoint.connectAddress = .init(host: "127.0.0.1", port: proxy.port)
            configuration.usesNewConnections = usesNewConnections
            try await withClient(configuration) { client in
                try await client.createBucket("bucket")
                for _ in 1..<requests { try await client.headBucket("bucket") }
            }
            #expect(proxy.counts().requests == requests)
            counts.add(proxy.counts().connections)
            await proxy.stop()
        }
        return try #require(counts.all.first)
    }

    @Test func aProbeHasAConnectionOfItsOwn() async throws {
        #expect(try await Self.connections(requests: 8, usesNewConnections: true) == 8)
    }

    @Test func otherRequestsShareConnections() async throws {
        #expect(try await Self.connections(requests: 8, usesNewConnections: false) < 8)
    }

    // MARK: Cancelling

    /// Parts of an upload that nobody ends are kept, and charged, for ever.
    @Test func aCancelledUploadIsAborted() async throws {
        let methods = Recorder<String>()
        let server = try await LoopbackServer { request in
            methods.add(request.method)
            if request.method == "PUT" { try? await Task.sleep(for: .seconds(20)) }
            return LoopbackServer.Response(
                status: 200, headers: [("etag", "e")],
                body: Array("<Result><UploadId>id</UploadId></Result>".utf8))
        }
        try await withClient(try localConfiguration(port: server.port)) { client in
            let chunks = AsyncThrowingStream<[UInt8], any Error> { continuation in
                continuation.yield([1])
                continuation.finish()
            }
            let upload = Task { try await client.upload(chunks, to: "key", in: "bucket") }
            #expect(await eventually { methods.all == ["POST", "PUT"] })
            upload.cancel()
            await #expect(throws: (any Error).self) { try await upload.value }
            #expect(await eventually { methods.all == ["POST", "PUT", "DELETE"] })
        }
        await server.stop()
    }

    /// What ends without an error counts as whole.
    @Test func aCancelledDownloadDoesNotEndAsIfItWereWhole() async throws {
        try await withSandbox { configuration in
            try await withClient(configuration) { client in
                try await client.createBucket("bucket")
                let body = [UInt8](repeating: 1, count: 2 * S3Client.partSize)
                try await client.put(body, to: "key", in: "bucket")
                let download = Task {
                    var count = 0
                    for try await chunk in client.download("key", in: "bucket") {
                        count += chunk.count
                        withUnsafeCurrentTask { $0?.cancel() }
                    }
                    return count
                }
                await #expect(throws: (any Error).self) { try await download.value }
            }
        }
    }
}
