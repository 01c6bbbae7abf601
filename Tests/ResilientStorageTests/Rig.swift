import FaultProxy
import ResilientStorage
import S3
import S3Sandbox
import Testing

/// A sandbox, a fault proxy before it, and a store that reaches it only through the proxy.
final class Rig: Sendable {
    struct Options: Sendable {
        var configuration = Rig.configuration
        var breaker = Rig.breaker
        var limits = OperationQueue.Limits()
        /// Instead of a queue in a file.
        var queue: (any OperationQueueing)?
        var secretAccessKey = Rig.credentials.secretAccessKey
        /// How many notices are not taken before the first that is.
        var refusedNotices = 0
        /// Whether the store watches and delivers from the beginning.
        var isStarted = true
        var alerts: PerformanceAlerts?
        /// Whether the store asks for the health by a client of its own.
        var hasHealthClient = false
    }

    static let storeAgent = "store"
    static let healthAgent = "health"

    static let bucket = "drill"
    static let credentials = S3Credentials(accessKeyID: "drill", secretAccessKey: "of-this-test")

    static var configuration: ResilientStore.Configuration {
        var configuration = ResilientStore.Configuration()
        configuration.health.interval = .milliseconds(100)
        return configuration
    }

    static var breaker: CircuitBreaker.Configuration {
        var configuration = CircuitBreaker.Configuration()
        configuration.openDuration = .milliseconds(500)
        return configuration
    }

    let proxy: ProxyServer
    let queue: any OperationQueueing
    let store: ResilientStore
    /// Past the proxy, to see what the storage really holds.
    let direct: S3Client
    let notifier: RecordingNotifier
    let events = EventRecorder()
    let wire = WireRecorder()
    private let sandbox: SandboxServer
    private let client: S3Client
    private let healthClient: S3Client
    private let directory = TemporaryDirectory()
    private let queueFolder = QueueFolder()

    fileprivate init(_ options: Options) async throws {
        sandbox = try await SandboxServer(
            directory: directory.path + "/sandbox", credentials: Self.credentials)
        let (wire, events) = (wire, events)
        proxy = try await ProxyServer(upstream: Upstream(host: "127.0.0.1", port: sandbox.port)) {
            wire.record($0)
        }
        if let queue = options.queue {
            self.queue = queue
        } else {
            queue = try await queueFolder.open(limits: options.limits)
        }
        notifier = RecordingNotifier(refusals: options.refusedNotices)
        direct = try S3Client(
            S3Configuration(endpoint: sandbox.endpoint, credentials: Self.credentials))
        var configuration = Self.throughProxy(sandbox, proxy, options.secretAccessKey)
        client = try S3Client(configuration)
        configuration.agent = Self.healthAgent
        healthClient = try S3Client(configuration)
        var components = ResilientStore.Components(
            breaker: CircuitBreaker(options.breaker), queue: queue,
            notifier: notifier)
        components.observer = { events.record($0) }
        components.alerts = options.alerts
        if options.hasHealthClient { components.healthClient = healthClient }
        store = ResilientStore(
            client: client, bucket: Self.bucket, configuration: options.configuration,
            components: components)
    }

    private static func throughProxy(
        _ sandbox: SandboxServer, _ proxy: ProxyServer, _ secretAccessKey: String
    ) -> S3Configuration {
        var endpoint = sandbox.endpoint
        endpoint.connectAddress = S3Endpoint.Address(host: "127.0.0.1", port: proxy.port)
        var configuration = S3Configuration(
            endpoint: endpoint,
            credentials: S3Credentials(
                accessKeyID: credentials.accessKeyID, secretAccessKey: secretAccessKey))
        configuration.requestTimeout = .milliseconds(500)
        configuration.agent = storeAgent
        return configuration
    }

    fileprivate func stop() async throws {
        await store.stop()
        try await client.shutdown()
        try await healthClient.shutdown()
        try await direct.shutdown()
        await proxy.stop()
        await sandbox.stop()
    }
}

/// Builds a rig with an empty bucket, and takes it down whatever happens.
func withRig(
    _ options: Rig.Options = Rig.Options(), _ body: (Rig) async throws -> Void
) async throws {
    let rig = try await Rig(options)
    let result: Result<Void, any Error>
    do {
        try await rig.direct.createBucket(Rig.bucket)
        if options.isStarted { await rig.store.start() }
        result = .success(try await body(rig))
    } catch {
        result = .failure(error)
    }
    try await rig.stop()
    try result.get()
}

extension Rig {
    /// Puts a fault in force for longer than any of these tests.
    func inject(
        _ kind: Fault.Kind, methods: Set<String>? = nil, keyPrefix: String = ""
    ) async throws -> FaultLease {
        try await proxy.inject(
            Fault(kind, methods: methods, keyPrefix: keyPrefix), lease: .seconds(60))
    }

    /// Waits until users are served as usual.
    func waitForRecovery() async throws {
        try await eventually("the breaker is closed, the queue empty and the incident over") {
            let isClosed = await store.breakerState == .closed
            let isOver = await store.incident == nil
            return isClosed && isOver && queue.depth == 0
        }
    }

    /// What the storage holds under a key.
    func stored(_ key: String) async throws -> [UInt8]? {
        do {
            return try await direct.get(key, in: Self.bucket).body
        } catch let error as S3Error where error.code == .noSuchKey {
            return nil
        }
    }
}
