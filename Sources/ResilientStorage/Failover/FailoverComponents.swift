internal import FoundationEssentials

/// The second storage of a store, and the parts of the failover that are put in from outside.
public struct FailoverComponents: Sendable {
    public var secondary: SiteComponents
    /// Remembers over the end of the process which storage serves.
    public var epoch: any EpochKeeping
    public var decider: any FailoverDeciding = Failover()
    public var fence: any Fencing = Fence()
    public var reconciler: any Reconciling = Reconciler()
    /// Only keys that begin with it are compared before a failback.
    public var keyPrefix = ""

    public init(secondary: SiteComponents, epoch: any EpochKeeping) {
        (self.secondary, self.epoch) = (secondary, epoch)
    }
}

/// How far behind the storage is that does not serve.
public struct ReplicationLag: Equatable, Sendable {
    /// Operations that it has yet to get.
    public let depth: Int
    /// Since the oldest of them was acknowledged; `nil` if there are none.
    public let age: Duration?

    /// - Throws: if the queue cannot be read.
    init(of queue: any OperationQueueing, at now: Date) async throws {
        depth = queue.depth
        let oldest = depth > 0 ? try await queue.first(1).first : nil
        age = oldest.map { .seconds(max(now.timeIntervalSince($0.added), 0)) }
    }
}
