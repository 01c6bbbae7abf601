import Foundation
import S3
import S3Sandbox
import Testing

@testable import FaultProxy

/// Requests that are signed anew.
@Suite(.timeLimit(.minutes(2)))
struct SigningTests {
    private static let signing = Signing(
        accessKeyID: ProxiedSandbox.credentials.accessKeyID,
        secretAccessKey: ProxiedSandbox.credentials.secretAccessKey, region: "auto")

    /// Runs a proxy that signs, before a storage on this port.
    private static func withSigner(
        before port: Int, _ run: (ProxyServer, Int) async throws -> Void
    ) async throws {
        let loops = ProxyLoops(threads: 1)
        let settings = ProxySettings(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            upstream: Upstream(host: "127.0.0.1", port: port), speaks: .http, signing: signing)
        let proxy = try await ProxyServer(settings, loops: loops) { _ in }
        let result: Result<Void, any Error>
        do {
            result = .success(try await run(proxy, proxy.address.port))
        } catch {
            result = .failure(error)
        }
        await proxy.stop()
        await loops.shutdown()
        try result.get()
    }

    /// The sandbox checks hosts and signatures.
    @Test func aClientThatKnowsOnlyTheProxyIsSignedFor() async throws {
        try await withProxy { proxied in
            try await Self.withSigner(before: proxied.sandbox.port) { proxy, port in
                let endpoint = try #require(S3Endpoint("http://127.0.0.1:\(port)"))
                let own = S3Credentials(accessKeyID: "of-the-proxy", secretAccessKey: "other")
                let client = try S3Client(S3Configuration(endpoint: endpoint, credentials: own))
                let key = "folder/a b+c%&=é"
                try await client.put(
                    Array("hello world".utf8), to: key, in: "bucket",
                    metadata: ["colour": "light  blue"])
                let read = try await client.get(key, in: "bucket", range: 6...10)
                #expect(read.body == Array("world".utf8))
                #expect(read.metadata["colour"] != nil)
                #expect(try await client.listAll("bucket", prefix: "folder/").map(\.key) == [key])
                try await client.delete(key, in: "bucket")
                #expect(proxy.counts().answered == 4)
                try await client.shutdown()
            }
        }
    }

    @Test func whoIsNotSignedForIsKnownAsWhoTheyAre() async throws {
        try await withProxy { proxied in
            let endpoint = try #require(S3Endpoint("http://127.0.0.1:\(proxied.proxy.port)"))
            let own = S3Credentials(accessKeyID: "of-the-proxy", secretAccessKey: "other")
            let client = try S3Client(S3Configuration(endpoint: endpoint, credentials: own))
            await #expect(throws: S3Error.with(.invalidAccessKeyID)) {
                try await client.get("key", in: "bucket")
            }
            try await client.shutdown()
        }
    }

    private static func request(_ method: String, _ target: String, _ headers: String) -> String {
        "\(method) \(target) HTTP/1.1\r\nhost: proxy:1\r\nconnection: close\r\n"
            + "content-length: 0\r\n\(headers)\r\n"
    }

    @Test func whatBelongsToTheOldSignatureIsReplaced() async throws {
        let requests = Recorder<LoopbackServer.Request>()
        let storage = try await LoopbackServer { request in
            requests.add(request)
            return LoopbackServer.Response(status: 200)
        }
        try await Self.withSigner(before: storage.port) { _, port in
            let connection = try #require(RawConnection(port: port))
            connection.send(
                Self.request(
                    "PUT", "/bucket/key?tagging",
                    "authorization: AWS4-HMAC-SHA256 old\r\nx-amz-date: 20000101T000000Z\r\n"
                        + "x-amz-security-token: old\r\nx-amz-meta-a: 1\r\nX-Amz-Meta-A: 2\r\n"))
            #expect(await connection.rest().text.hasPrefix("HTTP/1.1 200 "))
        }
        let sent = try #require(requests.all.first)
        #expect(sent.header("host") == "127.0.0.1:\(storage.port)")
        #expect(sent.headers.count { $0.name == "host" } == 1)
        #expect(sent.header("x-amz-content-sha256") == "UNSIGNED-PAYLOAD")
        #expect(sent.header("x-amz-security-token") == nil)
        let timestamp = try #require(sent.header("x-amz-date"))
        #expect(timestamp.count == 16 && timestamp > "20240101T000000Z")
        let signature = RequestSignature(
            method: "PUT", path: "/bucket/key", query: [(name: "tagging", value: "")],
            headers: [
                (name: "host", value: "127.0.0.1:\(storage.port)"),
                (name: "x-amz-content-sha256", value: "UNSIGNED-PAYLOAD"),
                (name: "x-amz-date", value: timestamp), (name: "x-amz-meta-a", value: "1,2"),
            ], payloadHash: "UNSIGNED-PAYLOAD", region: "auto", timestamp: timestamp)
        let expected = signature.authorization(with: ProxiedSandbox.credentials)
        #expect(sent.headers.filter { $0.name == "authorization" }.map(\.value) == [expected])
        await storage.stop()
    }

    @Test(
        arguments: [
            ("/bucket/key", "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n"),
            ("/bucket/key", "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\r\n"),
            ("/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0", ""),
            ("/bucket/key?AWSAccessKeyId=a&Signature=0", ""),
        ])
    func whatCannotBeSignedAnewIsRefusedWithAReason(
        _ target: String, _ headers: String
    ) async throws {
        try await withPlainProxy(answering: []) { plain, requests in
            try await Self.withSigner(before: plain.port) { proxy, port in
                let connection = try #require(RawConnection(port: port))
                connection.send(Self.request("PUT", target, headers))
                let answer = await connection.rest()
                #expect(answer.text.hasPrefix("HTTP/1.1 501 "), "\(answer.text)")
                #expect(answer.text.contains("<Code>NotImplemented</Code>"))
                #expect(answer.text.contains("the proxy signs requests anew, and cannot do so"))
                #expect(proxy.counts().requests == 1 && proxy.counts().forwarded == 0)
            }
            #expect(requests.all.isEmpty)
        }
    }

    @Test(
        arguments: [
            ("storage.example", 443, true, "storage.example"),
            ("storage.example", 80, false, "storage.example"),
            ("storage.example", 443, false, "storage.example:443"),
            ("storage.example", 9000, true, "storage.example:9000"), ("::1", 80, false, "[::1]"),
            ("::1", 9000, false, "[::1]:9000"),
        ])
    func theHostIsTheStorages(_ host: String, _ port: Int, _ isSecure: Bool, _ expected: String) {
        let upstream = Upstream(host: host, port: port, isSecure: isSecure)
        #expect(RequestSigner(Self.signing, upstream: upstream).authority == expected)
    }

    @Test func aSecretIsNotPrinted() {
        for text in ["\(Self.signing)", String(reflecting: Self.signing)] {
            #expect(!text.contains(Self.signing.secretAccessKey))
        }
        var dumped = ""
        dump(Self.signing, to: &dumped)
        #expect(!dumped.contains(Self.signing.secretAccessKey))
    }
}
