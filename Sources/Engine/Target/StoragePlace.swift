internal import FaultProxy
internal import S3

/// One storage of a target: how the storage system reaches it, through a proxy, and how the runner
/// does, past that.
struct StoragePlace: Sendable {
    /// As faults name it: `primary`, `secondary` or `backup`.
    let name: String
    let settings: StorageSettings
    let proxy: any ProxyWitness
    /// The proxy, if it runs in this process.
    let server: ProxyServer?
    /// The proxy, if it runs outside of this process.
    let remote: RemoteProxy?
    /// What a service of others puts before the key of each object.
    let keyPrefix: String
    /// What the proxy saw.
    let wire: WireRecord
    /// Which objects it gave out.
    let reads: ReadRecord
    /// Past the proxy: for the bytes, and for cleaning up.
    let direct: S3Client

    /// - Parameter isTold: the store says which writes it was told to be taken.
    init(_ name: String, _ settings: StorageSettings, isTold: Bool = false) async throws {
        (self.name, self.settings) = (name, settings)
        let (wire, reads) = (WireRecord(isTold: isTold), ReadRecord())
        (self.wire, self.reads) = (wire, reads)
        let server = try await ProxyServer(upstream: settings.upstream) { operation in
            wire.record(operation)
            reads.record(operation)
        }
        proxy = server
        (self.server, remote, keyPrefix) = (server, nil, "")
        direct = try S3Client(settings.configuration(agent: SystemUnderTest.Agent.runner))
    }

    /// The storage behind a service of others.
    ///
    /// - Parameters:
    ///   - client: of the API of the proxies.
    ///   - mark: the names of the run's faults begin with it.
    init(
        _ name: String, _ storage: ServiceStorage, client: FaultProxyClient, mark: String
    ) throws {
        (self.name, settings) = (name, storage.settings)
        let (wire, reads) = (WireRecord(of: nil), ReadRecord())
        (self.wire, self.reads) = (wire, reads)
        remote = storage.proxy.map { proxy in
            RemoteProxy(name: proxy, client: client, mark: mark) { operation in
                wire.record(operation)
                reads.record(operation)
            } tear: {
                wire.tear()
            }
        }
        // Nobody tells of what passes without a proxy.
        if remote == nil { wire.tear() }
        (server, keyPrefix) = (nil, storage.keyPrefix)
        if let remote { proxy = remote } else { proxy = NoProxy(place: name) }
        direct = try S3Client(settings.configuration(agent: SystemUnderTest.Agent.runner))
    }

    var bucket: String { settings.bucket }

    /// The name that an object of the drill has in the bucket.
    func objectKey(_ key: String) -> String { keyPrefix + key }

    /// Lets what the proxy has seen up to now be known.
    func catchUp() async {
        guard let remote else { return }
        do {
            try await remote.catchUp()
            wire.note(isBehind: false)
        } catch {
            wire.note(isBehind: true)
        }
    }

    /// For the store: a call gives up after a second, so that a storage that hangs is noticed.
    var storeConfiguration: S3Configuration { configuration(SystemUnderTest.Agent.store) }

    var healthConfiguration: S3Configuration { configuration(SystemUnderTest.Agent.health) }

    var reconciliationConfiguration: S3Configuration {
        configuration(SystemUnderTest.Agent.reconciliation)
    }

    var replicationConfiguration: S3Configuration {
        configuration(SystemUnderTest.Agent.replication)
    }

    /// Each probe has a connection of its own, so that it sees what a new client would.
    var probeConfiguration: S3Configuration {
        var configuration = configuration(SystemUnderTest.Agent.probe)
        configuration.usesNewConnections = true
        return configuration
    }

    /// Objects are larger, and nobody waits for them.
    var backupConfiguration: S3Configuration {
        var configuration = configuration(SystemUnderTest.Agent.backup)
        configuration.requestTimeout = .seconds(30)
        return configuration
    }

    private func configuration(_ agent: String) -> S3Configuration {
        var configuration = settings.configuration(agent: agent)
        configuration.endpoint.connectAddress = server.map {
            S3Endpoint.Address(host: "127.0.0.1", port: $0.port)
        }
        configuration.connectTimeout = .seconds(1)
        configuration.requestTimeout = .seconds(1)
        configuration.maximumConnections = Self.leastConnections
        return configuration
    }

    // MARK: Connections

    private static let leastConnections = 512
    /// A process has only so many descriptors. A load that needs more is not held anyway.
    private static let mostConnections = 4096

    /// For the store under a load of so many operations a second.
    func storeConfiguration(at rate: Double) -> S3Configuration {
        var configuration = storeConfiguration
        configuration.maximumConnections = Self.connections(
            at: rate, requestTimeout: configuration.requestTimeout)
        return configuration
    }

    /// So many that no request waits for another one that hangs until its time-out.
    static func connections(at rate: Double, requestTimeout: Duration) -> Int {
        let needed = (rate * (requestTimeout / .seconds(1))).rounded(.up)
        return max(leastConnections, Int(min(needed, Double(mostConnections))))
    }
}

extension StorageSettings {
    fileprivate var upstream: Upstream {
        Upstream(
            host: endpoint.host, port: endpoint.port, isSecure: endpoint.isSecure,
            extraAuthority: extraAuthority)
    }
}

/// Before a storage that the target names no proxy for, nothing is seen.
private struct NoProxy: ProxyWitness {
    let place: String

    private var error: RunnerError { .notOffered("a fault proxy before the \(place) storage") }

    func counts(of agent: String?) async throws -> ProxyCounts { throw error }

    func requests(
        of agent: String?, since start: Instant, until end: Instant?, methods: Set<String>?
    ) async throws -> Int { throw error }

    /// Nobody can inject any.
    var faultsInForce: Int { 0 }

    func stop() async {}
}
