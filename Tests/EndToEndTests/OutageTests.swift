import Foundation
import Testing

/// The outage scenario on the storage that the runner brings along.
@Suite(.timeLimit(.minutes(5))) struct OutageTests {
    @Test func theOutageScenarioPassesWithEachKindOfFault() async throws {
        try await forEachInPairs(["hang", "refuse", "reset", "reset-after", "status"]) { kind in
            let workspace = try Workspace()
            let run = try await workspace.drill(["1", "--json", "--set", "kind=\(kind)"])
            print("the outage scenario with \(kind) took \(run.took)")
            #expect(run.status == 0, "\(run)")
            let document = try JSON(parsing: run.output)
            #expect(document["test"]["test_config"]["variables"]["kind"].text == kind)
            expectPassed(document)
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [])
        }
    }

    private func expectPassed(_ document: JSON) {
        let test = document["test"]
        #expect(test["status"].text == "completed")
        #expect(test["verdict"].text == "passed")
        #expect(test["error_message"] == .null)
        // An outage that lasted for no time was none.
        let (recovery, loss) = (test["rto_actual_ms"].double, test["rpo_actual_ms"].double)
        #expect((recovery ?? 0) > 0 && (recovery ?? .infinity) <= 300_000)
        #expect((loss ?? -1) >= 0 && (loss ?? .infinity) <= 60_000)
        let results = document["results"].elements
        #expect(results.allSatisfy { $0["verdict"].text == "passed" })
        // The steady state, seven steps, RTO and RPO.
        #expect(results.count == 10)
        let metrics = Set(document["metrics"].elements.compactMap { $0["metric_name"].text })
        let expected: Set = [
            "rto_actual_ms", "rpo_actual_ms", "rto_resolution_ms", "fault_held_ms",
            "time_to_detect_ms", "recovery_after_lift_ms",
        ]
        #expect(metrics.isSuperset(of: expected))
    }

    /// It asks for nothing that could show it, and still cannot pass.
    @Test func serviceThatWasNotSeenToComeBackIsAFailure() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.hastyScenario, to: "hasty.yaml")
        let run = try await workspace.drill([file])
        #expect(run.status == 1, "\(run)")
        let test = try await workspace.test()
        #expect(
            test["error_message"].text == "Recovery of the service: recovery was not verified")
        #expect(test["rto_actual_ms"] == .null)
        // No step compares, so the run did by itself.
        let events = try await workspace.events()
        #expect(events.contains { $0.name == "ledger_compared" })
    }

    @Test func aTestInJSONHasTheFieldsOfTheTablesInTheirOrder() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Sample.scenario(), to: "short.yaml")
        let run = try await workspace.drill([file, "--json"])
        #expect(run.status == 0, "\(run)")
        #expect(run.lines.count == 1)
        let document = try JSON(parsing: run.output)
        #expect(document.names == ["test", "results", "logs", "metrics"])
        #expect(document["test"].names == Self.testFields)
        for (table, fields) in Self.fields {
            let rows = document[table].elements
            #expect(!rows.isEmpty, "\(table)")
            for row in rows { #expect(row.names == fields) }
        }
        // The tables say the same.
        #expect(try await workspace.test() == document["test"])
        #expect(try await workspace.rows(of: "test_results") == document["results"].elements)
        #expect(try await workspace.rows(of: "test_logs") == document["logs"].elements)
        #expect(try await workspace.rows(of: "test_metrics") == document["metrics"].elements)
    }

    private static let testFields = [
        "id", "test_type", "scenario", "status", "verdict", "start_time", "end_time",
        "rto_target_ms", "rpo_target_ms", "rto_actual_ms", "rpo_actual_ms", "test_config",
        "executed_by", "environment", "created_at", "target", "target_kind", "purpose",
        "error_message", "first_position", "last_position",
    ]

    private static let fields = [
        "results": [
            "id", "test_id", "component", "test_name", "expected_result", "actual_result",
            "passed", "verdict", "execution_time_ms", "error_message", "details", "created_at",
        ],
        "logs": [
            "id", "test_id", "timestamp", "event_type", "component", "message", "level",
            "metadata",
        ],
        "metrics": [
            "id", "test_id", "metric_name", "metric_type", "value", "unit", "threshold",
            "passed", "recorded_at",
        ],
    ]

    /// Two storages, the proxy and the receiver of notices listen during a run; a child process
    /// has the queue that is killed.
    @Test func neitherProcessesNorPortsOutliveARun() async throws {
        let workspace = try Workspace()
        let ports = try await inDrillPlace {
            let run = try workspace.start(.runner, ["run", "1"])
            try await run.wait(forLine: "  load is on")
            let ports = Leftovers.ports(of: run.pid)
            #expect(ports.count >= 4)
            let end = try await run.finish()
            #expect(end.status == 0, "\(end)")
            return ports
        }
        #expect(Leftovers.ports().isDisjoint(with: ports))
        #expect(await Leftovers.processesInTheEnd(naming: workspace.folder) == [])
    }
}
