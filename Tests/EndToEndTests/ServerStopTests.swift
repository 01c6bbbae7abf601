import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// How a server ends, and what it leaves to the next one.
@Suite(.timeLimit(.minutes(4))) struct ServerStopTests {
    @Test func whoIsToldToStopWaitsForTheRunAndAnswersWhoWaits() async throws {
        let workspace = try Workspace()
        let server = try await StandaloneServer.start(in: workspace)
        let scenario = try await server.createScenario(Sample.scenario())
        let (answer, end) = try await inDrillPlace {
            async let waiting = server.post(
                "/api/testing/execute?wait=true", "{\"scenario_id\": \(scenario)}")
            try await workspace.wait(forEvent: "fault_effective")
            let end = try await server.terminate()
            return try await (waiting, end)
        }
        #expect(end.status == 0, "\(end)")
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.body["data"]["status"].text == "completed", "\(answer)")
        #expect(workspace.leftOfRuns == [])
        try await workspace.expectIntact()
    }

    @Test func aRunGoesOnWhenItsServerIsKilledAndTheNextOneFollowsIt() async throws {
        let workspace = try Workspace()
        let first = try await StandaloneServer.start(in: workspace)
        // It takes long enough for all that is asked meanwhile.
        let text = Sample.scenario().replacingOccurrences(
            of: "stable_for: 3s", with: "stable_for: 8s")
        let scenario = try await first.createScenario(text)
        try await inDrillPlace {
            let id = try await first.execute(scenario: scenario)
            try await workspace.wait(forEvent: "fault_effective")
            try await first.kill()
            let next = try await StandaloneServer.start(in: workspace, token: first.token)
            let before = try await next.get("/api/testing/tests/\(id)")
            #expect(before.body["data"]["test"]["status"].text == "running", "\(before)")
            // It is in the way of others as before.
            let other = try await next.post(
                "/api/testing/execute", "{\"scenario_id\": \(scenario)}")
            #expect(other.status == 409, "\(other)")
            #expect(other.body["code"].text == "busy")
            let test = try await next.ending(ofTest: id)
            #expect(test["status"].text == "completed", "\(next.process.text)")
            #expect(test["verdict"].text == "passed")
            try await next.terminate()
        }
        #expect(workspace.leftOfRuns == [])
        #expect(try await workspace.rows(of: "dr_tests").count == 1)
        #expect(await Leftovers.processesInTheEnd(naming: workspace.folder) == [])
        try await workspace.expectIntact()
    }

    /// Four clients make schedules in turn until the server is gone.
    @Test func whatAKilledServerHasAcknowledgedIsThere() async throws {
        let workspace = try Workspace()
        let first = try await StandaloneServer.start(
            in: workspace, environment: ["DR_RATE_LIMIT": "0"])
        let acknowledged = try await withThrowingTaskGroup(of: [String].self) { group in
            for client in 1...4 {
                group.addTask { await Self.schedules(by: client, at: first) }
            }
            try await Self.waitForSchedules(in: workspace)
            try await first.kill()
            return try await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(acknowledged.count >= 20)
        let next = try await StandaloneServer.start(in: workspace, token: first.token)
        let names = try await Self.names(ofSchedules: next)
        #expect(Set(acknowledged).subtracting(names) == [])
        #expect(Set(names).count == names.count)
        try await next.terminate()
        try await workspace.expectIntact()
    }

    private static func waitForSchedules(in workspace: Workspace) async throws {
        let deadline = ContinuousClock.now + .seconds(40)
        while try await workspace.events().count(where: { $0.name == "schedule_created" }) < 40 {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func names(ofSchedules server: StandaloneServer) async throws -> [String] {
        var (names, cursor) = ([String](), "")
        while true {
            let page = try await server.get("/api/testing/schedules?limit=100\(cursor)")
            try #require(page.status == 200, "\(page)")
            names += page.body["data"].elements.compactMap { $0["schedule_name"].text }
            guard let next = page.body["next_cursor"].text else { return names }
            cursor = "&cursor=\(next)"
        }
    }

    /// - Returns: the names of those that were acknowledged.
    private static func schedules(by client: Int, at server: StandaloneServer) async -> [String] {
        var names: [String] = []
        while !Task.isCancelled {
            let name = "client \(client), schedule \(names.count)"
            let answer = try? await server.post(
                "/api/testing/schedule",
                """
                {"scenario_id": 1, "schedule_name": "\(name)", "cron_expression": "0 3 * * *",
                 "enabled": false}
                """)
            guard answer?.status == 201 else { break }
            names.append(name)
        }
        return names
    }
}
