import Foundation
import Testing

/// The scenarios notice each part that is broken on purpose, at the step that tests it: every part
/// of the outage, and one of others that are short. `ProofSoakTests` breaks all of all of them.
@Suite(.timeLimit(.minutes(30))) struct SabotageTests {
    private struct Broken: Sendable {
        let drill: BuiltinDrill
        let sabotage: String
    }

    private static let others = [
        Broken(drill: .failover, sabotage: "read-only-accepts-writes"),
        Broken(drill: .degradation, sabotage: "retry-disabled"),
        Broken(drill: .backup, sabotage: "backup-skips-objects"),
    ]

    /// The proof of the outage takes as long as the others together, so they go side by side.
    @Test func everythingThatIsBrokenIsNoticed() async throws {
        async let outage: Void = proveOutage()
        async let others: Void = proveOthers()
        _ = try await (outage, others)
    }

    private func proveOutage() async throws {
        let workspace = try Workspace()
        let (scenarios, took) = try await workspace.prove(
            ["1", "--set", "detection=5s", "--set", "recovery=18s"], within: .seconds(1200))
        print("the proof of the outage scenario took \(took)")
        try #require(scenarios.count == 1)
        ProofTable.expect(scenarios[0], proves: .outage)
        try await expectRecorded(scenarios[0], in: workspace)
    }

    private func proveOthers() async throws {
        for broken in Self.others {
            let (drill, sabotage) = (broken.drill, broken.sabotage)
            let workspace = try Workspace()
            let (scenarios, took) = try await workspace.prove(
                ["\(drill.number)", "--only", sabotage], within: .seconds(600))
            print("\(drill.name) as it is and with \(sabotage) took \(took)")
            try #require(scenarios.count == 1)
            ProofTable.expect(scenarios[0], proves: drill, only: sabotage)
            try await expectRecorded(scenarios[0], in: workspace)
        }
    }

    /// The control is a run like the others, and the only one that passes.
    private func expectRecorded(_ proof: JSON, in workspace: Workspace) async throws {
        let runs = proof["runs"].elements
        let tests = try await workspace.rows(of: "dr_tests")
        #expect(tests.map { $0["id"] } == runs.map { $0["test_id"] })
        #expect(tests.allSatisfy { $0["purpose"].text == "proof" })
        #expect(
            tests.dropFirst().map { $0["test_config"]["sabotage"].text }
                == runs.dropFirst().map { $0["sabotage"].text })
        #expect(tests.first?["verdict"].text == "passed")
        for test in tests.dropFirst() {
            let note: Comment = "\(test["test_config"]["sabotage"])"
            #expect(test["status"].text == "failed", note)
            #expect(test["verdict"].text == "failed", note)
        }
        let results = try await workspace.rows(of: "test_results")
        for result in results where result["verdict"].text != "passed" {
            let reason = result["error_message"].text ?? ""
            #expect(!reason.isEmpty, "\(result["test_name"])")
        }
    }
}

/// All that is broken, in all scenarios.
@Suite(.enabled(if: Effort.isSoak), .timeLimit(.minutes(60)))
struct ProofSoakTests {
    @Test func everyBuiltinScenarioIsProvenInLessThanFortyMinutes() async throws {
        let workspace = try Workspace()
        let (scenarios, took) = try await workspace.prove(
            ["--all"], alone: true, within: .seconds(3400))
        print("the proof of all scenarios took \(took)")
        #expect(took < .seconds(2400))
        try #require(scenarios.count == BuiltinDrill.all.count)
        for (drill, scenario) in zip(BuiltinDrill.all, scenarios) {
            ProofTable.expect(scenario, proves: drill)
        }
    }
}

extension Workspace {
    /// Has `dr-runner prove` find that everything is proven, when there is a place for it.
    ///
    /// - Returns: what it says of each scenario.
    fileprivate func prove(
        _ arguments: [String], alone: Bool = false, within limit: Duration
    ) async throws -> (scenarios: [JSON], took: Duration) {
        let proof = try await inDrillPlace(alone: alone) { [self] in
            try await start(.runner, ["prove", "--json"] + arguments).finish(within: limit)
        }
        #expect(proof.status == 0, "\(proof.output)\(proof)")
        let document = try JSON(parsing: proof.output)
        #expect(document["proven"] == .bool(true))
        try await expectIntact()
        let left = leftOfRuns
        #expect(left == [])
        return (document["scenarios"].elements, proof.took)
    }
}
