public import S3

/// Which of the two storages of a store.
public enum SiteName: String, CaseIterable, Sendable {
    case primary, secondary
}

/// One storage, and the parts that are put in for it from outside.
public struct SiteComponents: Sendable {
    public var client: S3Client
    public var bucket: String
    public var breaker: any CircuitBreaking
    /// What this storage has yet to get.
    public var queue: any OperationQueueing
    public var retry: any Retrying = Retry()
    public var health: any HealthWatching = Health()
    /// Asks whether the storage works, also while the breaker is open, under a user agent of its
    /// own: whoever counts operations on the wire can tell its requests from them. Without it the
    /// store asks through the breaker, and so not while that is open.
    public var healthClient: S3Client?
    /// Makes up the differences between two storages before the primary serves again, under a user
    /// agent of its own. Without it `client` does.
    public var reconciliationClient: S3Client?
    /// Copies to this storage what the one that serves has, under a user agent of its own. Without
    /// it `client` does.
    public var replicationClient: S3Client?

    public init(
        client: S3Client, bucket: String, breaker: any CircuitBreaking,
        queue: any OperationQueueing
    ) {
        (self.client, self.bucket) = (client, bucket)
        (self.breaker, self.queue) = (breaker, queue)
    }
}

/// What is known of one storage at a moment.
public struct SiteStatus: Sendable {
    public let breaker: CircuitBreaker.State
    public let health: Health.State
    /// When its health was last seen; `nil` if never.
    public let lastHealthSample: ContinuousClock.Instant?
    /// Operations that it has yet to get.
    public let queueDepth: Int
    /// Retries since the start.
    public let retries: Int
    /// Retries that may be made now.
    public let retryBudget: Double
}
