import ResilientStorage
import S3

/// Where a service stores: most often what it reads from its environment.
struct Settings: Sendable {
    /// A bucket, and how to get to it.
    struct Bucket: Sendable {
        /// For R2 `https://<account>.r2.cloudflarestorage.com`.
        let endpoint: S3Endpoint
        let credentials: S3Credentials
        let name: String

        func client() throws -> S3Client {
            try S3Client(S3Configuration(endpoint: endpoint, credentials: credentials))
        }
    }

    let primary: Bucket
    let secondary: Bucket
    /// Keeps the backups. Not in the account of the primary: what is shared fails for both.
    let backup: Bucket
    /// For the queues and the epoch: on a disk that outlives the process, and of one process alone.
    let directory: String
    /// Is told when service is degraded, and when it is whole again.
    let webhook: String
}

/// The storage of a service: a store over two buckets, and backups in a third. The file to copy.
struct Storage: Sendable {
    /// The defaults are meant for a service.
    struct Options: Sendable {
        var store = ResilientStore.Configuration()
        var breaker = CircuitBreaker.Configuration()
        var failover = Failover.Configuration()
    }

    let store: ResilientStore
    let backup: BucketBackup
    let primary: S3Client
    let secondary: S3Client
    let vault: S3Client
    private let notifier: WebhookNotifier

    /// Opens the store. It is not started yet.
    init(_ settings: Settings, options: Options = Options()) throws {
        // First what can fail: a client that was made has to be shut down.
        let queue = try OperationQueue(directory: settings.directory + "/queue")
        let replication = try OperationQueue(directory: settings.directory + "/replication")
        let epoch = try EpochFile(directory: settings.directory + "/epoch")
        primary = try settings.primary.client()
        secondary = try settings.secondary.client()
        vault = try settings.backup.client()
        notifier = WebhookNotifier(url: settings.webhook)

        var standby = SiteComponents(
            client: secondary, bucket: settings.secondary.name,
            breaker: CircuitBreaker(options.breaker), queue: replication)
        standby.health = Health(options.store.health)
        var failover = FailoverComponents(secondary: standby, epoch: epoch)
        failover.decider = Failover(options.failover)
        var components = ResilientStore.Components(
            breaker: CircuitBreaker(options.breaker), queue: queue, notifier: notifier)
        components.failover = failover
        store = ResilientStore(
            client: primary, bucket: settings.primary.name, configuration: options.store,
            components: components)

        backup = BucketBackup(
            source: S3Bucket(client: primary, name: settings.primary.name),
            destination: S3Bucket(client: vault, name: settings.backup.name),
            destinationPrefix: "backups/")
    }

    func shutdown() async throws {
        // The store first: until it has stopped it uses the others.
        await store.stop()
        try await notifier.shutdown()
        for client in [primary, secondary, vault] { try await client.shutdown() }
    }
}
