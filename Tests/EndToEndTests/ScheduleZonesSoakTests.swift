import Testing

/// When clocks change, a server of any build knows it: the long tests are a release build.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(3)))
struct ScheduleZonesSoakTests {
    @Test func schedulesComeAtTheRightMomentsInFiveZones() async throws {
        let workspace = try Workspace()
        let server = try await StandaloneServer.start(in: workspace)
        let check = try await Python.run(
            "EndToEndTests/schedule_zones.py",
            ["http://127.0.0.1:\(server.port)", server.token], in: workspace)
        #expect(check.status == 0, "\(check)")
        #expect(check.lines.count == 10)
        #expect(check.lines.allSatisfy { $0.hasSuffix(", right") }, "\(check)")
        let end = try await server.terminate()
        #expect(end.status == 0, "\(end)")
        try await workspace.expectIntact()
    }
}
