internal import DRTesting
internal import FaultProxy
internal import ResilientStorage
internal import Synchronization

/// Breaks one part on purpose, from outside, to prove that a drill notices.
public enum Sabotage: String, CaseIterable, Sendable {
    /// Breaks nothing: the run that the others of a proof are compared with.
    case control
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
    case breakerNeverHalfOpens = "breaker-never-half-opens"
    case breakerOpensTooEarly = "breaker-opens-too-early"
    case retryDisabled = "retry-disabled"
    case retryStorms = "retry-storms"
    case queueForgetsOnRestart = "queue-forgets-on-restart"
    case drainOverwritesNewer = "drain-overwrites-newer"
    case alertsSilent = "alerts-silent"
    case alertsAlways = "alerts-always"
    case healthBlind = "health-blind"
    case healthAlwaysBad = "health-always-bad"
    case backupSkipsObjects = "backup-skips-objects"
    case backupCorrupts = "backup-corrupts"
    case verifyBackupBlind = "verify-backup-blind"
    case incrementalMissesChanges = "incremental-misses-changes"
    case restorePartial = "restore-partial"
    case restoreOlderBackup = "restore-older-backup"
    case restoreResurrectsDeleted = "restore-resurrects-deleted"
    case failoverDisabled = "failover-disabled"
    case failoverToStale = "failover-to-stale"
    case replicationSilent = "replication-silent"
    case fencingDisabled = "fencing-disabled"
    case readOnlyAcceptsWrites = "read-only-accepts-writes"
    case failbackNever = "failback-never"
    case failbackLosesWrites = "failback-loses-writes"
    case slowUnderLoad = "slow-under-load"
    case leaksMemory = "leaks-memory"
    case cleanupSkipped = "cleanup-skipped"
}

extension Sabotage? {
    func wrap(_ faults: any FaultInjecting) -> any FaultInjecting {
        switch self {
        case .faultNotInjected: FaultNotInjected(faults: faults)
        case .leaseNotLifted: LeaseNotLifted(faults: faults)
        default: faults
        }
    }

    func wrap(_ breaker: CircuitBreaker) -> any CircuitBreaking {
        switch self {
        case .breakerNeverOpens: BreakerNeverOpens(breaker: breaker)
        case .breakerNeverCloses: BreakerNeverCloses(breaker: breaker)
        case .failFastStillCalls: FailFastStillCalls(breaker: breaker)
        case .breakerNeverHalfOpens: BreakerNeverHalfOpens(breaker: breaker)
        case .breakerOpensTooEarly: BreakerOpensTooEarly(breaker: breaker)
        default: breaker
        }
    }

    func wrap(_ queue: OperationQueue) -> any OperationQueueing {
        switch self {
        case .queueDropsWrites: QueueDropsWrites(queue: queue)
        case .queueReorders: QueueReorders(queue: queue)
        case .queueDuplicates: QueueDuplicates(queue: queue)
        case .ackBeforeDurable: AckBeforeDurable(queue: queue)
        case .queueForgetsOnRestart: QueueForgetsOnRestart()
        case .drainOverwritesNewer: DrainOverwritesNewer(queue: queue)
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
    let faults: any FaultInjecting

    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease {
        FaultLease(token: "none", began: .now, effective: .now)
    }
    func change(_ name: String, fraction: Double) async throws -> ContinuousClock.Instant { .now }
    func lift(_ name: String) async throws {}
    func ending(of name: String) async -> FaultEnding? { FaultEnding(reason: .lifted, ended: .now) }
    func struck(by name: String) async -> Int? { 0 }
    func liftAll() async -> Bool { await faults.liftAll() }
}

private struct LeaseNotLifted: FaultInjecting {
    let faults: any FaultInjecting

    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease {
        try await faults.inject(plan, seed: seed)
    }
    func change(_ name: String, fraction: Double) async throws -> ContinuousClock.Instant {
        try await faults.change(name, fraction: fraction)
    }
    func lift(_ name: String) async throws {}
    func ending(of name: String) async -> FaultEnding? { await faults.ending(of: name) }
    func struck(by name: String) async -> Int? { await faults.struck(by: name) }
    func liftAll() async -> Bool { await faults.liftAll() }
}
