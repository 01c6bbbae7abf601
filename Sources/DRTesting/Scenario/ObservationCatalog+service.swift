/// What shows how the storage is called, and how its users are served.
extension ObservationCatalog {
    /// Requests, as the proxies before the storages see them. Unless something else is said, it is
    /// the proxy before the primary storage. Those of probes and of health checks have senders of
    /// their own and are not requests of the storage system.
    static let requests: [Entry] = [
        Entry(
            "proxy.passed_during_fault", .wire,
            "requests that met no fault since the last fault became effective"),
        Entry(
            "proxy.requests_per_second", .wire,
            "requests of the storage system that reached the proxy in the last second"),
        Entry(
            "proxy.answered_since_lift", .wire,
            "requests of the storage system answered since the last fault was lifted"),
        Entry(
            "proxy.requests_while_open", .wire,
            "requests of the storage system that arrived while its breaker was open; counted from "
                + "100 ms after the last that it had let through before has ended, or, of a "
                + "service, after it opened"),
        Entry(
            "proxy.trial_requests", .wire,
            "requests of the storage system that arrived while its breaker was last half-open"),
        Entry(
            "proxy.writes_to_primary_while_secondary", .wire,
            "writes sent to the primary while the secondary was active, reconciliation left out"),
        Entry(
            "storage.attempt_error_ratio", .wire,
            "share of all requests, probes too, that failed since the fault was last changed"),
        Entry(
            "fault.struck", .wire,
            "requests that the last fault struck"),
        Entry(
            "fault.fraction", .client,
            "share of the requests that the last fault is set to strike; 0 after its end"),
        Entry(
            "fault.in_force", .wire,
            "faults in force now, at all proxies"),
        Entry(
            "fault.ended_by", .wire,
            "how the last fault ended: lifted or expired; in force if it has not", kind: .text),
        Entry(
            "probe.not_served_ratio", .client,
            "share of the probes that ended in the last second and were not served"),
        Entry(
            "probe.served_since_lift", .wire,
            "probes served since the last fault was lifted"),
        Entry(
            "wire.order_violations", .wire,
            "writes of a key that reached the storage after a later one"),
        Entry(
            "wire.duplicates", .wire,
            "writes sent again although the storage's acknowledgement had arrived within 500 ms"),
        Entry(
            "retry.repeated_requests", .wire,
            "requests sent again by the call whose attempt had failed"),
        Entry(
            "retry.attempts_per_operation_max", .wire,
            "most requests that one call made"),
        Entry(
            "retry.spacing_mean_ms", .wire,
            "mean time from a failed attempt of a call to its next one"),
    ]

    static let load: [Entry] = [
        Entry(
            "workload.not_served_ratio", .client,
            "share of the operations ended in the last second that were not served"),
        Entry(
            "workload.deferred_writes", .client,
            "writes taken into the queue since the last fault became effective"),
        Entry(
            "workload.restored", .client,
            "service that was lost is back: at least 99 % of the operations were served, for the "
                + "whole stable time", kind: .flag),
        Entry(
            "workload.served_or_deferred_ratio_min", .client,
            "smallest share of operations served or deferred, of all bins of 5 s in the fault"),
        Entry(
            "workload.served_reads_min_per_bin", .client,
            "fewest reads served in a bin, of all bins of 5 s in the fault"),
        Entry(
            "calls.served", .client,
            "calls of the last call_storage that were served"),
        Entry(
            "calls.refused", .client,
            "calls of the last call_storage that were clearly refused"),
    ]

    static let breaker: [Entry] = [
        Entry(
            "breaker.state", .self,
            "closed, open or half-open", kind: .text),
        Entry(
            "breaker.failed_calls", .self,
            "calls of the storage that failed before the breaker first opened"),
        Entry(
            "breaker.opened_count", .self,
            "how often the breaker has opened"),
        Entry(
            "breaker.half_open_count", .self,
            "how often the breaker has become half-open"),
        Entry(
            "breaker.half_open_seen", .self,
            "the breaker was half-open since the last fault was lifted", kind: .flag),
        Entry(
            "breaker.refusal_p99_ms", .client,
            "time in which 99 % of the refused calls of the last call_storage came back"),
        Entry(
            "episodes.completed", .client,
            "episodes in which the breaker opened and closed again in time"),
        Entry(
            "episodes.failed", .client,
            "episodes in which the breaker did not open, or not close again, in time"),
        Entry(
            "episodes.acknowledged_before", .client,
            "writes acknowledged before the first episode"),
        Entry(
            "episodes.requests_while_open", .wire,
            "the same as proxy.requests_while_open, in the episodes"),
        Entry(
            "episodes.response_time_max_ms", .client,
            "longest time from the first bad call of an episode until the breaker was closed"),
    ]

    /// The health of the storage as the system sees it, and what is told to others about it.
    static let messages: [Entry] = [
        Entry(
            "health.state", .self,
            "healthy, degraded or unhealthy", kind: .text),
        Entry(
            "health.time_to_detect_ms", .self,
            "time from the first bad sample to unhealthy, when it last became so"),
        Entry(
            "queue.depth", .self,
            "operations in the queue"),
        Entry(
            "queue.killed_acknowledged", .client,
            "operations that the killed queue had acknowledged"),
        Entry(
            "queue.killed_missing", .bytes,
            "acknowledged operations that the killed queue no longer held"),
        Entry(
            "receiver.early_notices", .receiver,
            "notices received before the disaster was detected"),
        Entry(
            "receiver.degraded_notices", .receiver,
            "degradation notices that name the incident, received after its detection"),
        Entry(
            "alerts.performance_notices", .receiver,
            "performance alerts received since the first fault became effective"),
        Entry(
            "alerts.cleared_notices", .receiver,
            "ends of performance alerts received since the first fault became effective"),
        Entry(
            "alerts.standing", .receiver,
            "performance alerts received whose ends were not received yet"),
        Entry(
            "alerts.early", .receiver,
            "performance alerts received before the first fault became effective"),
    ]
}
