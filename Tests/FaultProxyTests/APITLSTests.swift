import Foundation
import S3
import S3Sandbox
import StorageServers
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@testable import FaultProxy

/// TLS and signing anew, as the API is told to.
@Suite(.timeLimit(.minutes(2))) struct APITLSTests {
    private static func client(
        _ url: String, authority: String? = nil, credentials: S3Credentials
    ) throws -> S3Client {
        var configuration = S3Configuration(
            endpoint: try #require(S3Endpoint(url)), credentials: credentials)
        configuration.extraAuthority = authority
        return try S3Client(configuration)
    }

    /// Makes a proxy.
    ///
    /// - Parameter more: members of the body, beside those that every proxy has.
    /// - Returns: where it listens.
    private static func create(
        _ name: String, _ upstream: String, _ more: String, by api: ProxyAPI
    ) async throws -> String {
        let proxy = try await api.done(
            "POST /proxies",
            #"{"name":"\#(name)","listen":"127.0.0.1:0","upstream":"\#(upstream)","#
                + #""speaks":"http",\#(more)}"#)
        return proxy["listen"].string
    }

    /// One proxy speaks TLS to its clients, another one TLS to that one: all of both is encrypted.
    @Test func aProxySpeaksTLSOnBothSides() async throws {
        try await withCertificate { files in
            try await withProxy { (proxied: ProxiedSandbox) in
                try await withAPI { api in
                    let inner = try await Self.create(
                        "inner", "127.0.0.1:\(proxied.sandbox.port)",
                        #""tls_certificate":"\#(files.certificate)","tls_key":"\#(files.key)""#,
                        by: api)
                    let outer = try await Self.create(
                        "outer", inner,
                        #""upstream_tls":true,"upstream_ca":"\#(files.authority)""#, by: api)
                    let credentials = ProxiedSandbox.credentials
                    let ways: [(url: String, authority: String?)] = [
                        ("https://\(inner)", files.authority), ("http://\(outer)", nil),
                    ]
                    for (url, authority) in ways {
                        let client = try Self.client(
                            url, authority: authority, credentials: credentials)
                        try await client.put(Array("hello".utf8), to: "key", in: "bucket")
                        let read = try await client.get("key", in: "bucket")
                        #expect(read.body == Array("hello".utf8))
                        try await client.shutdown()
                    }
                    // Who does not trust the authority gets nothing.
                    let stranger = try Self.client(
                        "https://\(inner)", credentials: credentials)
                    await #expect(throws: S3Error.self) {
                        try await stranger.get("key", in: "bucket")
                    }
                    try await stranger.shutdown()
                    let shown = try await api.done("GET /proxies/inner")
                    #expect(shown["tls_key"].string == files.key)
                }
            }
        }
    }

    /// The sandbox checks signatures: whoever has other keys needs a proxy that signs.
    @Test func aProxySignsAnewFromWhenItIsToldTo() async throws {
        try await withProxy { (proxied: ProxiedSandbox) in
            try await withAPI { api in
                let port = try await api.create(
                    upstream: "127.0.0.1:\(proxied.sandbox.port)", speaks: "http")
                let own = S3Credentials(accessKeyID: "of-the-client", secretAccessKey: "other")
                let client = try Self.client("http://127.0.0.1:\(port)", credentials: own)
                await #expect(throws: S3Error.with(.invalidAccessKeyID)) {
                    try await client.put([1], to: "key", in: "bucket")
                }
                let known = ProxiedSandbox.credentials
                let changed = try await api.call(
                    "PATCH /proxies/p",
                    #"{"sign_access_key_id":"\#(known.accessKeyID)","#
                        + #""sign_secret_access_key":"\#(known.secretAccessKey)"}"#)
                #expect(changed.status == 200, "\(changed.text)")
                #expect(changed.text.contains(#""sign_access_key_id":"AKSANDBOX""#))
                try await client.shutdown()
                let signed = try Self.client("http://127.0.0.1:\(port)", credentials: own)
                try await signed.put([1, 2, 3], to: "key", in: "bucket")
                #expect(try await signed.get("key", in: "bucket").body == [1, 2, 3])
                let said = try await api.call("GET /proxies").text + api.reports.all.joined()
                #expect(!said.contains(known.secretAccessKey))
                try await signed.shutdown()
            }
        }
    }

    /// Whoever opens a pipe waits for somebody who writes into it, and a device has no end.
    @Test(arguments: ["upstream_ca", "tls_certificate"])
    func aFileThatIsNoneIsRefusedAndHoldsNothingUp(_ field: String) async throws {
        try await withCertificate { files in
            let pipe = files.key + ".pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            try await withAPI { api in
                let port = try await api.create()
                let connection = try #require(RawConnection(port: port))
                let identity =
                    #""tls_certificate":"\#(files.certificate)","tls_key":"\#(files.key)""#
                for path in [pipe, "/dev/zero", "/nowhere.pem", "/"] {
                    // The last of one name counts.
                    let answer = try await api.call(
                        "PATCH /proxies/p", #"{\#(identity),"\#(field)":"\#(path)"}"#)
                    #expect(answer.status == 400, "\(answer.text)")
                    #expect(answer.text.contains("\(field) '\(path)'"), "\(answer.text)")
                }
                // Nothing was closed and nothing started anew.
                #expect(api.reports.all.count == 1, "\(api.reports.all)")
                withExtendedLifetime(connection) {}
            }
        }
    }

    private func withCertificate(_ body: (ServerCertificate) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/dr-api-tls-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(ServerCertificate(folder: folder))
    }
}
