import Foundation
import Testing

/// Where each part that is broken on purpose must be noticed.
///
/// For each sabotage it is the first step of its component that cannot pass with it. The run ends
/// there, so it is the step that `dr-runner prove` names.
enum ProofTable {
    /// Not a step: what goes red when the run has put back what it changed.
    static let cleanup = "remove the drill's objects"

    /// - Returns: for each sabotage that the scenario must notice, the steps one of which goes red.
    static func steps(of drill: BuiltinDrill) -> [String: Set<String>] {
        byNumber[drill.number] ?? [:]
    }

    private static let byNumber: [Int: [String: Set<String>]] = [
        BuiltinDrill.outage.number: outage,
        BuiltinDrill.degradation.number: degradation,
        BuiltinDrill.breaker.number: breaker,
        BuiltinDrill.backup.number: backup,
        BuiltinDrill.failover.number: failover,
        BuiltinDrill.performance.number: performance,
    ]

    private static let outage: [String: Set<String>] = [
        "fault-not-injected": ["Block all R2 operations"],
        "lease-not-lifted": ["Restore R2 service"],
        "breaker-never-opens": ["Trigger circuit breaker"],
        "breaker-opens-too-early": ["Trigger circuit breaker"],
        "fail-fast-still-calls": ["Trigger circuit breaker"],
        "breaker-never-half-opens": ["Verify service recovery"],
        "breaker-never-closes": ["Verify service recovery"],
        // What is not kept is missing after the kill.
        "queue-drops-writes": ["Verify operation queueing"],
        "ack-before-durable": ["Verify operation queueing"],
        "queue-forgets-on-restart": ["Verify operation queueing"],
        // What is kept and delivered in the wrong way shows when it is delivered.
        "queue-reorders": ["Process queued operations"],
        "queue-duplicates": ["Process queued operations"],
        "drain-overwrites-newer": ["Process queued operations"],
        "notifier-silent": ["Test user notifications"],
        "notifier-always": ["Test user notifications"],
    ]

    private static let degradation: [String: Set<String>] = [
        "fault-not-injected": ["Introduce 50% operation failure rate"],
        "lease-not-lifted": ["Gradually restore service"],
        "breaker-never-opens": ["Monitor circuit breaker behavior"],
        "breaker-never-half-opens": ["Monitor circuit breaker behavior"],
        "fail-fast-still-calls": ["Monitor circuit breaker behavior"],
        "retry-disabled": ["Verify retry mechanisms"],
        "retry-storms": ["Verify retry mechanisms"],
        "alerts-silent": ["Test performance alerts"],
        "alerts-always": ["Test performance alerts"],
    ]

    private static let breaker: [String: Set<String>] = [
        "breaker-opens-too-early": ["Test failure threshold trigger"],
        "breaker-never-opens": ["Verify circuit breaker opens"],
        // The call after the one that opened it is the fourth that a fault strikes.
        "fail-fast-still-calls": ["Verify circuit breaker opens"],
        "breaker-never-half-opens": ["Test half-open state"],
        "breaker-never-closes": ["Test half-open state"],
    ]

    private static let backup: [String: Set<String>] = [
        "backup-corrupts": ["Verify backup integrity"],
        "verify-backup-blind": ["Verify backup integrity"],
        "backup-skips-objects": ["Verify data integrity"],
        // The restore itself shows it if what it lacks stays destroyed; the comparison does in any
        // case.
        "restore-partial": ["Restore from backup", "Verify data integrity"],
        // With one full backup, and nothing before it, there is nothing to be wrong.
        "incremental-misses-changes": ["Test incremental backup"],
        "restore-older-backup": ["Test incremental backup"],
        "restore-resurrects-deleted": ["Test incremental backup"],
        "cleanup-skipped": [cleanup],
    ]

    private static let failover: [String: Set<String>] = [
        "fault-not-injected": ["Simulate primary service failure"],
        "health-blind": ["Trigger automatic failover"],
        // The secondary has served before there was any fault.
        "health-always-bad": ["Trigger automatic failover"],
        "failover-disabled": ["Trigger automatic failover"],
        "failover-to-stale": ["Trigger automatic failover"],
        "replication-silent": ["Trigger automatic failover"],
        // Until the fault is lifted, the breaker before the primary lets only health checks
        // through.
        "fencing-disabled": ["Verify data consistency"],
        "read-only-accepts-writes": ["Test read-only mode"],
        "failback-never": ["Test failback process"],
        "failback-loses-writes": ["Verify data consistency"],
    ]

    private static let performance: [String: Set<String>] = [
        "leaks-memory": ["Test memory and resource usage"],
        // So few operations are made in the time for which memory is watched that what grows beside
        // them may be too much for each.
        "slow-under-load": ["Test memory and resource usage", "Verify performance thresholds"],
    ]
}

extension ProofTable {
    /// Holds what `dr-runner prove --json` says of a scenario against the table.
    ///
    /// - Parameter only: the one part that was broken; `nil`: all that the scenario must notice.
    static func expect(_ proof: JSON, proves drill: BuiltinDrill, only: String? = nil) {
        let table = steps(of: drill)
        let runs = proof["runs"].elements
        let names = runs.compactMap { $0["sabotage"].text }
        let expected = only.map { Set([$0]) } ?? Set(table.keys)
        #expect(proof["scenario"].text == drill.name)
        #expect(proof["proven"] == .bool(true), "\(drill.name)")
        #expect(names.first == "control", "\(drill.name)")
        #expect(runs.first?["conclusion"].text == "sound", "\(drill.name)")
        #expect(Set(names.dropFirst()) == expected, "\(drill.name)")
        for run in runs.dropFirst() {
            let (name, step) = (run["sabotage"].text ?? "", run["step"].text ?? "")
            let reason = run["reason"].text ?? ""
            let note: Comment = "\(drill.name), \(name): \(step): \(reason)"
            #expect(run["conclusion"].text == "caught", note)
            #expect(table[name]?.contains(step) == true, note)
            #expect(run["verdict"].text == (step == cleanup ? "inconclusive" : "failed"), note)
            #expect(!reason.isEmpty, note)
        }
    }
}

/// The table itself: of everything that is broken, and of steps that there are.
@Suite(.timeLimit(.minutes(1))) struct ProofTableTests {
    @Test(arguments: BuiltinDrill.all)
    func theTableHasAllThatAScenarioMustNotice(_ drill: BuiltinDrill) async throws {
        // Whoever asks for something else is told what it has to notice.
        let other = drill.number == BuiltinDrill.outage.number ? "retry-storms" : "queue-reorders"
        let run = try await Workspace().run(
            .runner, ["prove", "\(drill.number)", "--only", other])
        #expect(run.status == 64, "\(run)")
        let told = try #require(run.complaint.components(separatedBy: "has to notice: ").last)
        let names = told.split { ", \n".contains($0) }.map { String($0) }
        #expect(Set(names) == Set(ProofTable.steps(of: drill).keys), "\(run)")
    }

    @Test(arguments: BuiltinDrill.all)
    func theTableNamesStepsOfTheScenario(_ drill: BuiltinDrill) {
        let known = Set(drill.steps + [ProofTable.cleanup])
        for (sabotage, steps) in ProofTable.steps(of: drill) {
            #expect(!steps.isEmpty && steps.isSubset(of: known), "\(sabotage): \(steps)")
        }
    }
}
