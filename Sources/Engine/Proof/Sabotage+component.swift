extension Sabotage {
    /// What a scenario must notice, and which scenarios must.
    private struct Claim {
        let component: String
        /// Types of scenarios.
        let scenarios: Set<String>

        init(_ component: String, in scenarios: String...) {
            (self.component, self.scenarios) = (component, Set(scenarios))
        }
    }

    /// The component whose steps must not all pass. What is red elsewhere only was not noticed
    /// where it was broken.
    public var component: String { claim.component }

    /// Whether scenarios of this type test what is broken, so that they must notice it.
    public func applies(to scenarioType: String) -> Bool {
        claim.scenarios.contains(scenarioType)
    }

    /// What scenarios of a type must notice.
    public static func applicable(to scenarioType: String) -> [Sabotage] {
        allCases.filter { $0.applies(to: scenarioType) }
    }

    private static let outage = "full_outage"
    private static let degradation = "partial_degradation"
    private static let breaker = "circuit_breaker"
    private static let backup = "backup_restore"
    private static let failover = "failover_mechanism"
    private static let performance = "performance_benchmark"

    private var claim: Claim {
        switch self {
        case .control: Claim("")

        case .faultNotInjected: Claim("storage", in: Self.outage, Self.degradation, Self.failover)
        case .leaseNotLifted: Claim("storage", in: Self.outage, Self.degradation)

        case .breakerNeverOpens, .breakerNeverHalfOpens, .failFastStillCalls:
            Claim("circuit_breaker", in: Self.outage, Self.degradation, Self.breaker)
        case .breakerNeverCloses, .breakerOpensTooEarly:
            Claim("circuit_breaker", in: Self.outage, Self.breaker)

        case .retryDisabled, .retryStorms: Claim("retry", in: Self.degradation)
        case .queueDropsWrites, .queueReorders, .queueDuplicates, .ackBeforeDurable,
            .queueForgetsOnRestart, .drainOverwritesNewer:
            Claim("operation_queue", in: Self.outage)
        case .notifierSilent, .notifierAlways: Claim("notifications", in: Self.outage)
        case .alertsSilent, .alertsAlways: Claim("notifications", in: Self.degradation)

        case .backupSkipsObjects, .backupCorrupts, .verifyBackupBlind, .incrementalMissesChanges,
            .restorePartial, .restoreOlderBackup, .restoreResurrectsDeleted:
            Claim("backup", in: Self.backup)

        // Failover goes by what health says of both storages.
        case .healthBlind, .healthAlwaysBad: Claim("failover", in: Self.failover)
        case .failoverDisabled, .failoverToStale, .replicationSilent, .fencingDisabled,
            .readOnlyAcceptsWrites, .failbackNever, .failbackLosesWrites:
            Claim("failover", in: Self.failover)

        case .slowUnderLoad, .leaksMemory: Claim("performance", in: Self.performance)
        // Not a step: what is put back after the last one.
        case .cleanupSkipped: Claim("cleanup", in: Self.outage)
        }
    }
}
