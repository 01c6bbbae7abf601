/// What happened inside, for those who watch.
///
/// The events of one storage come in the order in which they happened.
public enum StorageEvent: Equatable, Sendable {
    /// No call is admitted later that the change rules out.
    case breaker(
        CircuitBreaker.Transition, site: SiteName = .primary, at: ContinuousClock.Instant)
    /// The calls that the breaker had let through before it opened last have all ended.
    case quiesced(site: SiteName = .primary, at: ContinuousClock.Instant)
    case health(Health.Transition, site: SiteName = .primary)
    case attemptFailed(
        String, attempt: Int, site: SiteName = .primary, at: ContinuousClock.Instant)
    /// It succeeded, but took so long that the breaker counts it as a failure.
    case attemptSlow(Duration, site: SiteName = .primary, at: ContinuousClock.Instant)
    /// An attempt begins, so long after the one before it failed.
    case retried(
        attempt: Int, after: FailureClass, delay: Duration, site: SiteName = .primary,
        at: ContinuousClock.Instant)
    case degradedEntered(incident: String, at: ContinuousClock.Instant)
    case degradedLeft(incident: String, at: ContinuousClock.Instant)
    case alert(PerformanceAlerts.Change)
    case noticeSent(Notice.Kind, incident: String, at: ContinuousClock.Instant)
    case noticeFailed(String, at: ContinuousClock.Instant)
    /// Too many notices wait for a receiver that takes none: the oldest was given up.
    case noticeDropped(Notice.Kind, incident: String, at: ContinuousClock.Instant)
    /// The storage that serves users has got a queued operation.
    case drained(QueueEntry, at: ContinuousClock.Instant)
    /// The storage said no to a queued operation. It is kept and tried again later.
    case rejected(QueueEntry, String, at: ContinuousClock.Instant)
    /// The queue cannot be read or written.
    case queueFailed(String, at: ContinuousClock.Instant)
    /// A storage that does not serve users has got an operation that the other one had.
    case replicated(QueueEntry, to: SiteName, at: ContinuousClock.Instant)
    /// Another storage serves, or another state of going over to it began. The epoch is that which
    /// holds from here on.
    case failover(
        from: Failover.State, to: Failover.State, epoch: UInt64, at: ContinuousClock.Instant)
    /// The epoch could not be made durable, so the storages were not switched.
    case epochNotKept(String, at: ContinuousClock.Instant)
    case reconciled(Reconciliation, at: ContinuousClock.Instant)
    case reconciliationFailed(String, at: ContinuousClock.Instant)
    /// Writes are refused by order, or not any more.
    case readOnlyOrdered(Bool, at: ContinuousClock.Instant)
}
