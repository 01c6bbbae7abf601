import Testing

/// `dr-runner chaos`.
@Suite(.timeLimit(.minutes(5))) struct ChaosRunTests {
    /// Every acknowledgement is lost, and then every connection refused.
    private static let seed = "25"

    @Test func aSoundSystemIsWellAfterChaos() async throws {
        let workspace = try Workspace()
        let run = try await inDrillPlace {
            try await workspace.start(
                .runner, ["chaos", "--seed", Self.seed, "--for", "10s", "--json"]
            ).finish()
        }
        #expect(run.status == 0, "\(run)")
        #expect(run.complaint.contains("maximum_at_once: 2"))
        let document = try JSON(parsing: run.output)
        let test = document["test"]
        #expect(test["purpose"].text == "chaos")
        #expect(test["verdict"].text == "passed")
        #expect(test["test_config"]["seed"].double == 25)
        let events = try await workspace.events()
        for name in ["fault_effective", "fault_ended"] {
            #expect(events.count { $0.name == name } == 2, "\(name)")
        }
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }

    @Test func thePlanIsAScenarioFileAndAlwaysTheSame() async throws {
        let workspace = try Workspace()
        let arguments = ["chaos", "--seed", Self.seed, "--for", "60s", "--plan"]
        let plan = try await workspace.run(.runner, arguments)
        #expect(plan.status == 0, "\(plan)")
        #expect(try await workspace.run(.runner, arguments).output == plan.output)
        let file = try workspace.write(plan.output, to: "chaos.yaml")
        let check = try await workspace.run(.runner, ["check", file])
        #expect(check.status == 0, "\(check)")
        #expect(check.output.hasPrefix("Chaos from seed 25 for 1 min: 5 steps"), "\(check)")
        #expect(!workspace.hasData)
    }

    @Test(arguments: [["--for", "9s"], ["--for", "6m"], ["--for", "soon"], []])
    func aDurationThatMakesNoSenseIsRefused(arguments: [String]) async throws {
        let workspace = try Workspace()
        let run = try await workspace.run(.runner, ["chaos", "--seed", "1"] + arguments)
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("--for"), "\(run)")
        #expect(!workspace.hasData)
    }

    @Test func productionHasNoChaos() async throws {
        let workspace = try Workspace()
        let text = Sample.unreachableTarget(
            environment: "production", more: "allow_production: true")
        let target = try workspace.write(text, to: "target.yaml")
        let run = try await workspace.run(
            .runner, ["chaos", "--seed", "1", "--for", "10s", "--target", target])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("production"), "\(run)")
        #expect(!workspace.hasData)
    }
}

/// Chaos of many seeds, on a sound system.
@Suite(.enabled(if: Effort.isSoak), .timeLimit(.minutes(30))) struct ChaosSoakTests {
    @Test func chaosNeverTurnsASoundSystemRed() async throws {
        try await forEachInPairs((0..<10).map { Seed.value &+ UInt64($0) }) { seed in
            let workspace = try Workspace()
            let run = try await inDrillPlace {
                try await workspace.start(
                    .runner, ["chaos", "--seed", "\(seed)", "--for", "60s", "--json"]
                ).finish(within: .seconds(400))
            }
            #expect(run.status == 0 || run.status == 2, "seed \(seed): \(run)")
            let document = try JSON(parsing: run.output)
            if run.status == 2 { expectUntouched(document, seed: seed) }
            let events = try await workspace.events()
            let counts = ["fault_effective", "fault_ended"].map { name in
                events.count { $0.name == name }
            }
            #expect(counts[0] > 0 && counts[0] == counts[1], "seed \(seed): \(counts)")
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [], "seed \(seed)")
        }
    }

    /// The only reason for a run to show nothing: there was nothing that anybody noticed.
    private func expectUntouched(_ document: JSON, seed: UInt64) {
        let open = document["results"].elements.filter { $0["verdict"].text != "passed" }
        let reasons = open.compactMap { $0["error_message"].text }
        print("chaos from seed \(seed) is inconclusive: \(reasons)")
        let names = Set(open.compactMap { $0["test_name"].text })
        #expect(
            names == ["Service is restored", "Recovery time objective (RTO)"],
            "seed \(seed): \(reasons)")
        let metric = document["metrics"].elements.first {
            $0["metric_name"].text == "operations_not_served_ratio"
        }
        #expect(metric?["value"].double == 0, "seed \(seed): \(reasons)")
    }
}
