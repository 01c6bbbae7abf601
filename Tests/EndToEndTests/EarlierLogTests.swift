import Foundation
import Testing

/// A drill that was recorded by an earlier version of the programs.
@Suite(.timeLimit(.minutes(3))) struct EarlierLogTests {
    @Test func aLogOfAnEarlierVersionIsVerifiedReplayedAndShown() async throws {
        let workspace = try Workspace()
        try FileManager.default.copyItem(
            atPath: Repository.tests + "/EventLogTests/Samples/format-1", toPath: workspace.data)
        try await workspace.expectIntact()
        let events = try await workspace.events()
        #expect(events.map(\.position) == Array(1...207))
        #expect(events.first?.summary == "log b4484c480fceb09ae0473d0e7e719bb3")
        let end = "completed (passed, RTO 4454 ms, RPO 0 ms)"
        #expect(events.last?.name == "run_finished" && events.last?.summary == end, "\(events)")
        let test = try await workspace.test()
        #expect(test["id"].double == 2)
        #expect(test["scenario"].text == "Complete R2 Outage Simulation")
        #expect(test["rto_actual_ms"].double == 4454)
        #expect(test["end_time"].text == "2026-11-29T16:44:56.559Z")
    }

    @Test func aLogOfAnEarlierVersionGetsFurtherDrills() async throws {
        let workspace = try Workspace()
        try FileManager.default.copyItem(
            atPath: Repository.tests + "/EventLogTests/Samples/format-1", toPath: workspace.data)
        let run = try await workspace.drill(["1", "--debug"])
        #expect(run.status == 0, "\(run)")
        try await workspace.expectIntact()
        let statuses = try await workspace.rows(of: "dr_tests").map { $0["status"].text }
        #expect(statuses == ["completed", "completed"])
    }
}
