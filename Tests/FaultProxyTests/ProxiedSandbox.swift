import Foundation
import S3
import S3Sandbox
import Synchronization

@testable import FaultProxy

/// A sandbox with a bucket, a proxy in front of it, and clients that go through the proxy.
final class ProxiedSandbox: Sendable {
    static let credentials = S3Credentials(
        accessKeyID: "AKSANDBOX", secretAccessKey: "sandbox-secret-for-tests")

    let proxy: ProxyServer
    let sandbox: SandboxServer
    /// What the storage answered, as the proxy saw it.
    let seen: Recorder<ProxiedOperation>
    private let folder: String
    private let clients = Recorder<S3Client>()

    fileprivate init() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/dr-proxied-\(UUID())"
        let sandbox = try await SandboxServer(
            directory: folder, credentials: Self.credentials)
        let seen = Recorder<ProxiedOperation>()
        let upstream = Upstream(host: "127.0.0.1", port: sandbox.port)
        proxy = try await ProxyServer(upstream: upstream) { seen.add($0) }
        (self.folder, self.sandbox, self.seen) = (folder, sandbox, seen)
    }

    /// A client whose requests go through the proxy.
    func client(
        timeout: Duration = .seconds(20), usesNewConnections: Bool = false,
        agent: String = "tests"
    ) throws -> S3Client {
        var configuration = S3Configuration(
            endpoint: sandbox.endpoint, credentials: Self.credentials)
        configuration.endpoint.connectAddress = .init(host: "127.0.0.1", port: proxy.port)
        configuration.requestTimeout = timeout
        configuration.usesNewConnections = usesNewConnections
        configuration.agent = agent
        let client = try S3Client(configuration)
        clients.add(client)
        return client
    }

    /// A client that goes round the proxy.
    func directClient() throws -> S3Client {
        let client = try S3Client(
            S3Configuration(endpoint: sandbox.endpoint, credentials: Self.credentials))
        clients.add(client)
        return client
    }

    fileprivate func stop() async {
        for client in clients.all { try? await client.shutdown() }
        await proxy.stop()
        await sandbox.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Runs a sandbox behind a proxy for as long as `body` runs. The bucket is named `bucket`.
func withProxy(_ body: (ProxiedSandbox) async throws -> Void) async throws {
    let proxied = try await ProxiedSandbox()
    do {
        try await proxied.directClient().createBucket("bucket")
        try await body(proxied)
    } catch {
        await proxied.stop()
        throw error
    }
    await proxied.stop()
}

/// Runs a proxy before a storage that answers everything with these bytes, and notes what it was
/// asked, for as long as `run` runs.
func withPlainProxy(
    answering body: [UInt8],
    _ run: (ProxyServer, Recorder<LoopbackServer.Request>) async throws -> Void
) async throws {
    let requests = Recorder<LoopbackServer.Request>()
    let server = try await LoopbackServer { request in
        requests.add(request)
        return LoopbackServer.Response(status: 200, body: body)
    }
    let proxy = try await ProxyServer(upstream: Upstream(host: "127.0.0.1", port: server.port))
    let result: Result<Void, any Error>
    do { result = .success(try await run(proxy, requests)) } catch { result = .failure(error) }
    await proxy.stop()
    await server.stop()
    try result.get()
}

extension S3Client {
    /// How a call ended: `nil` if well.
    func code(
        of call: (S3Client) async throws -> Void
    ) async throws -> S3Error.Code? {
        do {
            try await call(self)
            return nil
        } catch let error as S3Error {
            return error.code
        }
    }

    var keys: [String] {
        get async throws { try await listAll("bucket").map(\.key) }
    }
}

extension S3Error {
    /// An error to compare with: only its code counts.
    static func with(_ code: Code) -> S3Error { S3Error(code, message: "", finished: .now) }
}

extension FaultProxyError {
    /// An error to compare with: only its code counts.
    static func with(_ code: Code) -> FaultProxyError { FaultProxyError(code: code, message: "") }
}

/// Notes what happens in other tasks.
final class Recorder<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}

/// Asks until the answer is yes or the time is over.
func eventually(
    within limit: Duration = .seconds(15), _ isTrue: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await isTrue() { return true }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return try await isTrue()
}
