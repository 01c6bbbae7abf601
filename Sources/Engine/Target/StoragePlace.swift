internal import FaultProxy
internal import S3

/// One storage of a target: how the storage system reaches it, through a proxy, and how the runner
/// does, past that.
struct StoragePlace: Sendable {
    /// As faults name it: `primary`, `secondary` or `backup`.
    let name: String
    let settings: StorageSettings
    let proxy: ProxyServer
    /// What the proxy saw.
    let wire: WireRecord
    /// Which objects it gave out.
    let reads: ReadRecord
    /// Past the proxy: for the bytes, and for cleaning up.
    let direct: S3Client

    init(_ name: String, _ settings: StorageSettings) async throws {
        (self.name, self.settings) = (name, settings)
        let (wire, reads) = (WireRecord(), ReadRecord())
        (self.wire, self.reads) = (wire, reads)
        proxy = try await ProxyServer(upstream: settings.upstream) { operation in
            wire.record(operation)
            reads.record(operation)
        }
        direct = try S3Client(settings.configuration(agent: SystemUnderTest.Agent.runner))
    }

    var bucket: String { settings.bucket }

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
        configuration.endpoint.connectAddress = S3Endpoint.Address(
            host: "127.0.0.1", port: proxy.port)
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
