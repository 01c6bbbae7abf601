internal import DRTesting
internal import FaultProxy
internal import FoundationEssentials
internal import ResilientStorage
internal import S3
internal import S3Sandbox

/// The storage system of a target, put together for one run: storages, the proxy before the
/// primary one, the resilient store, and a receiver for its notices.
final class SystemUnderTest: Sendable {
    /// Who calls, as the proxy tells them apart.
    static let storeAgent = "dr-store"
    static let probeAgent = "dr-probe"

    let primary: StorageSettings
    let backup: StorageSettings
    let proxy: ProxyServer
    let faults: any FaultInjecting
    let store: ResilientStore
    let wire: WireRecord
    let receiver: NoticeReceiver
    /// Past the proxy: for the bytes, and for cleaning up.
    let direct: S3Client
    let backupClient: S3Client
    let probeClient: S3Client
    private let storeClient: S3Client
    private let notifier: WebhookNotifier
    private let sandboxes: [SandboxServer]

    /// - Parameter directory: for everything that the run keeps on disk.
    init(
        target: Target, directory: String, sabotage: Sabotage?,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) async throws {
        let storages = try await Storages(target: target, directory: directory)
        (primary, backup, sandboxes) = (storages.primary, storages.backup, storages.sandboxes)
        let wire = WireRecord()
        self.wire = wire
        proxy = try await ProxyServer(upstream: primary.upstream) { wire.record($0) }
        let address = S3Endpoint.Address(host: "127.0.0.1", port: proxy.port)
        faults = sabotage.wrap(ProxyFaults(proxy: proxy))
        direct = try S3Client(primary.configuration(agent: "dr-runner"))
        backupClient = try S3Client(backup.configuration(agent: "dr-runner"))
        storeClient = try S3Client(primary.storeConfiguration(through: address))
        probeClient = try S3Client(primary.probeConfiguration(through: address))
        receiver = try await NoticeReceiver()
        notifier = WebhookNotifier(url: receiver.url)
        let queue = try OperationQueue(directory: directory + "/queue")
        var components = ResilientStore.Components(
            breaker: sabotage.wrap(CircuitBreaker(), observer: observer),
            queue: sabotage.wrap(queue), notifier: sabotage.wrap(notifier))
        components.observer = observer
        store = ResilientStore(
            client: storeClient, bucket: primary.bucket, configuration: .init(),
            components: components)
        await store.start()
    }

    func stop() async {
        await store.stop()
        await proxy.stop()
        await receiver.stop()
        for client in [direct, backupClient, storeClient, probeClient] {
            try? await client.shutdown()
        }
        try? await notifier.shutdown()
        for sandbox in sandboxes { await sandbox.stop() }
    }
}

/// The storages of a target; those of the embedded one are served from the run's directory.
private struct Storages {
    let primary: StorageSettings
    let backup: StorageSettings
    var sandboxes: [SandboxServer] = []

    init(target: Target, directory: String) async throws {
        if let primary = target.primary, let backup = target.backup {
            (self.primary, self.backup) = (primary, backup)
            return
        }
        var generator = SystemRandomNumberGenerator()
        let credentials = S3Credentials(
            accessKeyID: "embedded", secretAccessKey: String(generator.next(), radix: 36))
        var settings: [StorageSettings] = []
        for role in ["primary", "backup"] {
            let sandbox = try await SandboxServer(
                directory: "\(directory)/\(role)", credentials: credentials)
            sandboxes.append(sandbox)
            let storage = StorageSettings(
                endpoint: sandbox.endpoint, bucket: "drill-\(role)", credentials: credentials)
            let client = try S3Client(storage.configuration(agent: "dr-runner"))
            try await client.createBucket(storage.bucket)
            try await client.shutdown()
            settings.append(storage)
        }
        (primary, backup) = (settings[0], settings[1])
    }
}

extension StorageSettings {
    fileprivate var upstream: Upstream {
        Upstream(
            host: endpoint.host, port: endpoint.port, isSecure: endpoint.isSecure,
            extraAuthority: extraAuthority)
    }

    /// For the store: a call gives up after a second, so that a storage that hangs is noticed.
    fileprivate func storeConfiguration(through address: S3Endpoint.Address) -> S3Configuration {
        var configuration = configuration(agent: SystemUnderTest.storeAgent)
        configuration.endpoint.connectAddress = address
        configuration.connectTimeout = .seconds(1)
        configuration.requestTimeout = .seconds(1)
        configuration.maximumConnections = 512
        return configuration
    }

    fileprivate func probeConfiguration(through address: S3Endpoint.Address) -> S3Configuration {
        var configuration = storeConfiguration(through: address)
        configuration.agent = SystemUnderTest.probeAgent
        configuration.usesNewConnections = true
        return configuration
    }
}
