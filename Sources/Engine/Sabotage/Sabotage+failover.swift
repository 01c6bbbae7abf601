internal import ResilientStorage

extension Sabotage? {
    func wrap(replication queue: OperationQueue) -> any OperationQueueing {
        switch self {
        case .failoverToStale: ReplicationLags(queue: queue)
        case .replicationSilent: ReplicationSilent()
        default: queue
        }
    }

    func wrap(_ failover: Failover) -> any FailoverDeciding {
        switch self {
        case .failoverDisabled: FailoverDisabled(failover: failover)
        case .failoverToStale: FailoverToStale(failover: failover)
        case .readOnlyAcceptsWrites: ReadOnlyAcceptsWrites(failover: failover)
        case .failbackNever: FailbackNever(failover: failover)
        default: failover
        }
    }

    func wrap(_ fence: Fence) -> any Fencing {
        self == .fencingDisabled ? FencingDisabled() : fence
    }

    func wrap(_ reconciler: Reconciler) -> any Reconciling {
        self == .failbackLosesWrites ? FailbackLosesWrites() : reconciler
    }
}
