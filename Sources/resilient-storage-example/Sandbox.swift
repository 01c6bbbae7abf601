import FoundationEssentials
import ResilientStorage
import S3
import S3Sandbox

/// What the example has in the place of a service's surroundings: three storages and a receiver of
/// notices, served from this process and a temporary directory.
actor Sandbox {
    private let directory =
        FileManager.default.temporaryDirectory.path(percentEncoded: false)
        + "/resilient-storage-example-\(UUID().uuidString)"
    private let credentials = S3Credentials(accessKeyID: "example", secretAccessKey: "example")
    private var servers: [String: SandboxServer] = [:]
    private var receiver: LoopbackServer?
    /// In the order in which they came.
    private(set) var notices: [Notice] = []

    /// Whatever becomes of it, `remove` is called in the end.
    func start() async throws -> Settings {
        let receiver = try await LoopbackServer { await self.receive($0) }
        self.receiver = receiver
        return Settings(
            primary: try await bucket("orders", of: "primary"),
            secondary: try await bucket("orders", of: "secondary"),
            backup: try await bucket("backups", of: "backup"),
            directory: directory + "/service",
            webhook: "http://127.0.0.1:\(receiver.port)/notices")
    }

    /// Nothing of it is left.
    func remove() async {
        for server in servers.values { await server.stop() }
        await receiver?.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    func stopPrimary() async { await servers["primary"]?.stop() }

    /// At the same address, with the objects that it had.
    func startPrimary() async throws {
        _ = try await serve("primary", port: servers["primary"]?.port ?? 0)
    }

    private func serve(_ storage: String, port: Int = 0) async throws -> SandboxServer {
        let server = try await SandboxServer(
            directory: "\(directory)/\(storage)", credentials: credentials, port: port)
        servers[storage] = server
        return server
    }

    private func bucket(_ name: String, of storage: String) async throws -> Settings.Bucket {
        let server = try await serve(storage)
        let bucket = Settings.Bucket(
            endpoint: server.endpoint, credentials: credentials, name: name)
        let client = try bucket.client()
        do {
            try await client.createBucket(name)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return bucket
    }

    private func receive(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let notice = try? decoder.decode(Notice.self, from: Data(request.body)) else {
            return LoopbackServer.Response(status: 400)
        }
        notices.append(notice)
        return LoopbackServer.Response(status: 200)
    }
}

extension Storage.Options {
    /// So that the example takes seconds. A service leaves the times as they are.
    static var impatient: Self {
        var options = Self()
        options.breaker.openDuration = .seconds(1)
        options.store.health.interval = .milliseconds(250)
        options.store.health.operationMemory = .seconds(1)
        options.failover.failoverAfter = .seconds(3)
        options.failover.dwell = .seconds(1)
        options.failover.failbackAfter = .seconds(1)
        return options
    }
}
