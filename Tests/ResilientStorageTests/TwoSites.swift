import FaultProxy
import ResilientStorage
import S3
import S3Sandbox
import Synchronization
import Testing

/// A sandbox with a fault proxy before it, for stores that reach it only through the proxy.
final class ProxiedStorage: Sendable {
    let proxy: ProxyServer
    /// Past the proxy, to see what the storage really holds.
    let direct: S3Client
    let wire = WireRecorder()
    let client: S3Client
    let healthClient: S3Client
    let reconciliationClient: S3Client
    let replicationClient: S3Client
    private let sandbox: SandboxServer

    init(directory: String) async throws {
        sandbox = try await SandboxServer(directory: directory, credentials: Rig.credentials)
        let wire = wire
        proxy = try await ProxyServer(upstream: Upstream(host: "127.0.0.1", port: sandbox.port)) {
            wire.record($0)
        }
        var configuration = S3Configuration(
            endpoint: sandbox.endpoint, credentials: Rig.credentials)
        direct = try S3Client(configuration)
        configuration.endpoint.connectAddress = S3Endpoint.Address(
            host: "127.0.0.1", port: proxy.port)
        configuration.requestTimeout = .seconds(2)
        configuration.agent = TwoSites.storeAgent
        client = try S3Client(configuration)
        configuration.agent = TwoSites.healthAgent
        healthClient = try S3Client(configuration)
        configuration.agent = TwoSites.reconciliationAgent
        reconciliationClient = try S3Client(configuration)
        configuration.agent = TwoSites.replicationAgent
        replicationClient = try S3Client(configuration)
    }

    func stop() async throws {
        let own = [client, healthClient, reconciliationClient, replicationClient]
        for client in own + [direct] { try await client.shutdown() }
        await proxy.stop()
        await sandbox.stop()
    }

    func inject(_ kind: Fault.Kind, methods: Set<String>? = nil) async throws -> FaultLease {
        try await proxy.inject(Fault(kind, methods: methods), lease: .seconds(60))
    }

    /// What the storage holds under a key.
    func stored(_ key: String) async throws -> [UInt8]? {
        do {
            return try await direct.get(key, in: Rig.bucket).body
        } catch let error as S3Error where error.code == .noSuchKey {
            return nil
        }
    }

    /// Requests of one sender that would change something.
    func writes(of agent: String) -> Int {
        let counts = proxy.counts(of: agent).requestsByMethod
        return (counts["PUT"] ?? 0) + (counts["DELETE"] ?? 0)
    }

    /// How often the health of the storage was asked for.
    var healthChecks: Int { proxy.counts(of: TwoSites.healthAgent).requests }
}

/// Two storages, each behind a proxy, and a store over both.
final class TwoSites: Sendable {
    static let storeAgent = "store"
    static let healthAgent = "health"
    static let reconciliationAgent = "reconciliation"
    static let replicationAgent = "replication"

    struct Options: Sendable {
        var failover = TwoSites.failover
        /// Instead of a queue in a file.
        var wrapSecondaryQueue: @Sendable (OperationQueue) -> any OperationQueueing = { $0 }
        var secondaryLimits = OperationQueue.Limits()
        var configure: @Sendable (inout FailoverComponents) -> Void = { _ in }
    }

    /// Fast, and back only by order.
    static var failover: Failover.Configuration {
        var configuration = Failover.Configuration()
        configuration.failoverAfter = .milliseconds(200)
        configuration.dwell = .milliseconds(300)
        configuration.failbackAfter = .milliseconds(200)
        configuration.isFailbackAutomatic = false
        return configuration
    }

    let primary: ProxiedStorage
    let secondary: ProxiedStorage
    let events = EventRecorder()
    private let components: ResilientStore.Components
    private let current: Mutex<ResilientStore>
    private let directory = TemporaryDirectory()
    private let folders = (QueueFolder(), QueueFolder())

    var store: ResilientStore { current.withLock { $0 } }

    fileprivate init(_ options: Options) async throws {
        primary = try await ProxiedStorage(directory: directory.path + "/primary")
        secondary = try await ProxiedStorage(directory: directory.path + "/secondary")
        let queue = try await folders.1.open(limits: options.secondaryLimits)
        var site = SiteComponents(
            client: secondary.client, bucket: Rig.bucket,
            breaker: CircuitBreaker(Self.breaker),
            queue: options.wrapSecondaryQueue(queue))
        site.health = Health(Self.configuration.health)
        site.healthClient = secondary.healthClient
        site.reconciliationClient = secondary.reconciliationClient
        site.replicationClient = secondary.replicationClient
        var failover = FailoverComponents(
            secondary: site, epoch: try EpochFile(directory: directory.path + "/epoch"))
        failover.decider = Failover(options.failover)
        options.configure(&failover)
        var components = ResilientStore.Components(
            breaker: CircuitBreaker(Self.breaker), queue: try await folders.0.open(),
            notifier: RecordingNotifier(refusals: 0))
        components.failover = failover
        components.healthClient = primary.healthClient
        components.reconciliationClient = primary.reconciliationClient
        let events = events
        components.observer = { events.record($0) }
        self.components = components
        current = Mutex(Self.store(primary, components))
    }

    private static func store(
        _ primary: ProxiedStorage, _ components: ResilientStore.Components
    ) -> ResilientStore {
        ResilientStore(
            client: primary.client, bucket: Rig.bucket, configuration: configuration,
            components: components)
    }

    private static var configuration: ResilientStore.Configuration {
        var configuration = ResilientStore.Configuration()
        configuration.health.interval = .milliseconds(50)
        configuration.health.operationMemory = .milliseconds(500)
        return configuration
    }

    private static var breaker: CircuitBreaker.Configuration {
        var configuration = CircuitBreaker.Configuration()
        configuration.openDuration = .milliseconds(300)
        return configuration
    }

    /// Ends the store and puts a new one over what it left.
    func restart() async {
        await store.stop()
        let next = Self.store(primary, components)
        current.withLock { $0 = next }
        await next.start()
    }

    fileprivate func stop() async throws {
        await store.stop()
        try await primary.stop()
        try await secondary.stop()
    }
}

/// Builds two storages with an empty bucket each, and takes them down whatever happens.
func withTwoSites(
    _ options: TwoSites.Options = TwoSites.Options(), _ body: (TwoSites) async throws -> Void
) async throws {
    let sites = try await TwoSites(options)
    let result: Result<Void, any Error>
    do {
        for site in [sites.primary, sites.secondary] {
            try await site.direct.createBucket(Rig.bucket)
        }
        await sites.store.start()
        result = .success(try await body(sites))
    } catch {
        result = .failure(error)
    }
    try await sites.stop()
    try result.get()
}

extension TwoSites {
    func write(_ sequence: Int, to key: String) async -> Written {
        let outcome = await store.put(
            Written.body(of: key, sequence), to: key, metadata: ["seq": String(sequence)])
        return Written(
            key: key, sequence: sequence, ending: outcome.ending, instant: outcome.instant)
    }

    /// Writes to each key one after another.
    func write(_ sequences: Range<Int>, to keys: [String]) async -> [Written] {
        var written: [Written] = []
        for sequence in sequences {
            for key in keys { written.append(await write(sequence, to: key)) }
        }
        return written
    }

    func waitFor(_ state: Failover.State) async throws {
        try await eventually("the failover is at: \(state.rawValue)") {
            await store.failoverState == state
        }
    }

    /// Until the storage that does not serve has everything.
    func waitForReplication() async throws {
        try await eventually("everything is replicated") {
            try await store.replicationLag()?.depth == 0
        }
    }

    /// Until the store has looked at a storage several times more.
    func waitForLooks(at site: ProxiedStorage) async throws {
        let before = site.healthChecks
        try await eventually("the store has looked several times") {
            site.healthChecks >= before + 6
        }
    }

    /// Ends a fault of the primary, and waits until the store knows.
    func restorePrimary(_ fault: FaultLease) async throws {
        try await primary.proxy.lift(fault.token)
        try await eventually("the primary is found to work") {
            let status = await store.status(of: .primary)
            return status?.health == .healthy && status?.breaker == .closed
        }
    }
}
