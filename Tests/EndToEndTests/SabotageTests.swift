import Foundation
import Testing

/// The scenarios notice each part that is broken on purpose, at the step that tests it.
@Suite(.timeLimit(.minutes(30))) struct SabotageTests {
    /// A part of the outage scenario, and the step that must not pass without it.
    private static let outage = [
        "breaker-never-closes": "Verify service recovery",
        "breaker-never-opens": "Trigger circuit breaker",
        "fault-not-injected": "Block all R2 operations",
        "notifier-silent": "Test user notifications",
        "lease-not-lifted": "Restore R2 service",
        "fail-fast-still-calls": "Trigger circuit breaker",
        "queue-drops-writes": "Verify operation queueing",
        "queue-reorders": "Process queued operations",
        "queue-duplicates": "Process queued operations",
        "ack-before-durable": "Verify operation queueing",
        "notifier-always": "Test user notifications",
    ]

    private struct Sabotage: Sendable {
        let drill: BuiltinDrill
        let name: String
        let step: String
    }

    /// One of each other scenario. That it passes with nothing broken is shown in
    /// `ScenarioSoakTests`.
    private static let others = [
        Sabotage(
            drill: .failover, name: "read-only-accepts-writes", step: "Test read-only mode"),
        Sabotage(
            drill: .breaker, name: "breaker-opens-too-early",
            step: "Test failure threshold trigger"),
        Sabotage(
            drill: .degradation, name: "retry-disabled", step: "Verify retry mechanisms"),
        Sabotage(
            drill: .backup, name: "backup-skips-objects", step: "Verify data integrity"),
        Sabotage(
            drill: .performance, name: "slow-under-load", step: "Verify performance thresholds"),
    ]

    /// The proof takes as long as the other runs together, so the two go side by side.
    @Test func everythingThatIsBrokenIsNoticed() async throws {
        async let proof: Void = proveOutage()
        async let runs: Void = runOthers()
        _ = try await (proof, runs)
    }

    private func proveOutage() async throws {
        let workspace = try Workspace()
        let proof = try await inDrillPlace {
            try await workspace.start(
                .runner,
                ["prove", "1", "--json", "--set", "detection=5s", "--set", "recovery=18s"]
            ).finish(within: .seconds(1200))
        }
        print("the proof of the outage scenario took \(proof.took)")
        #expect(proof.status == 0, "\(proof.output)\(proof)")
        let document = try JSON(parsing: proof.output)
        #expect(document["proven"] == .bool(true))
        let runs = document["scenarios"].elements.flatMap { $0["runs"].elements }
        let names = runs.compactMap { $0["sabotage"].text }
        #expect(names.first == "control")
        #expect(Set(Self.outage.keys).isSubset(of: names), "\(names)")
        #expect(runs.dropFirst().allSatisfy { $0["conclusion"].text == "caught" })
        let results = try await workspace.rows(of: "test_results")
        for run in runs {
            guard let name = run["sabotage"].text, let step = Self.outage[name] else { continue }
            let red = results.filter {
                $0["test_id"] == run["test_id"] && $0["verdict"].text != "passed"
            }
            expect(red, include: step, of: name)
        }
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }

    private func runOthers() async throws {
        for sabotage in Self.others {
            let workspace = try Workspace()
            let run = try await workspace.drill(
                sabotage.drill, ["--json", "--sabotage", sabotage.name])
            print("\(sabotage.drill.name) with \(sabotage.name) took \(run.took)")
            #expect(run.status == 1 || run.status == 2, "\(run)")
            let document = try JSON(parsing: run.output)
            let red = document["results"].elements.filter { $0["verdict"].text != "passed" }
            expect(red, include: sabotage.step, of: sabotage.name)
            let test = document["test"]
            #expect(test["status"].text == "failed", "\(sabotage.name)")
            #expect(["failed", "inconclusive"].contains(test["verdict"].text))
            #expect(test["purpose"].text == "proof", "\(sabotage.name)")
            #expect(test["test_config"]["sabotage"].text == sabotage.name)
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [], "\(sabotage.name)")
        }
    }

    private func expect(_ red: [JSON], include step: String, of sabotage: String) {
        let names = red.compactMap { $0["test_name"].text }
        #expect(names.contains(step), "\(sabotage): \(names)")
        #expect(red.allSatisfy { $0["error_message"].text?.isEmpty == false }, "\(sabotage)")
    }
}

/// All that is broken, in all scenarios. It takes most of an hour.
@Suite(.enabled(if: Effort.isSoak), .timeLimit(.minutes(120)))
struct ProofSoakTests {
    @Test func everyBuiltinScenarioIsProven() async throws {
        let workspace = try Workspace()
        let proof = try await inDrillPlace(alone: true) {
            try await workspace.start(.runner, ["prove", "--all"]).finish(within: .seconds(7000))
        }
        #expect(proof.status == 0, "\(proof.output)\(proof)")
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }
}
