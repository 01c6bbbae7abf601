import Foundation
import S3
import S3Sandbox
import StorageServers
import Testing

/// A service in Python, its storage, and a fault-proxy between the two: all that a drill of it
/// needs. The storage is in the process of the tests.
struct ServiceRig: Sendable {
    static let credentials = S3Credentials(
        accessKeyID: "AKSERVICE", secretAccessKey: "service-secret-for-tests")
    /// What the service stores in.
    static let bucket = "objects"
    private static let script = Repository.tests + "/EndToEndTests/services/naive_service.py"

    let workspace: Workspace
    let sandbox: SandboxServer
    let proxy: StandaloneProxy
    /// On which the proxy before the storage listens.
    let proxyPort: Int
    let service: RunningProgram
    /// The file that tells a runner of it.
    let target: String

    /// Runs them for as long as `body` does.
    static func use<Value: Sendable>(
        isFixed: Bool, _ body: (ServiceRig) async throws -> Value
    ) async throws -> Value {
        let workspace = try Workspace()
        let sandbox = try await SandboxServer(
            directory: workspace.folder + "/storage", credentials: credentials)
        let result: Result<Value, any Error>
        do {
            let rig = try await ServiceRig(isFixed: isFixed, on: sandbox, in: workspace)
            result = .success(try await body(rig))
        } catch {
            result = .failure(error)
        }
        await sandbox.stop()
        return try result.get()
    }

    private init(
        isFixed: Bool, on sandbox: SandboxServer, in workspace: Workspace
    ) async throws {
        try await Self.makeBuckets(in: sandbox)
        let proxy = try await StandaloneProxy.start(in: workspace)
        let storage = try await proxy.create("storage", before: sandbox.port, speaking: "http")
        let notices = try LocalPort.free()
        let options = [
            "-B", Self.script, "--storage", "127.0.0.1:\(storage)",
            "--host-header", "127.0.0.1:\(sandbox.port)", "--bucket", Self.bucket,
            "--access-key", Self.credentials.accessKeyID,
            "--secret-key", Self.credentials.secretAccessKey,
            "--notices", "http://127.0.0.1:\(notices)/notices",
        ]
        let service = try workspace.start(
            path: StorageServer.program("python3"), isFixed ? options + ["--fixed"] : options)
        let start = "listening on "
        try await service.wait(forLine: start)
        let port = try #require(
            service.output.split(separator: "\n").first.flatMap { Int($0.dropFirst(start.count)) })
        target = try workspace.write(
            Self.target(service: port, notices: notices, api: proxy.port, storage: sandbox.port),
            to: "target.yaml")
        (self.workspace, self.sandbox, self.proxy) = (workspace, sandbox, proxy)
        (proxyPort, self.service) = (storage, service)
    }

    private static func makeBuckets(in sandbox: SandboxServer) async throws {
        let client = try S3Client(
            S3Configuration(endpoint: sandbox.endpoint, credentials: credentials))
        do {
            for name in [bucket, "backups"] { try await client.createBucket(name) }
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private static func target(service: Int, notices: Int, api: Int, storage: Int) -> String {
        """
        name: object service
        kind: http
        environment: test
        service:
          url: http://127.0.0.1:\(service)
          timeout: 8s
          put: {path: "/objects/{key}", served: [201], deferred: [202], refused: [503]}
          get: {path: "/objects/{key}", served: [200], missing: [404], refused: [503]}
          delete: {path: "/objects/{key}", served: [204], deferred: [202], refused: [503]}
          states:
            breaker:
              path: /status
              json: $.breaker
              closed: closed
              open: open
              half_open: half-open
            health: {path: /status, json: $.health, healthy: ok, unhealthy: degraded}
            queue: {path: /status, json: $.queued}
        notices:
          listen: 127.0.0.1:\(notices)
        proxies:
          api: http://127.0.0.1:\(api)
        primary:
          proxy: storage
        \(Self.storage(port: storage, bucket: bucket))
        backup:
        \(Self.storage(port: storage, bucket: "backups"))

        """
    }

    private static func storage(port: Int, bucket: String) -> String {
        """
          endpoint: http://127.0.0.1:\(port)
          bucket: \(bucket)
          access_key_id: \(credentials.accessKeyID)
          secret_access_key: \(credentials.secretAccessKey)
        """
    }

    /// The states of all leases that the proxy knows.
    func leases() async throws -> [String] {
        try await proxy.call("GET", "/leases").body.elements.compactMap { $0["state"].text }
    }
}
