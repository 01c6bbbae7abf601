import DRTesting
import EventLog
import Testing

@testable import Engine

/// What is recorded for people when a run ends.
struct RunAlertsTests {
    private static func end(_ verdict: Verdict, _ status: RunStatus) -> RunFinished {
        var finish = RunFinished()
        (finish.verdict, finish.status) = (verdict, status)
        return finish
    }

    private static func drill() async throws -> JournalFixture {
        let fixture = try JournalFixture()
        var request = fixture.request
        (request.purpose, request.scenarioName) = ("drill", "Own drill")
        try await fixture.journal.request(request, runKey: fixture.key)
        try await fixture.journal.record(.start(RunStarted()))
        return fixture
    }

    @Test func theAlertIsInTheSameAppendAsTheEndWhichComesLast() async throws {
        let fixture = try await Self.drill()
        await fixture.journal.note(.log("before"))
        try await fixture.journal.finish(Self.end(.failed, .failed))
        let names = try await fixture.recorded().map(\.name)
        #expect(names.suffix(3) == ["log_recorded", "alert_raised", "run_finished"])
        let stored = try fixture.store.reader.events(ofStream: fixture.journal.stream)
        #expect(stored.suffix(2).map(\.record.following) == [1, 0])
        guard case .alertRaised(let alert) = try await fixture.recorded().dropLast().last else {
            Issue.record("no alert stands before the end")
            return
        }
        #expect(alert.testID == 2)
        try fixture.verify()
    }

    @Test func aRunThatPassedHasNoEventMore() async throws {
        let fixture = try await Self.drill()
        try await fixture.journal.finish(Self.end(.passed, .completed))
        #expect(
            try await fixture.recorded().map(\.name)
                == ["run_requested", "run_started", "run_finished"])
        try fixture.verify()
    }

    @Test func theSameEndAgainAlertsNobody() async throws {
        let fixture = try await Self.drill()
        let end = Self.end(.inconclusive, .failed)
        try await fixture.journal.finish(end)
        try await fixture.journal.finish(end)
        #expect(
            try await fixture.recorded().map(\.name)
                == ["run_requested", "run_started", "alert_raised", "run_finished"])
        try fixture.verify()
    }

    @Test func aLostDrillIsAnAlertToo() async throws {
        let fixture = try await Self.drill()
        let runs = UnfinishedRuns(store: fixture.store)
        #expect(try await runs.closeLost() == [2])
        let names = try await fixture.recorded().map(\.name)
        #expect(names.suffix(2) == ["alert_raised", "run_finished"])
        #expect(try await runs.all().isEmpty)
        try fixture.verify()
    }
}
