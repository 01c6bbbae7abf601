import FaultProxy
import Foundation
import S3
import S3Sandbox
import StorageServers
import Testing

/// Where proxies listen, and as whom.
@Suite(.timeLimit(.minutes(2)))
struct ListenTests {
    // MARK: Addresses

    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1", 80), ("localhost:0", "localhost", 0), (":80", "", 80),
        ("[::1]:65535", "::1", 65535), ("[::]:8474", "::", 8474), ("a.b-c:1", "a.b-c", 1),
    ])
    func anAddressIsAHostAndAPort(_ text: String, _ host: String, _ port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "80", "localhost", "localhost:", "localhost:x", "localhost:-1", "localhost:+1",
        "localhost:65536", "::1:80", "[::1]", "[::1:80", "a b:80", "http://a:80",
        "a:99999999999999999999",
    ])
    func whatIsNoAddressIsNone(_ text: String) {
        #expect(ListenAddress(text) == nil)
        #expect(Upstream(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.8.7", true), ("::1", true), ("0:0:0:0:0:0:0:1", true),
        ("localhost", true), ("", false), ("0.0.0.0", false), ("::", false), ("::2", false),
        ("128.0.0.1", false), ("127.0.0.1.example.org", false), ("localhost.example.org", false),
    ])
    func onlyThisMachineReachesItself(_ host: String, _ isLoopback: Bool) {
        #expect(ListenAddress(host: host, port: 1).isLoopback == isLoopback)
    }

    @Test func anUpstreamWithoutAHostIsThisMachine() throws {
        let upstream = try #require(Upstream(":9000", isSecure: true))
        #expect(upstream.host == "127.0.0.1" && upstream.port == 9000 && upstream.isSecure)
        #expect(Upstream("[::1]:9000")?.host == "::1")
        #expect(Upstream("storage:0") == nil)
    }

    // MARK: Listening

    private func settings(_ listen: ListenAddress, port: Int) -> ProxySettings {
        ProxySettings(listen: listen, upstream: Upstream(host: "127.0.0.1", port: port))
    }

    @Test(arguments: ["127.0.0.1", "localhost", "", "::1"])
    func itListensWhereItIsTold(_ host: String) async throws {
        // Not every machine has it.
        if host == "::1", !Self.hasIPv6 { return }
        let server = try StreamServer(StreamServer.echo)
        defer { server.stop() }
        let listen = ListenAddress(host: host, port: 0)
        try await withProxy(settings(listen, port: server.port)) { proxy in
            let client = host == "::1" ? "::1" : "127.0.0.1"
            let port = proxy.address.port
            #expect(port > 0 && proxy.port == port)
            #expect(proxy.address.isLoopback == !host.isEmpty)
            let peer = try #require(StreamPeer(host: client, port: port))
            #expect(await peer.echo().bytes == [1])
            // The port stays reserved while connections are refused.
            let lease = try await proxy.inject(Fault(.refuse), lease: nil)
            #expect(StreamPeer(host: client, port: port) == nil)
            await #expect(throws: FaultProxyError.with(.cannotListen)) {
                try await withProxy(settings(proxy.address, port: server.port)) { _ in }
            }
            try await proxy.lift(lease.token)
            let other = try #require(StreamPeer(host: client, port: port))
            #expect(await other.echo().bytes == [1])
        }
    }

    private static let hasIPv6 =
        (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .utf8))?
        .contains("00000000000000000000000000000001") == true

    @Test func aPortThatIsTakenIsNamedAsGoNamesIt() async throws {
        let server = try StreamServer(StreamServer.echo)
        defer { server.stop() }
        let listen = ListenAddress(host: "127.0.0.1", port: server.port)
        let error = await #expect(throws: FaultProxyError.with(.cannotListen)) {
            try await withProxy(settings(listen, port: 1)) { _ in }
        }
        let text = "listen tcp 127.0.0.1:\(server.port): bind: address already in use"
        #expect(error?.message == text)
    }

    @Test func aHostThatIsNoneIsNamed() async throws {
        let listen = ListenAddress(host: "nowhere.invalid", port: 0)
        let error = await #expect(throws: FaultProxyError.with(.cannotListen)) {
            try await withProxy(settings(listen, port: 1)) { _ in }
        }
        #expect(error?.message == "listen tcp: lookup nowhere.invalid: no such host")
    }

    @Test func aPortIsFreeAgainWhenItsProxyHasStopped() async throws {
        let loops = ProxyLoops(threads: 1)
        var listen = ListenAddress(host: "127.0.0.1", port: 0)
        for _ in 0..<5 {
            let proxy = try await ProxyServer(settings(listen, port: 1), loops: loops)
            listen = proxy.address
            await proxy.stop()
        }
        await loops.shutdown()
    }

    @Test func proxiesShareLoops() async throws {
        let server = try StreamServer(StreamServer.echo)
        defer { server.stop() }
        let loops = ProxyLoops(threads: 2)
        let listen = ListenAddress(host: "127.0.0.1", port: 0)
        var proxies: [ProxyServer] = []
        for _ in 0..<10 {
            proxies.append(try await ProxyServer(settings(listen, port: server.port), loops: loops))
        }
        await proxies[0].stop()
        for proxy in proxies.dropFirst() {
            let peer = try #require(StreamPeer(port: proxy.port))
            #expect(await peer.echo().bytes == [1])
            #expect(proxy.counts().connections == 1)
        }
        for proxy in proxies { await proxy.stop() }
        await loops.shutdown()
    }

    // MARK: TLS

    @Test(arguments: [ProxySettings.Speaks.tcp, .http])
    func clientsMaySpeakTLS(_ speaks: ProxySettings.Speaks) async throws {
        try await withTLS(speaks) { proxy, authority in
            let client = try Self.client(of: proxy, authority: authority)
            let body = patterned(500_000)
            try await client.put(body, to: "key", in: "bucket")
            #expect(try await client.get("key", in: "bucket").body == body)
            // Who does not know the authority does not trust the proxy.
            let stranger = try Self.client(of: proxy, authority: nil)
            await #expect(throws: S3Error.self) { try await stranger.headBucket("bucket") }
            // A fault of the stream stands above TLS; a reset below it.
            let lease = try await proxy.inject(StreamFault(.resetPeer(.zero)), lease: nil)
            await #expect(throws: S3Error.with(.connectionLost)) {
                try await client.headBucket("bucket")
            }
            try await proxy.lift(lease.token)
            try await client.headBucket("bucket")
            try await client.shutdown()
            try await stranger.shutdown()
        }
    }

    private func withTLS(
        _ speaks: ProxySettings.Speaks,
        _ body: (_ proxy: ProxyServer, _ authority: String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/dr-identity-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = try ServerCertificate(folder: folder)
        try await withProxy { (proxied: ProxiedSandbox) in
            try await withProxy(
                ProxySettings(
                    listen: ListenAddress(host: "127.0.0.1", port: 0),
                    upstream: Upstream(host: "127.0.0.1", port: proxied.sandbox.port),
                    speaks: speaks,
                    identity: ServerIdentity(
                        certificateFile: files.certificate, keyFile: files.key))
            ) { proxy in try await body(proxy, files.authority) }
        }
    }

    private static func client(of proxy: ProxyServer, authority: String?) throws -> S3Client {
        let endpoint = try #require(S3Endpoint("https://127.0.0.1:\(proxy.port)"))
        var configuration = S3Configuration(
            endpoint: endpoint, credentials: ProxiedSandbox.credentials)
        configuration.extraAuthority = authority
        return try S3Client(configuration)
    }

    @Test func anIdentityThatIsNoneIsNamed() async throws {
        var settings = settings(ListenAddress(host: "127.0.0.1", port: 0), port: 1)
        settings.identity = ServerIdentity(certificateFile: "/nowhere.pem", keyFile: "/no.key")
        let loops = ProxyLoops(threads: 1)
        let error = await #expect(throws: FaultProxyError.with(.cannotListen)) {
            try await ProxyServer(settings, loops: loops)
        }
        #expect(error?.message.hasPrefix("/nowhere.pem and /no.key are no identity") == true)
        await loops.shutdown()
    }
}
