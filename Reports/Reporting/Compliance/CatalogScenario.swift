/// A scenario as the control catalogue names it: one of the built-in ones, or another of its kind.
enum CatalogScenario: String, CaseIterable, Sendable {
    case completeOutage = "complete-outage"
    case partialDegradation = "partial-degradation"
    case circuitBreaker = "circuit-breaker"
    case backupAndRestore = "backup-restore"
    case failover
    case performanceBenchmark = "performance-benchmark"

    /// What a drill counts for.
    ///
    /// - Parameters:
    ///   - scenarioID: 1 to 6 for the built-in scenarios. Any other counts for what its test type
    ///     says.
    init?(scenarioID: UInt64, testType: String) {
        let builtin = Self.allCases.first { $0.scenarioID == scenarioID }
        guard let scenario = builtin ?? Self.allCases.first(where: { $0.testType == testType })
        else { return nil }
        self = scenario
    }

    /// Of the built-in scenario.
    var scenarioID: UInt64 {
        switch self {
        case .completeOutage: 1
        case .partialDegradation: 2
        case .circuitBreaker: 3
        case .backupAndRestore: 4
        case .failover: 5
        case .performanceBenchmark: 6
        }
    }

    var testType: String {
        switch self {
        case .completeOutage: "full_outage"
        case .partialDegradation: "partial_degradation"
        case .circuitBreaker: "circuit_breaker"
        case .backupAndRestore: "backup_restore"
        case .failover: "failover_mechanism"
        case .performanceBenchmark: "performance_benchmark"
        }
    }

    /// Of the built-in scenario.
    var builtinName: String {
        switch self {
        case .completeOutage: "Complete R2 Outage Simulation"
        case .partialDegradation: "Partial Service Degradation"
        case .circuitBreaker: "Circuit Breaker Functionality"
        case .backupAndRestore: "Backup and Restore"
        case .failover: "Failover Mechanism"
        case .performanceBenchmark: "Performance Benchmark"
        }
    }

    /// For a sentence.
    var words: String {
        switch self {
        case .completeOutage: "complete outage"
        case .partialDegradation: "partial degradation"
        case .circuitBreaker: "circuit breaker"
        case .backupAndRestore: "backup and restore"
        case .failover: "failover"
        case .performanceBenchmark: "performance benchmark"
        }
    }
}

extension Control {
    /// The scenarios whose drills are evidence for it, in the order of the catalogue.
    var catalogScenarios: [CatalogScenario] {
        scenarios.compactMap { CatalogScenario(rawValue: $0) }
    }
}
