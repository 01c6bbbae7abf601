/// A scenario that comes with the runner, as it was asked for.
struct BuiltinDrill: Sendable {
    /// What a run of it is measured by, beside RTO and RPO.
    struct Objective: Sendable {
        let title: String
        let metric: String

        init(_ title: String, _ metric: String) { (self.title, self.metric) = (title, metric) }

        static let recoveryTime = Self("Recovery time objective (RTO)", "rto_actual_ms")
        static let recoveryPoint = Self("Recovery point objective (RPO)", "rpo_actual_ms")
    }

    let number: Int
    let name: String
    let steps: [String]
    let objectives: [Objective]
    /// Metrics that must have a value, beside those of the objectives.
    let metrics: [String]
    /// How many faults it plans, at least.
    let faults: Int
    /// Steps in which, or soon after which, one is in force for a while, counted from 1.
    var faultedSteps: Set<Int> = []
    /// It measures how much the machine can do, so that nothing else may run.
    var runsAlone = false

    static let all = [
        outage, degradation, breaker, backup, failover, performance,
    ]

    static let outage = BuiltinDrill(
        number: 1, name: "Complete R2 Outage Simulation",
        steps: [
            "Block all R2 operations", "Trigger circuit breaker", "Verify operation queueing",
            "Test user notifications", "Restore R2 service", "Verify service recovery",
            "Process queued operations",
        ],
        objectives: [.recoveryTime, .recoveryPoint],
        metrics: ["rto_resolution_ms", "fault_held_ms", "time_to_detect_ms"], faults: 1,
        faultedSteps: [1, 2])

    static let degradation = BuiltinDrill(
        number: 2, name: "Partial Service Degradation",
        steps: [
            "Introduce 50% operation failure rate", "Monitor circuit breaker behavior",
            "Verify retry mechanisms", "Test performance alerts", "Gradually restore service",
        ],
        objectives: [.recoveryTime, .recoveryPoint],
        metrics: [
            "rto_resolution_ms", "attempt_error_ratio", "retries", "served_or_deferred_ratio_min",
        ], faults: 1, faultedSteps: [1, 2, 3, 4, 5])

    static let breaker = BuiltinDrill(
        number: 3, name: "Circuit Breaker Functionality",
        steps: [
            "Test failure threshold trigger", "Verify circuit breaker opens",
            "Test fail-fast behavior", "Test half-open state", "Verify recovery process",
            "Test multiple failure scenarios",
        ],
        objectives: [
            Objective("Response time objective", "response_time_ms"), .recoveryPoint,
        ],
        metrics: ["rto_actual_ms", "refusal_p99_ms", "episodes_completed"], faults: 3,
        faultedSteps: [1, 2, 3, 4, 6])

    static let backup = BuiltinDrill(
        number: 4, name: "Backup and Restore",
        steps: [
            "Create test data", "Perform full backup", "Verify backup integrity",
            "Simulate data loss", "Restore from backup", "Verify data integrity",
            "Test incremental backup",
        ],
        objectives: [
            Objective("Backup time objective", "backup_rto_ms"),
            Objective("Restore time objective", "restore_rto_ms"), .recoveryPoint,
        ],
        metrics: ["rto_actual_ms", "full_backup_objects", "restored_objects"], faults: 0)

    static let failover = BuiltinDrill(
        number: 5, name: "Failover Mechanism",
        steps: [
            "Simulate primary service failure", "Trigger automatic failover",
            "Verify secondary operations", "Test read-only mode", "Test failback process",
            "Verify data consistency",
        ],
        objectives: [
            Objective("Failover time objective", "failover_rto_ms"),
            Objective("Failback time objective", "failback_rto_ms"), .recoveryPoint,
        ],
        metrics: ["rto_actual_ms", "failover_epoch"], faults: 1, faultedSteps: [1, 2, 3, 4])

    static let performance = BuiltinDrill(
        number: 6, name: "Performance Benchmark",
        steps: [
            "Establish baseline metrics", "Run concurrent operations test",
            "Test large file operations", "Stress test with high load",
            "Test memory and resource usage", "Verify performance thresholds",
        ],
        objectives: [],
        metrics: [
            "baseline_throughput", "baseline_p50_ms", "baseline_p95_ms", "baseline_p99_ms",
            "large_bytes_per_second", "stress_throughput",
            "load_process_memory_slope_bytes_per_operation",
        ], faults: 0, runsAlone: true)
}
