import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// `dr-runner prove`: a scenario that notices what is broken, and scenarios that do not.
@Suite(.timeLimit(.minutes(10))) struct ProveTests {
    /// Takes the place of `run`'s drills: one run after another in one process.
    private func prove(_ workspace: Workspace, _ arguments: [String]) async throws -> Finished {
        try await inDrillPlace {
            try await workspace.start(.runner, ["prove"] + arguments).finish()
        }
    }

    @Test func aScenarioThatNoticesASabotageIsProven() async throws {
        let workspace = try Workspace()
        // Its first step has the component 'storage', and observes the fault.
        let file = try workspace.write(Sample.scenario(named: "storage"), to: "short.yaml")
        let proof = try await prove(
            workspace, [file, "--only", "fault-not-injected", "--seed", "7", "--json"])
        #expect(proof.status == 0, "\(proof)")
        let document = try JSON(parsing: proof.output)
        #expect(document["proven"] == .bool(true))
        let scenarios = document["scenarios"].elements
        #expect(scenarios.map { $0["scenario"].text } == ["storage"])
        let runs = scenarios.flatMap { $0["runs"].elements }
        #expect(runs.map { $0["sabotage"].text } == ["control", "fault-not-injected"])
        #expect(runs.map { $0["conclusion"].text } == ["sound", "caught"])
        #expect(runs.map { $0["verdict"].text } == ["passed", "failed"])
        #expect(runs.map { $0["step"].text } == [nil, "storage"])
        let tests = try await workspace.rows(of: "dr_tests")
        #expect(tests.map { $0["id"] } == runs.map { $0["test_id"] })
        #expect(tests.map { $0["purpose"].text } == ["proof", "proof"])
        #expect(tests.map { $0["test_config"]["seed"].double } == [7, 7])
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
        #expect(await Leftovers.processesInTheEnd(naming: workspace.folder) == [])
    }

    /// A scenario that proves nothing about a sabotage, and what is said of it.
    private struct Blind: Sendable {
        let name: String
        let scenario: String
        let sabotage: String
        let conclusions: [String]
    }

    private static let blind = [
        Blind(
            name: "nobody looks at the notices",
            scenario: Sample.scenario(named: "notifications"),
            sabotage: "notifier-silent", conclusions: ["sound", "missed"]),
        // The step that goes red has another component.
        Blind(
            name: "the wrong step goes red", scenario: Sample.scenario(),
            sabotage: "fault-not-injected", conclusions: ["sound", "elsewhere"]),
        Blind(
            name: "it does not pass at all", scenario: Sample.scenario(requests: 5),
            sabotage: "fault-not-injected", conclusions: ["unsound", "not run"]),
    ]

    @Test func aScenarioThatDoesNotNoticeASabotageIsNot() async throws {
        try await forEachInPairs(Self.blind) { blind in
            let workspace = try Workspace()
            let file = try workspace.write(blind.scenario, to: "short.yaml")
            let proof = try await prove(workspace, [file, "--only", blind.sabotage])
            #expect(proof.status == 1, "\(blind.name): \(proof)")
            let matrix = proof.lines.drop { !$0.contains("Conclusion") }
            #expect(matrix.allSatisfy { $0.count <= 80 }, "\(proof)")
            let names = ["control", blind.sabotage]
            for (line, (name, conclusion)) in zip(
                matrix.dropFirst(), zip(names, blind.conclusions))
            {
                #expect(line.dropFirst(2).hasPrefix(name), "\(blind.name): \(proof)")
                #expect(line.hasSuffix(conclusion), "\(blind.name): \(proof)")
            }
            #expect(matrix.last?.hasPrefix("Not proven") == true, "\(proof)")
            // Not a terminal: neither colours nor lines that are drawn again.
            #expect(!proof.output.contains("\u{1b}"))
            let runs = blind.conclusions.count { $0 != "not run" }
            #expect(try await workspace.rows(of: "dr_tests").count == runs)
        }
    }

    @Test func aSignalEndsTheWholeProof() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.scenario(named: "storage"), to: "short.yaml")
        let end = try await inDrillPlace {
            let proof = try workspace.start(.runner, ["prove", file])
            try await proof.wait(forLine: "✓ control")
            proof.send(SIGINT)
            return try await proof.finish(within: .seconds(30))
        }
        #expect(end.status == 130, "\(end)")
        let tests = try await workspace.rows(of: "dr_tests")
        // It may have come just before the next run began.
        #expect((1...2).contains(tests.count), "\(end)")
        #expect(tests[0]["status"].text == "completed")
        #expect(tests.dropFirst().allSatisfy { $0["status"].text == "cancelled" }, "\(end)")
        #expect(end.output.contains("not run"), "\(end)")
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }

    /// Whoever stops everything does not want the next run of the proof either.
    @Test func aRunThatIsCancelledEndsTheWholeProof() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.scenario(named: "storage"), to: "short.yaml")
        let end = try await inDrillPlace {
            let proof = try workspace.start(.runner, ["prove", file])
            var isCancelled = false
            while !isCancelled, proof.isRunning {
                isCancelled = try await workspace.run(.runner, ["cancel", "--all"]).status == 0
            }
            return try await proof.finish(within: .seconds(60))
        }
        #expect(end.status == 5, "\(end)")
        let tests = try await workspace.rows(of: "dr_tests")
        #expect(tests.map { $0["status"].text } == ["cancelled"], "\(end)")
        #expect(workspace.leftOfRuns == [])
    }

    @Test(arguments: [
        (["prove"], "--all"), (["prove", "1", "--all"], "--all"),
        (["prove", "--all", "--set", "kind=hang"], "--set"),
        (["prove", "1", "--only", "nothing"], "queue-reorders"),
        (["prove", "1", "--only", "control"], "queue-reorders"),
        (["prove", "1", "--only", "retry-storms"], "full_outage"),
        (["prove", "no-such-scenario"], "Complete R2 Outage Simulation"),
    ])
    func whatCannotBeProvenIsRefused(arguments: [String], word: String) async throws {
        let workspace = try Workspace()
        let run = try await workspace.run(.runner, arguments)
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains(word), "\(run)")
        #expect(!workspace.hasData)
    }

    @Test(arguments: [["prove", "1"], ["chaos", "--seed", "1", "--for", "10s"]])
    func whereTestingIsDisabledNothingIsRun(arguments: [String]) async throws {
        let workspace = try Workspace()
        let run = try await workspace.run(
            .runner, arguments, environment: ["DR_TESTING_ENABLED": "false"])
        #expect(run.status == 75, "\(run)")
        #expect(!workspace.hasData)
    }
}
