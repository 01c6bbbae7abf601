import Foundation
import Testing

/// The API as it was first described: its examples to the letter, with a bearer header added.
@Suite(.timeLimit(.minutes(4))) struct ServerExampleTests {
    @Test func theExamplesWorkOnAFreshServer() async throws {
        let workspace = try Workspace()
        let server = try await StandaloneServer.start(in: workspace)
        let scenarios = try await server.get("/api/testing/scenarios")
        #expect(scenarios.status == 200, "\(scenarios)")
        let names = scenarios.body["data"].elements.compactMap { $0["scenario_name"].text }
        #expect(names == BuiltinDrill.all.map(\.name))
        try await inDrillPlace {
            let id = try await execute(server)
            try await watch(id, server)
            try await cancel(id, server)
        }
        try await report(server)
        try await schedule(server)
        try await statistics(server)
        try await server.terminate()
        try await workspace.expectIntact()
    }

    private func execute(_ server: StandaloneServer) async throws -> Int {
        let answer = try await server.post(
            "/api/testing/execute",
            """
            {
              "scenario_name": "Complete R2 Outage Simulation",
              "executed_by": "admin",
              "environment": "test"
            }
            """)
        #expect(answer.status == 202, "\(answer)")
        let test = answer.body["data"]
        #expect(test["scenario"].text == "Complete R2 Outage Simulation")
        let expected = [
            "test_id", "scenario", "status", "start_time", "end_time", "rto_actual_ms",
            "rpo_actual_ms", "total_results", "passed_results", "total_logs", "total_metrics",
        ]
        #expect(test.names == expected)
        return try #require(test["test_id"].integer, "\(answer)")
    }

    /// The two that are asked at once, while the test is under way.
    private func watch(_ id: Int, _ server: StandaloneServer) async throws {
        async let details = server.get("/api/testing/tests/\(id)")
        async let logs = server.get("/api/testing/tests/\(id)/logs")
        let (test, lines) = try await (details, logs)
        let status = test.body["data"]["test"]["status"].text ?? ""
        #expect(["pending", "running"].contains(status), "\(test)")
        #expect(test.body["data"]["test"]["executed_by"].text == "ada")
        let config = test.body["data"]["test"]["test_config"]
        #expect(config["requested_by"].text == "admin")
        let messages = lines.body["data"].elements.map { $0["message"].text }
        #expect(messages.last != nil, "\(lines)")
    }

    private func cancel(_ id: Int, _ server: StandaloneServer) async throws {
        let answer = try await server.post("/api/testing/tests/\(id)/cancel")
        #expect(answer.status == 202, "\(answer)")
        #expect(answer.body["data"]["test_id"].integer == id)
        let test = try await server.ending(ofTest: id)
        #expect(test["status"].text == "cancelled")
        for part in ["results", "metrics"] {
            let rows = try await server.get("/api/testing/tests/\(id)/\(part)")
            #expect(rows.status == 200, "\(rows)")
            #expect(rows.body["data"].elements.allSatisfy { $0["test_id"].integer == id })
        }
        let history = try await server.get("/api/testing/history?limit=50")
        #expect(history.body["data"].elements.map { $0["id"].integer } == [id], "\(history)")
    }

    private func report(_ server: StandaloneServer) async throws {
        let made = try await server.post(
            "/api/testing/reports/generate",
            """
            {
              "report_type": "weekly",
              "period_start": "2024-01-01T00:00:00Z",
              "period_end": "2024-01-07T23:59:59Z",
              "report_name": "Weekly DR Test Report"
            }
            """)
        #expect(made.status == 201, "\(made)")
        let report = made.body["data"]
        #expect(report.names.contains("success_rate"))
        #expect(!report["recommendations"].elements.isEmpty)
        let listed = try await server.get("/api/testing/reports?limit=20&type=weekly")
        #expect(listed.body["data"].elements.map { $0["report_name"] } == [report["report_name"]])
        #expect(report["report_name"].text == "Weekly DR Test Report")
    }

    private func schedule(_ server: StandaloneServer) async throws {
        let made = try await server.post(
            "/api/testing/schedule",
            """
            {
              "scenario_id": 1,
              "schedule_name": "Daily Circuit Breaker Test",
              "cron_expression": "0 3 * * *",
              "enabled": true
            }
            """)
        #expect(made.status == 201, "\(made)")
        let id = try #require(made.body["data"]["schedule_id"].integer, "\(made)")
        #expect(made.body["data"]["next_run"].text?.hasSuffix("T03:00:00.000Z") == true)
        let changed = try await server.call(
            "PUT", "/api/testing/schedules/\(id)", "{\n  \"enabled\": false\n}")
        #expect(changed.status == 200, "\(changed)")
        let all = try await server.get("/api/testing/schedules").body["data"].elements
        // Those that come with the program wait for somebody who wants them.
        #expect(all.count == 6)
        #expect(all.map { $0["enabled"] } == Array(repeating: .bool(false), count: 6))
        #expect(all.last?["schedule_name"].text == "Daily Circuit Breaker Test")
    }

    private func statistics(_ server: StandaloneServer) async throws {
        for period in ["7d", "30d"] {
            let answer = try await server.get("/api/testing/stats?period=\(period)")
            #expect(answer.status == 200, "\(answer)")
            let data = answer.body["data"]
            #expect(data["period"].text == period)
            // What was cancelled proves nothing, and is not lost either.
            #expect(data["overall"]["total_tests"].integer == 0)
            #expect(data["overall"]["cancelled_tests"].integer == 1)
            #expect(data["overall"]["success_rate"] == .null)
            #expect(data["by_type"].elements.first?["test_type"].text == "full_outage")
            #expect(data["recent_tests"].elements.map { $0["status"].text } == ["cancelled"])
        }
    }
}
