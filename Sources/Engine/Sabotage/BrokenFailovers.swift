internal import FoundationEssentials
internal import ResilientStorage

/// Decides as a failover does, but for what a sabotage changes.
protocol AlteredFailover: FailoverDeciding {
    var failover: Failover { get set }
}

extension AlteredFailover {
    var state: Failover.State { failover.state }

    func acceptsWrites(isHeld: Bool) -> Bool { failover.acceptsWrites(isHeld: isHeld) }

    mutating func resume(at active: SiteName) { failover.resume(at: active) }

    mutating func update(
        _ inputs: Failover.Inputs, at now: ContinuousClock.Instant
    ) -> Failover.Transition? { failover.update(inputs, at: now) }
}

/// Never lets the secondary take over.
struct FailoverDisabled: AlteredFailover {
    var failover: Failover

    mutating func update(
        _ inputs: Failover.Inputs, at now: ContinuousClock.Instant
    ) -> Failover.Transition? { nil }
}

/// Lets the secondary take over whatever it lacks.
struct FailoverToStale: AlteredFailover {
    var failover: Failover

    mutating func update(
        _ inputs: Failover.Inputs, at now: ContinuousClock.Instant
    ) -> Failover.Transition? {
        var inputs = inputs
        if state == .switchingOver { inputs.backlog = 0 }
        return failover.update(inputs, at: now)
    }
}

/// Takes writes although they are to be refused by order.
struct ReadOnlyAcceptsWrites: AlteredFailover {
    var failover: Failover

    func acceptsWrites(isHeld: Bool) -> Bool { failover.acceptsWrites(isHeld: false) }
}

/// Stays at the secondary for ever.
struct FailbackNever: AlteredFailover {
    var failover: Failover

    mutating func update(
        _ inputs: Failover.Inputs, at now: ContinuousClock.Instant
    ) -> Failover.Transition? {
        var inputs = inputs
        if state == .secondary { (inputs.primary, inputs.order) = (.unhealthy, nil) }
        return failover.update(inputs, at: now)
    }
}

/// Keeps nothing back.
struct FencingDisabled: Fencing {
    func permits(
        _ purpose: WritePurpose, to site: SiteName, admittedIn admitted: UInt64,
        current: UInt64, state: Failover.State
    ) -> Bool { true }
}

/// Throws away what the primary has yet to get, and calls that done.
struct FailbackLosesWrites: Reconciling {
    func reconcile(_ work: ReconciliationWork) async throws -> Reconciliation {
        var result = Reconciliation()
        while work.backlog.depth > 0 {
            for entry in try await work.backlog.first(100) {
                try await work.backlog.remove(entry)
                result.applied += 1
            }
        }
        return result
    }
}

/// Hands out nothing before it is five seconds old: what a takeover must not overlook is small
/// where all storages are near.
struct ReplicationLags: OperationQueueing {
    let queue: any OperationQueueing

    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        try await queue.add(operation)
    }

    func first(_ limit: Int) async throws -> [QueueEntry] {
        let latest = Date().addingTimeInterval(-5)
        return try await queue.first(limit).filter { $0.added <= latest }
    }

    func pending(for key: String) async throws -> QueueEntry? { try await queue.pending(for: key) }
    func remove(_ entry: QueueEntry) async throws { try await queue.remove(entry) }
    var depth: Int { queue.depth }
}

/// Takes every write for the secondary and sends none.
struct ReplicationSilent: OperationQueueing {
    func add(_ operation: QueuedOperation) async throws -> QueueEntry {
        QueueEntry(number: 0, operation: operation)
    }
    func first(_ limit: Int) async throws -> [QueueEntry] { [] }
    func pending(for key: String) async throws -> QueueEntry? { nil }
    func remove(_ entry: QueueEntry) async throws {}
    var depth: Int { 0 }
}
