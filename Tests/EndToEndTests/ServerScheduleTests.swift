import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Schedules of servers that are killed.
@Suite(.timeLimit(.minutes(4))) struct ServerScheduleTests {
    /// The first server is killed before the moment, and two that come after it at once are killed
    /// when one of them has started the run.
    @Test func whatIsDueIsRunOnceWhoeverIsKilledMeanwhile() async throws {
        let workspace = try Workspace()
        let first = try await StandaloneServer.start(in: workspace)
        let scenario = try await first.createScenario(Sample.scenario())
        let due = try await Self.schedule(scenario, at: first)
        try await first.kill()
        try await Task.sleep(for: .seconds(max(due.timeIntervalSinceNow, 0) + 0.1))
        try await inDrillPlace {
            async let second = StandaloneServer.start(in: workspace, token: first.token)
            async let third = StandaloneServer.start(in: workspace, token: first.token)
            let both = try await [second, third]
            try await workspace.wait(forEvent: "fault_effective")
            try await workspace.wait(forEvent: "schedule_fired")
            for server in both { try await server.kill() }
            try await Self.expectOneRun(in: workspace, token: first.token)
        }
        #expect(workspace.leftOfRuns == [])
        try await workspace.expectIntact()
    }

    /// Makes a schedule for the next minute, and for no other of the day.
    ///
    /// - Returns: when it is due.
    private static func schedule(
        _ scenario: Int, at server: StandaloneServer
    ) async throws -> Date {
        // Not one that begins before the answer has come.
        let minute = (Date.now.timeIntervalSince1970 + 3) / 60
        let due = Date(timeIntervalSince1970: minute.rounded(.up) * 60)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.hour, .minute], from: due)
        let cron = "\(parts.minute ?? 0) \(parts.hour ?? 0) * * *"
        let answer = try await server.post(
            "/api/testing/schedule",
            """
            {"scenario_id": \(scenario), "schedule_name": "Soon", "cron_expression": "\(cron)",
             "catch_up": "once"}
            """)
        try #require(answer.status == 201, "\(answer)")
        let next = try #require(answer.body["data"]["next_run"].text)
        #expect(next.hasPrefix(due.formatted(.iso8601).dropLast()), "\(answer)")
        return due
    }

    private static func expectOneRun(in workspace: Workspace, token: String) async throws {
        let last = try await StandaloneServer.start(in: workspace, token: token)
        let history = try await last.get("/api/testing/history")
        let ids = history.body["data"].elements.compactMap { $0["id"].integer }
        try #require(ids.count == 1, "\(history)")
        let test = try await last.ending(ofTest: ids[0])
        #expect(test["verdict"].text == "passed", "\(last.process.text)")
        #expect(test["executed_by"].text == "scheduler")
        let schedules = try await last.get("/api/testing/schedules")
        let schedule = schedules.body["data"].elements.last ?? .null
        #expect(schedule["schedule_name"].text == "Soon", "\(schedules)")
        #expect(schedule["run_count"].integer == 1, "\(schedules)")
        #expect(schedule["failure_count"].integer == 0, "\(schedules)")
        try await last.terminate()
        let events = try await workspace.events()
        #expect(events.count { $0.name == "schedule_fired" } == 1)
        #expect(events.count { $0.name == "run_finished" } == 1)
        #expect(try await workspace.rows(of: "dr_tests").count == 1)
    }
}
