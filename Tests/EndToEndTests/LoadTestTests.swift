import Testing

/// The benchmark as a load test: at a rate and for a time of one's own.
@Suite(.timeLimit(.minutes(5))) struct LoadTestTests {
    @Test func aLoadTestPutsOnTheRateItIsGiven() async throws {
        let workspace = try Workspace()
        let run = try await inDrillPlace(alone: true) {
            try await workspace.start(
                .runner,
                [
                    "run", "Performance Benchmark", "--set", "rate=60", "--set", "duration=5s",
                    // The p99 of so short a baseline is that of three operations.
                    "--set", "p99_factor=100", "--json",
                ]
            ).finish(within: .seconds(200))
        }
        print("the load test took \(run.took)")
        #expect(run.status == 0, "\(run)")
        let document = try JSON(parsing: run.output)
        #expect(document["test"]["verdict"].text == "passed")
        let variables = document["test"]["test_config"]["variables"]
        #expect(variables["rate"].text == "60")
        #expect(variables["duration"].text == "5s")
        let metrics = document["metrics"].elements
        func metric(_ name: String) -> Double? {
            metrics.first { $0["metric_name"].text == name }?["value"].double
        }
        let throughput = metric("baseline_throughput") ?? 0
        #expect((54...66).contains(throughput), "\(throughput) operations a second")
        #expect((metric("stress_throughput_ratio") ?? 0) >= 2)
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }
}
