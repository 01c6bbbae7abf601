internal import DRTesting
internal import FaultProxy
internal import FoundationEssentials
internal import ResilientStorage
internal import S3
internal import S3Sandbox

/// The storage system of a target, put together for one run: its storages, each behind a proxy, the
/// resilient store, its backups, and a receiver for its notices.
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
    }

    let primary: StoragePlace
    /// `nil` if the target has none.
    let secondary: StoragePlace?
    let backup: StoragePlace
    let faults: any FaultInjecting
    let store: ResilientStore
    let backups: any BackingUp
    /// What backups are made of, and what they are restored to.
    let backupSource: S3Bucket
    let keys: DrillKeys
    let receiver: NoticeReceiver
    let probeClient: S3Client
    private let clients: [S3Client]
    private let notifier: WebhookNotifier
    private let sandboxes: [SandboxServer]

    init(
        target: Target, setting: Setting, sabotage: Sabotage?,
        observer: @escaping @Sendable (StorageEvent) -> Void
    ) async throws {
        let storages = try await Storages(target: target, directory: setting.directory)
        sandboxes = storages.sandboxes
        let primary = try await StoragePlace("primary", storages.primary)
        let secondary = try await storages.secondary.asyncMap {
            try await StoragePlace("secondary", $0)
        }
        let backup = try await StoragePlace("backup", storages.backup)
        (self.primary, self.secondary, self.backup) = (primary, secondary, backup)
        let places = [primary, secondary, backup].compactMap(\.self)
        let proxies = Dictionary(uniqueKeysWithValues: places.map { ($0.name, $0.proxy) })
        faults = sabotage.wrap(ProxyFaults(proxies: proxies))
        receiver = try await NoticeReceiver()
        let notifier = WebhookNotifier(url: receiver.url)
        self.notifier = notifier

        var clients = StoreClients()
        let parts = StoreParts(setting: setting, sabotage: sabotage, observer: observer)
        var components = try parts.components(of: primary, notifier: notifier, &clients)
        if setting.usesFailover, let secondary {
            components.failover = try parts.failover(to: secondary, &clients)
        }
        let client = try clients.open(primary.storeConfiguration)
        store = ResilientStore(
            client: client, bucket: primary.bucket, configuration: .init(), components: components)
        probeClient = try clients.open(primary.probeConfiguration)
        keys = setting.keys
        backupSource = S3Bucket(
            client: try clients.open(primary.backupConfiguration), name: primary.bucket)
        backups = sabotage.wrap(
            BackupParts(
                source: backupSource,
                destination: S3Bucket(
                    client: try clients.open(backup.backupConfiguration), name: backup.bucket),
                keys: setting.keys))
        self.clients = clients.all + places.map(\.direct)
        await store.start()
    }

    /// All storages of the target.
    var places: [StoragePlace] { [primary, secondary, backup].compactMap(\.self) }

    /// The storage that a fault stands before; by its name.
    func place(_ name: String) -> StoragePlace {
        places.first { $0.name == name } ?? primary
    }

    /// The storage that serves now.
    var serving: StoragePlace {
        get async { place(await store.failoverState.active.rawValue) }
    }

    func stop() async {
        await store.stop()
        for place in places { await place.proxy.stop() }
        await receiver.stop()
        for client in clients { try? await client.shutdown() }
        try? await notifier.shutdown()
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

    init(runKey: String) { prefix = "dr-test/\(runKey)/" }

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
