import Foundation
import Testing

/// The network partition on the page about scenarios of one's own, run as it stands there.
@Suite(.timeLimit(.minutes(10))) struct PartitionTests {
    private static func scenario() throws -> String {
        let page = try String(
            contentsOfFile: Repository.root
                + "/Sources/DRTesting/DRTesting.docc/CustomScenarios.md", encoding: .utf8)
        let example = page.components(separatedBy: "```yaml\n").dropFirst().first
        return try #require(example).components(separatedBy: "```")[0]
    }

    /// Both at once: a proof takes as long as two runs.
    @Test func theScenarioOfThePagePassesAndIsProven() async throws {
        async let run: Void = expectItPassesAndKeepsItsMetrics()
        async let proof: Void = expectItNoticesThatTheOldPrimaryIsStillWrittenTo()
        _ = try await (run, proof)
    }

    private func expectItPassesAndKeepsItsMetrics() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(try Self.scenario(), to: "partition.yaml")
        let run = try await workspace.drill([file, "--json"])
        print("the partition took \(run.took)")
        #expect(run.status == 0, "\(run)")
        let document = try JSON(parsing: run.output)
        let test = document["test"]
        #expect(test["scenario"].text == "Custom Network Partition Test")
        #expect(test["test_type"].text == "failover_mechanism")
        #expect(test["verdict"].text == "passed")
        let recovery = test["rto_actual_ms"].double ?? 0
        #expect(recovery > 0 && recovery <= 180_000)
        #expect(test["rpo_actual_ms"].double == 0)
        let names = document["results"].elements.compactMap { $0["test_name"].text }
        for step in [
            "Simulate network partition", "Test split-brain prevention", "Verify recovery",
        ] {
            #expect(names.contains(step), "\(names)")
        }
        let kept = document["metrics"].elements.filter {
            $0["metric_name"].text == "service_kept"
        }
        #expect(kept.map { $0["metric_type"].text } == ["continuity"])
        #expect(kept.map { $0["threshold"].double } == [0.4])
        #expect(kept.allSatisfy { ($0["value"].double ?? 0) >= 0.4 })
        #expect(kept.map { $0["passed"] } == [.bool(true)])
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }

    private func expectItNoticesThatTheOldPrimaryIsStillWrittenTo() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(try Self.scenario(), to: "partition.yaml")
        let proof = try await inDrillPlace {
            try await workspace.start(
                .runner, ["prove", file, "--only", "fencing-disabled", "--json"]
            ).finish(within: .seconds(400))
        }
        print("the proof of the partition took \(proof.took)")
        #expect(proof.status == 0, "\(proof.output)\(proof)")
        let document = try JSON(parsing: proof.output)
        #expect(document["proven"] == .bool(true))
        let runs = document["scenarios"].elements.flatMap { $0["runs"].elements }
        #expect(runs.map { $0["sabotage"].text } == ["control", "fencing-disabled"])
        #expect(runs.map { $0["conclusion"].text } == ["sound", "caught"])
        #expect(runs.map { $0["verdict"].text } == ["passed", "failed"])
        // It is seen where it happens, and not only by what it damages.
        let red = try await workspace.rows(of: "test_results").filter {
            $0["test_id"] == runs.last?["test_id"] && $0["verdict"].text == "failed"
        }
        let complaints = red.compactMap { $0["error_message"].text }
        #expect(
            complaints.contains { $0.contains("proxy.writes_to_primary_while_secondary") },
            "\(complaints)")
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }
}
