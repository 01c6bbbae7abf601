public import DRTesting

extension Sabotage {
    /// Not that of a step: what is put back after the last one.
    static let cleanupComponent = "cleanup"

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

    /// What a scenario must notice: what its type is about, if it has a step for it.
    public static func applicable(to scenario: Scenario) -> [Sabotage] {
        let tested = Set(scenario.steps.map(\.component) + [cleanupComponent])
        return allCases.filter {
            $0.claim.scenarios.contains(scenario.type) && tested.contains($0.component)
        }
    }

    /// Whether a step shows that this part is broken. What comes after it proves nothing more.
    func isShown(by result: ResultRecorded) -> Bool {
        self != .control && result.component == component && result.verdict == .failed
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
        case .cleanupSkipped: Claim(Self.cleanupComponent, in: Self.backup)
        }
    }
}
