import Foundation
import Testing

/// Hostile names that came over the API, wherever the server shows them.
@Suite(.timeLimit(.minutes(3))) struct ServerHostileTextTests {
    @Test func hostileNamesAreHarmlessInEveryAnswerAndOnEveryPage() async throws {
        let workspace = try Workspace()
        let server = try await StandaloneServer.start(in: workspace)
        let scenario = try await server.createScenario(Sample.scenario(named: HostileText.quoted))
        let test = try await run(scenario, server)
        for (path, body) in try Self.rows {
            let made = try await server.post("/api/testing/\(path)", body)
            #expect(made.status == 201, "\(path): \(made)")
            expectHarmless(made, path)
        }
        try await expectHarmlessRefusals(server)
        try await expectHarmlessReadings(of: test, server)
        try await expectHarmlessPages(of: test, server)
        try await expectHarmlessReport(server)
        let end = try await server.terminate()
        HostileText.expectHarmless(end.output + end.complaint, "the server's own log")
        try await workspace.expectIntact()
    }

    /// What makes a row of each kind.
    private static var rows: [(path: String, body: String)] {
        get throws {
            let name = try HostileText.name.asJSON
            let schedule = """
                {"scenario_id": 1, "schedule_name": \(name), "cron_expression": "0 3 * * *",
                 "enabled": false}
                """
            let cadence = """
                {"scenario": \(name), "target": "embedded", "interval_ms": 1, "reason": \(name)}
                """
            let excuse = """
                {"scenario": \(name), "target": "embedded", "reason": \(name),
                 "due_at": "2024-01-01", "executor": \(name), "approver": "eve"}
                """
            let report = """
                {"report_type": "daily", "report_name": \(name)}
                """
            return [
                ("schedule", schedule), ("cadences", cadence), ("excuses", excuse),
                ("reports/generate", report),
            ]
        }
    }

    private func run(_ scenario: Int, _ server: StandaloneServer) async throws -> Int {
        let name = try HostileText.name.asJSON
        return try await inDrillPlace {
            let started = try await server.post(
                "/api/testing/execute", "{\"scenario_id\": \(scenario), \"executed_by\": \(name)}")
            expectHarmless(started, "execute")
            let id = try #require(started.body["data"]["test_id"].integer, "\(started)")
            _ = try await server.ending(ofTest: id)
            return id
        }
    }

    private func expectHarmlessRefusals(_ server: StandaloneServer) async throws {
        let name = try HostileText.name.asJSON
        let orders: [(path: String, body: String)] = [
            ("execute", "{\"scenario_name\": \"x\", \(name): 1}"),
            ("execute", "{\"scenario_id\": 1, \"target\": \(name)}"),
            ("execute", "{\"scenario_id\": 1, \"environment\": \(name)}"),
            ("scenarios", "{\"scenario_text\": \(name)}"),
            ("schedule", "{\"scenario_id\": 1, \"schedule_name\": \"x\", \(name): 1}"),
            ("reports/generate", "{\"report_type\": \(name)}"), ("halt", "{\(name): 1}"),
        ]
        for (path, body) in orders {
            let refused = try await server.post("/api/testing/\(path)", body)
            #expect((400..<500).contains(refused.status), "\(path): \(refused)")
            expectHarmless(refused, path)
        }
        let hostile = "%1b%5b31m%3Cscript%3E%e2%80%ae"
        for path in ["history?status=\(hostile)", "tests/\(hostile)", hostile] {
            let refused = try await server.get("/api/testing/\(path)")
            #expect((400..<500).contains(refused.status), "\(path): \(refused)")
            expectHarmless(refused, path)
        }
    }

    private func expectHarmlessReadings(of test: Int, _ server: StandaloneServer) async throws {
        for path in [
            "scenarios", "history", "tests/\(test)", "tests/\(test)/results",
            "tests/\(test)/logs", "tests/\(test)/metrics", "reports", "reports/1", "schedules",
            "stats", "findings", "alerts", "excuses", "cadences", "audit/views/dr_tests",
        ] {
            let answer = try await server.get("/api/testing/\(path)")
            #expect(answer.status == 200, "\(path): \(answer)")
            expectHarmless(answer, path)
        }
        // JSON says it as it is, but escaped.
        let row = try await server.get("/api/testing/tests/\(test)").body["data"]["test"]
        #expect(row["scenario"].text == HostileText.name)
        #expect(row["test_config"]["requested_by"].text == HostileText.name)
    }

    private func expectHarmlessPages(of test: Int, _ server: StandaloneServer) async throws {
        for path in [
            "/", "/history", "/tests/\(test)", "/scenarios", "/schedules", "/findings", "/reports",
            "/alerts", "/audit",
        ] {
            let page = try await server.get(path)
            #expect(page.status == 200, "\(path): \(page)")
            expectHarmless(page, path)
            expectNoMarkup(page.text, path)
        }
        let shown = try await server.get("/tests/\(test)").text
        #expect(shown.contains("Evil &lt;script&gt;alert(1)&lt;/script&gt;"))
    }

    private func expectHarmlessReport(_ server: StandaloneServer) async throws {
        let report = try await server.get("/api/testing/reports/1")
        let files = report.body["data"]["files"].elements.compactMap { $0["name"].text }
        #expect(files.count > 5, "\(report)")
        for file in files {
            let content = try await server.get("/api/testing/reports/1/files/\(file)")
            #expect(content.status == 200, "\(content)")
            HostileText.expectHarmless(file: content.text, file)
            for field in content.fields.values { HostileText.expectHarmless(field, file) }
            if file.hasSuffix(".html") { expectNoMarkup(content.text, file) }
        }
    }

    /// None of the body, and none of the head.
    private func expectHarmless(_ answer: HTTPAnswer, _ place: String) {
        HostileText.expectHarmless(answer.text, place)
        for field in answer.fields.values { HostileText.expectHarmless(field, place) }
    }

    /// What looks like markup, or like marks of a template, is text.
    private func expectNoMarkup(_ page: String, _ place: String) {
        #expect(!page.contains("<script>"), "\(place)")
        #expect(!page.contains("<!-- &"), "\(place)")
    }
}
