internal import DRTesting
internal import FaultProxy
internal import FoundationEssentials
internal import ResilientStorage
internal import S3
internal import S3Sandbox

/// The storage system of a target, put together for one run: its storages, each behind a proxy, the
/// store, its backups, and a receiver for its notices.
final class SystemUnderTest: Sendable {
    /// Who calls, as the proxies tell them apart.
    enum Agent {
        static let store = "dr-store"
        static let probe = "dr-probe"
        static let health = "dr-health"
        static let reconciliation = "dr-reconcile"
        static let replication = "dr-replicate"
        static let backup = "dr-backup"
        /// Past the proxies.
        static let runner = "dr-runner"
    }

    /// What a run asks of its storage system.
    struct Setting: Sendable {
        /// For everything that the run keeps on disk.
        let directory: String
        /// Where the run's objects lie.
        let keys: DrillKeys
        /// The store has the secondary storage to fail over to.
        let usesFailover: Bool
        let system: SystemPlan
        /// Operations a second that the load will make.
        var rate: Double = 0
    }

    let primary: StoragePlace
    /// `nil` if the target has none.
    let secondary: StoragePlace?
    /// `nil` if a service of others has none, or does not show it.
    let backup: StoragePlace?
    let faults: any FaultInjecting
    let store: any DrilledStore
    /// `nil` if it makes its backups in a way of its own.
    let backups: (any BackingUp)?
    /// What backups are made of, and what they are restored to.
    let backupSource: S3Bucket?
    let keys: DrillKeys
    /// `nil` if a service of others sends no notices.
    let receiver: NoticeReceiver?
    let probed: any ProbedObject
    /// Who asks the storages for the store; `nil`: a service of others, by whatever name.
    let storeAgent: String?
    private let clients: [S3Client]
    private let notifier: WebhookNotifier?
    private let sandboxes: [SandboxServer]
    private let outside: ServiceConnections?

    /// Of a service, or put together of `ResilientStorage`.
    static func make(
        _ target: Target, setting: Setting, sabotage: Sabotage?,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) async throws -> SystemUnderTest {
        guard target.kind == .http else {
            return try await SystemUnderTest(
                target: target, setting: setting, sabotage: sabotage, observer: observer)
        }
        return try await SystemUnderTest(
            service: target, setting: setting, sabotage: sabotage, observer: observer)
    }

    init(
        target: Target, setting: Setting, sabotage: Sabotage?,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) async throws {
        let storages = try await Storages(target: target, directory: setting.directory)
        sandboxes = storages.sandboxes
        // What another storage has acknowledged comes to this one later, and is no duplicate.
        let primary = try await StoragePlace(
            "primary", storages.primary, isTold: !setting.usesFailover)
        let secondary = try await storages.secondary.asyncMap {
            try await StoragePlace("secondary", $0)
        }
        let backup = try await StoragePlace("backup", storages.backup)
        (self.primary, self.secondary, self.backup) = (primary, secondary, backup)
        let places = [primary, secondary, backup].compactMap(\.self)
        let proxies = places.compactMap { place in place.server.map { (place.name, $0) } }
        faults = sabotage.wrap(ProxyFaults(proxies: Dictionary(uniqueKeysWithValues: proxies)))
        let receiver = try await NoticeReceiver()
        self.receiver = receiver
        let notifier = WebhookNotifier(url: receiver.url)
        self.notifier = notifier

        var clients = StoreClients()
        let parts = StoreParts(setting: setting, sabotage: sabotage, observer: observer)
        var components = try parts.components(of: primary, notifier: notifier, &clients)
        if setting.usesFailover, let secondary {
            components.failover = try parts.failover(to: secondary, &clients)
        }
        let client = try clients.open(primary.storeConfiguration)
        let store = ResilientStore(
            client: client, bucket: primary.bucket, configuration: .init(), components: components)
        self.store = store
        probed = StoredProbe(
            client: try clients.open(primary.probeConfiguration), bucket: primary.bucket,
            key: setting.keys.probe)
        keys = setting.keys
        let backupSource = S3Bucket(
            client: try clients.open(primary.backupConfiguration), name: primary.bucket)
        self.backupSource = backupSource
        backups = sabotage.wrap(
            BackupParts(
                source: backupSource,
                destination: S3Bucket(
                    client: try clients.open(backup.backupConfiguration), name: backup.bucket),
                keys: setting.keys))
        self.clients = clients.all + places.map(\.direct)
        storeAgent = Agent.store
        outside = nil
        await store.start()
    }

    private init(
        service target: Target, setting: Setting, sabotage: Sabotage?,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) async throws {
        guard let settings = target.service, let storages = target.serviceStorages else {
            throw RunnerError(.internal, "target '\(target.name)' describes no service")
        }
        // First: somebody else may have its port.
        if let port = settings.noticePort {
            receiver = try await NoticeReceiver(port: port)
        } else {
            receiver = nil
        }
        let api = try FaultProxyClient(
            url: settings.proxies.url, token: settings.proxies.token?.value)
        let mark = "dr-\(setting.keys.runKey)"
        let primary = try StoragePlace("primary", storages.primary, client: api, mark: mark)
        let secondary = try storages.secondary.map {
            try StoragePlace("secondary", $0, client: api, mark: mark)
        }
        let backup = try storages.backup.map {
            try StoragePlace("backup", $0, client: api, mark: mark)
        }
        (self.primary, self.secondary, self.backup) = (primary, secondary, backup)
        let places = [primary, secondary, backup].compactMap(\.self)
        let proxies = places.compactMap { place in place.remote.map { (place.name, $0) } }
        faults = sabotage.wrap(
            RemoteFaults(
                client: api, proxies: Dictionary(uniqueKeysWithValues: proxies), mark: mark))
        let service = try HTTPService(
            settings, keys: setting.keys, rate: setting.rate, observer: observer)
        let outside = ServiceConnections(service: service, settings: settings, api: api)
        store = service
        (keys, self.outside) = (setting.keys, outside)
        probed = ServiceProbe(
            service: service, key: setting.keys.probe, sender: outside.probing)
        backups = nil
        backupSource = nil
        storeAgent = nil
        notifier = nil
        (clients, sandboxes) = (places.map(\.direct), [])
        await service.start()
    }

    /// All storages of the target.
    var places: [StoragePlace] { [primary, secondary, backup].compactMap(\.self) }

    /// The storage that a fault stands before; by its name.
    func place(_ name: String) -> StoragePlace {
        places.first { $0.name == name } ?? primary
    }

    /// The storage that serves now.
    var serving: StoragePlace {
        get async { place((await store.selfReport.failover?.active ?? .primary).rawValue) }
    }

    /// - Throws: if the target has no storage of backups.
    var demandedBackup: StoragePlace {
        get throws {
            guard let backup else { throw RunnerError.notOffered("a storage of backups: 'backup'") }
            return backup
        }
    }

    /// A service of somebody else's; `nil` if the store is ours.
    var service: HTTPService? { outside?.service }

    /// How far the moments that proxies tell may be off. Zero for those in this process.
    var clockError: Duration {
        get async {
            var worst = Duration.zero
            for place in places { worst = max(worst, await place.remote?.clockError ?? .zero) }
            return worst
        }
    }

    /// What others have done to its proxies since this was asked last, in words; `nil`: nothing
    /// was seen.
    var disturbance: String? {
        get async {
            for place in places {
                if let words = await place.remote?.disturbance() { return words }
            }
            return nil
        }
    }

    func stop() async {
        await store.stop()
        for place in places { await place.proxy.stop() }
        await receiver?.stop()
        for client in clients { try? await client.shutdown() }
        try? await notifier?.shutdown()
        await outside?.shutdown()
        for sandbox in sandboxes { await sandbox.stop() }
    }
}

/// The clients of a storage system, so that all of them are closed.
struct StoreClients {
    private(set) var all: [S3Client] = []

    mutating func open(_ configuration: S3Configuration) throws -> S3Client {
        let client = try S3Client(configuration)
        all.append(client)
        return client
    }
}

/// Where the objects of a drill lie: below one prefix, which is its own.
struct DrillKeys: Sendable {
    /// Every object of the drill begins with it, and nothing else does.
    let prefix: String
    let runKey: String

    init(runKey: String) { (prefix, self.runKey) = ("dr-test/\(runKey)/", runKey) }

    /// What the load writes, and what is compared with the ledger.
    var data: String { prefix + "data/" }
    var probe: String { prefix + "probe" }
    var backups: String { prefix + "backups/" }
    /// An empty place for a restore.
    var restored: String { prefix + "restored/" }
    /// For actions and observations that the program has registered.
    var custom: String { prefix + "custom/" }
    var large: String { prefix + "large/" }
}

extension Optional {
    fileprivate func asyncMap<Value>(
        _ transform: (Wrapped) async throws -> Value
    ) async throws -> Value? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
