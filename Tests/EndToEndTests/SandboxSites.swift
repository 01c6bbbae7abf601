import FaultProxy
import Foundation
import S3
import S3Sandbox
import Synchronization

/// The storages of a target in the process of these tests: buckets of one sandbox, each behind a
/// proxy of its own, with which the tests can keep a drill from it.
final class SandboxSites: Sendable {
    private static let credentials = S3Credentials(
        accessKeyID: "AKSITES", secretAccessKey: "sandbox-secret-for-tests")

    /// Past the proxies.
    let client: S3Client
    private let sandbox: SandboxServer
    private let proxies: [String: ProxyServer]
    private let folder: String
    private let renewals = Mutex<[Task<Void, Never>]>([])

    private init() async throws {
        folder = FileManager.default.temporaryDirectory.path + "/dr-sites-\(UUID())"
        let sandbox = try await SandboxServer(directory: folder, credentials: Self.credentials)
        var proxies: [String: ProxyServer] = [:]
        for role in ThreeServers.roles {
            proxies[role] = try await ProxyServer(
                upstream: Upstream(host: "127.0.0.1", port: sandbox.port))
        }
        client = try S3Client(
            S3Configuration(endpoint: sandbox.endpoint, credentials: Self.credentials))
        (self.sandbox, self.proxies) = (sandbox, proxies)
    }

    private func stop() async {
        for renewal in renewals.withLock({ $0 }) { renewal.cancel() }
        try? await client.shutdown()
        for proxy in proxies.values { await proxy.stop() }
        await sandbox.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Serves them for as long as `body` runs.
    static func use(_ body: (SandboxSites) async throws -> Void) async throws {
        let sites = try await SandboxSites()
        let result: Result<Void, any Error>
        do {
            for role in ThreeServers.roles { try await sites.client.createBucket(role) }
            result = .success(try await body(sites))
        } catch {
            result = .failure(error)
        }
        await sites.stop()
        try result.get()
    }

    /// As a storage does whose keys may only read.
    func refuseWrites(of role: String) async throws {
        try await inject(Fault(.status(403), methods: ["PUT"]), before: role)
    }

    func refuseConnections(of role: String) async throws {
        try await inject(Fault(.refuse), before: role)
    }

    /// It holds until they are stopped: a drill may have to wait for its place.
    private func inject(_ fault: Fault, before role: String) async throws {
        guard let proxy = proxies[role] else { return }
        let lease = try await proxy.inject(fault, lease: ProxyServer.maximumLease)
        let renewal = Task {
            while (try? await Task.sleep(for: .seconds(20))) != nil {
                try? await proxy.renew(lease.token, lease: ProxyServer.maximumLease)
            }
        }
        renewals.withLock { $0.append(renewal) }
    }

    /// The keys of drills' objects, by the role of the storage that holds them.
    func keysOfDrills() async throws -> [String: [String]] {
        var keys: [String: [String]] = [:]
        for role in ThreeServers.roles {
            let found = try await client.listAll(role, prefix: "dr-test/").map(\.key)
            if !found.isEmpty { keys[role] = found }
        }
        return keys
    }

    func storage(_ role: String) -> Sample.Storage {
        Sample.Storage(
            endpoint: "http://127.0.0.1:\(proxies[role]?.port ?? 0)", bucket: role,
            accessKeyID: Self.credentials.accessKeyID,
            secretAccessKey: Self.credentials.secretAccessKey)
    }

    /// A target file.
    func target(hasSecondary: Bool = true) -> String {
        Sample.target(
            named: "sites", primary: storage("primary"),
            secondary: hasSecondary ? storage("secondary") : nil, backup: storage("backup"))
    }
}
