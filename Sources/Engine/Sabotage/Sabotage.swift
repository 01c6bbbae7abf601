internal import DRTesting
internal import FaultProxy
internal import ResilientStorage
internal import Synchronization

/// Breaks one part on purpose, from outside, to prove that a drill notices.
public enum Sabotage: String, CaseIterable, Sendable {
    case faultNotInjected = "fault-not-injected"
    case leaseNotLifted = "lease-not-lifted"
    case breakerNeverOpens = "breaker-never-opens"
    case breakerNeverCloses = "breaker-never-closes"
    case failFastStillCalls = "fail-fast-still-calls"
    case queueDropsWrites = "queue-drops-writes"
    case queueReorders = "queue-reorders"
    case queueDuplicates = "queue-duplicates"
    case ackBeforeDurable = "ack-before-durable"
    case notifierSilent = "notifier-silent"
    case notifierAlways = "notifier-always"
}

extension Sabotage? {
    func wrap(_ faults: ProxyFaults) -> any FaultInjecting {
        switch self {
        case .faultNotInjected: FaultNotInjected(faults: faults)
        case .leaseNotLifted: LeaseNotLifted(faults: faults)
        default: faults
        }
    }

    func wrap(
        _ breaker: CircuitBreaker, observer: @escaping @Sendable (StorageEvent) -> Void
    ) -> any CircuitBreaking {
        switch self {
        case .breakerNeverOpens: BreakerNeverOpens(breaker: breaker)
        case .breakerNeverCloses: BreakerNeverCloses(breaker: breaker)
        case .failFastStillCalls: FailFastStillCalls(breaker: breaker)
        default: breaker
        }
    }

    func wrap(_ queue: OperationQueue) -> any OperationQueueing {
        switch self {
        case .queueDropsWrites: QueueDropsWrites(queue: queue)
        case .queueReorders: QueueReorders(queue: queue)
        case .queueDuplicates: QueueDuplicates(queue: queue)
        case .ackBeforeDurable: AckBeforeDurable(queue: queue)
        default: queue
        }
    }

    func wrap(_ notifier: WebhookNotifier) -> any Notifying {
        switch self {
        case .notifierSilent: NotifierSilent()
        case .notifierAlways: NotifierAlways(notifier: notifier)
        default: notifier
        }
    }
}

// MARK: - Faults

private struct FaultNotInjected: FaultInjecting {
    let faults: ProxyFaults

    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease {
        FaultLease(token: "none", effective: .now)
    }
    func lift(_ name: String) async throws {}
    func ending(of name: String) async -> FaultEnding? { FaultEnding(reason: .lifted, ended: .now) }
    func liftAll() async -> Bool { await faults.liftAll() }
}

private struct LeaseNotLifted: FaultInjecting {
    let faults: ProxyFaults

    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease {
        try await faults.inject(plan, seed: seed)
    }
    func lift(_ name: String) async throws {}
    func ending(of name: String) async -> FaultEnding? { await faults.ending(of: name) }
    func liftAll() async -> Bool { await faults.liftAll() }
}
