import DRTesting
import Foundation
import Testing

@testable import Projections

/// What came of schedules.
struct SchedulesViewTests {
    private let fixture = LogFixture()
    private let created = ScriptedEvent("schedules", .scheduleCreated(CatalogHistory.schedule))
    private let drill = CatalogHistory.failing

    /// - Parameter run: of the run that was started; empty if none was.
    private func fired(_ run: String = "k1", daysLater days: UInt64 = 0) -> ScriptedEvent {
        var event = CatalogHistory.fired
        (event.runKey, event.problem) = (run, run.isEmpty ? "no slot was free" : "")
        event.dueTime += days * 86_400_000_000
        return ScriptedEvent("schedules", .scheduleFired(event))
    }

    /// The row of the schedule.
    private func row() throws -> [String: Any] {
        let rows = try fixture.rows(of: SchedulesView.self)
        return try #require(rows.first)
    }

    private func expectCounts(
        _ events: [ScriptedEvent], runs: Int, failures: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await fixture.write(events)
        let row = try row()
        #expect(row["run_count"] as? Int == runs, sourceLocation: sourceLocation)
        #expect(row["failure_count"] as? Int == failures, sourceLocation: sourceLocation)
    }

    @Test(arguments: [Verdict.failed, .inconclusive])
    func aRunThatDidNotPassIsAFailure(verdict: Verdict) async throws {
        try await expectCounts(
            [created, fired()] + drill.whole(verdict), runs: 1, failures: 1)
    }

    @Test(arguments: [Verdict.passed, .none])
    func aRunThatPassedOrWasCancelledIsNone(verdict: Verdict) async throws {
        try await expectCounts(
            [created, fired()] + drill.whole(verdict), runs: 1, failures: 0)
    }

    @Test func whatCouldNotBeStartedIsAFailureAndNoRun() async throws {
        try await expectCounts([created, fired("")], runs: 0, failures: 1)
        let row = try row()
        #expect(row["last_run"] is NSNull)
        // It is tried again when it is due again.
        #expect(row["next_run"] as? String == "2026-11-24T08:30:00.000Z")
    }

    /// As after a clock that was ahead was put right.
    @Test func whatHasFiredDoesNotComeDueAgainWhenTheScheduleIsChanged() async throws {
        var changed = CatalogHistory.schedule
        changed.scheduleName = "in the morning"
        let change = ScriptedEvent("schedules", .scheduleChanged(changed))
        try await fixture.write([created, fired(daysLater: 3), change])
        let row = try row()
        #expect(row["schedule_name"] as? String == "in the morning")
        #expect(row["next_run"] as? String == "2026-11-27T08:30:00.000Z")
    }

    @Test(arguments: 0...3)
    func itMayBeRecordedAtAnyTimeThatAScheduleStartedARun(after count: Int) async throws {
        var events = drill.whole(.failed)
        events.insert(fired(), at: count)
        try await expectCounts([created] + events, runs: 1, failures: 1)
    }

    @Test func runsThatNoScheduleStartedAreNotItsOwn() async throws {
        let others = ScriptedDrill("other").whole(.failed)
        try await expectCounts(
            [created, fired()] + others + drill.whole(.passed), runs: 1, failures: 0)
    }

    @Test func theSameEndTwiceIsOneFailure() async throws {
        let events = drill.whole(.failed)
        try await expectCounts(
            [created, fired()] + events + [drill.ended(.failed)], runs: 1, failures: 1)
    }

    @Test func theNextRunFollowsTheLastOne() async throws {
        try await fixture.write([created])
        var row = try self.row()
        #expect(row["last_run"] is NSNull)
        // It was made a second after it would have been due.
        #expect(row["next_run"] as? String == "2026-11-24T08:30:00.000Z")
        try await fixture.write([fired(daysLater: 1)], after: 10)
        row = try self.row()
        #expect(row["last_run"] as? String == "2026-11-24T08:30:00.000Z")
        #expect(row["next_run"] as? String == "2026-11-25T08:30:00.000Z")
    }

    @Test func aDisabledScheduleHasNoNextRunUntilItIsEnabled() async throws {
        let change = RowChange(id: 1, by: "sre")
        try await fixture.write([created, ScriptedEvent("schedules", .scheduleDisabled(change))])
        var row = try self.row()
        #expect(row["enabled"] as? Bool == false)
        #expect(row["next_run"] is NSNull)
        // After the moment at which it would have been due next.
        try await fixture.write(
            [ScriptedEvent("schedules", .scheduleEnabled(change))], after: 86_400)
        row = try self.row()
        #expect(row["next_run"] as? String == "2026-11-25T08:30:00.000Z")
    }
}
