internal import DRTesting
internal import ResilientStorage
internal import S3

/// Puts the parts of a resilient store together, with the one that is broken on purpose, if any.
struct StoreParts {
    let setting: SystemUnderTest.Setting
    let sabotage: Sabotage?
    let observer: @Sendable (StorageEvent) -> Void

    /// A call that takes most of its time-out is as good as none.
    static let slowCallLimit: Duration = .milliseconds(700)

    static func breaker(_ plan: SystemPlan) -> CircuitBreaker {
        var configuration = CircuitBreaker.Configuration()
        configuration.openDuration = plan.breakerOpenFor
        configuration.failureThreshold = plan.breakerFailures
        configuration.slowCallLimit = slowCallLimit
        return CircuitBreaker(configuration)
    }

    private var breaker: CircuitBreaker { Self.breaker(setting.system) }

    func components(
        of primary: StoragePlace, notifier: WebhookNotifier, _ clients: inout StoreClients
    ) throws -> ResilientStore.Components {
        try components(
            health: primary.healthConfiguration,
            reconciliation: primary.reconciliationConfiguration, notifier: notifier, &clients)
    }

    func components(
        health: S3Configuration, reconciliation: S3Configuration, notifier: WebhookNotifier,
        _ clients: inout StoreClients
    ) throws -> ResilientStore.Components {
        let queue = try OperationQueue(directory: setting.directory + "/queue")
        var components = ResilientStore.Components(
            breaker: sabotage.wrap(breaker), queue: sabotage.wrap(queue),
            notifier: sabotage.wrap(notifier))
        components.retry = sabotage.wrap(Retry())
        components.health = sabotage.wrap(Health())
        components.alerts = sabotage.wrap(PerformanceAlerts())
        components.healthClient = try clients.open(health)
        components.reconciliationClient = try clients.open(reconciliation)
        components.observer = observer
        return components
    }

    func failover(
        to secondary: StoragePlace, _ clients: inout StoreClients
    ) throws -> FailoverComponents {
        let queue = try OperationQueue(directory: setting.directory + "/replication")
        var site = SiteComponents(
            client: try clients.open(secondary.storeConfiguration), bucket: secondary.bucket,
            breaker: breaker, queue: sabotage.wrap(replication: queue))
        site.healthClient = try clients.open(secondary.healthConfiguration)
        site.reconciliationClient = try clients.open(secondary.reconciliationConfiguration)
        site.replicationClient = try clients.open(secondary.replicationConfiguration)
        var failover = FailoverComponents(
            secondary: site, epoch: try EpochFile(directory: setting.directory + "/epoch"))
        var configuration = Failover.Configuration()
        configuration.failoverAfter = .seconds(2)
        configuration.failbackAfter = .seconds(2)
        failover.decider = sabotage.wrap(Failover(configuration))
        failover.fence = sabotage.wrap(Fence())
        failover.reconciler = sabotage.wrap(Reconciler())
        failover.keyPrefix = setting.keys.data
        return failover
    }
}

/// What a backup system is made of.
struct BackupParts {
    let source: any ObjectStorage
    let destination: any ObjectStorage
    let keys: DrillKeys

    var backups: BucketBackup {
        BucketBackup(
            source: source, sourcePrefix: keys.data, destination: destination,
            destinationPrefix: keys.backups)
    }
}
