import ChaosToolkit
import FaultProxy
import S3
import S3Sandbox
import Wire

@testable import Engine

/// A storage, a proxy before it, and the API of that proxy: as a program of its own would serve it.
final class StandaloneProxy: Sendable {
    static let bucket = "served"
    static let credentials = S3Credentials(
        accessKeyID: "AKSERVED", secretAccessKey: "sandbox-secret-for-tests")
    static let token = "token-of-the-test"

    let api: FaultProxyClient
    let url: String
    let storage: StorageSettings
    /// Past the proxy.
    let direct: S3Client
    /// Through the proxy.
    let proxied: S3Client
    private let sandbox: SandboxServer
    private let registry: ProxyRegistry
    private let control: ControlServer
    private let folder = TemporaryDirectory()

    private init() async throws {
        sandbox = try await SandboxServer(
            directory: folder.path + "/storage", credentials: Self.credentials)
        registry = ProxyRegistry()
        var options = ControlServer.Options()
        options.token = Self.token
        control = try await ControlServer(
            registry, listen: ListenAddress(host: "127.0.0.1", port: 0), options: options)
        url = "http://\(control.address)"
        api = try FaultProxyClient(url: url, token: Self.token)
        storage = StorageSettings(
            endpoint: sandbox.endpoint, bucket: Self.bucket, credentials: Self.credentials)
        let created = try await api.demand(
            "POST", "/proxies",
            [
                "name": "storage", "listen": "127.0.0.1:0", "speaks": "http",
                "upstream": .string("127.0.0.1:\(sandbox.port)"),
            ])
        let listen = created.body["listen"]?.stringValue.flatMap { ListenAddress($0) }
        direct = try S3Client(storage.configuration(agent: "dr-runner"))
        var configuration = storage.configuration(agent: "some-service")
        configuration.requestTimeout = .milliseconds(500)
        configuration.endpoint.connectAddress = listen.map {
            S3Endpoint.Address(host: $0.host, port: $0.port)
        }
        proxied = try S3Client(configuration)
        try await direct.createBucket(Self.bucket)
    }

    static func use(_ body: (StandaloneProxy) async throws -> Void) async throws {
        let proxy = try await StandaloneProxy()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(proxy))
        } catch {
            result = .failure(error)
        }
        await proxy.api.shutdown()
        await proxy.control.stop()
        await proxy.registry.stop()
        try? await proxy.direct.shutdown()
        try? await proxy.proxied.shutdown()
        await proxy.sandbox.stop()
        try result.get()
    }

    /// How a read through the proxy ends; `nil`: well.
    func problem() async -> S3Error.Code? {
        do {
            _ = try await proxied.get("key", in: Self.bucket)
            return nil
        } catch {
            return (error as? S3Error)?.code
        }
    }
}
