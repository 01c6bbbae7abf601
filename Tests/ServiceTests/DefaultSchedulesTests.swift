import DRTesting
import EventLog
import Testing

@testable import Service

/// The schedules that a log has from the first server on.
struct DefaultSchedulesTests {
    private let fixture: ScheduleFixture

    init() throws { fixture = try ScheduleFixture() }

    private func schedules() async throws -> Schedules {
        try await fixture.store.read { try CatalogState<Schedules>().caughtUp(with: $0).table }
    }

    @Test func theyAreThereAndDisabled() async throws {
        try await DefaultSchedules.record(in: fixture.store)
        let rows = try await schedules().rows.present
        #expect(rows.map(\.definition.scenarioID) == [1, 2, 3, 4, 6])
        #expect(
            rows.map(\.definition.cronExpression)
                == ["0 2 * * 1", "0 3 * * *", "0 */6 * * *", "0 1 * * 0", "0 4 * * *"])
        #expect(rows.allSatisfy { !$0.isEnabled && $0.definition.timeZone == "UTC" })
        try fixture.expectCleanLog()
    }

    @Test func theyAreRecordedOnce() async throws {
        async let one: Void = DefaultSchedules.record(in: fixture.store)
        async let two: Void = DefaultSchedules.record(in: fixture.store)
        _ = try await (one, two)
        let first = try await fixture.store.read { try $0.head() }
        try await DefaultSchedules.record(in: fixture.store)
        #expect(try await fixture.store.read { try $0.head() } == first)
        #expect(try await schedules().rows.present.count == 5)
    }

    @Test func whatPeopleMadeOfThemStays() async throws {
        try await DefaultSchedules.record(in: fixture.store)
        let made = try await schedules()
        var changed = try #require(made.rows[2]?.definition)
        changed.cronExpression = "0 5 * * *"
        try await fixture.append(.scheduleChanged(changed))
        try await fixture.append(.scheduleRemoved(RowChange(id: 1, by: "ops")))
        try await fixture.append(.scheduleEnabled(RowChange(id: 3, by: "ops")))
        let before = try await schedules()
        try await DefaultSchedules.record(in: fixture.store)
        #expect(try await schedules() == before)
    }

    @Test func aNameThatSomebodyHasIsLeftToHim() async throws {
        var own = ScheduleDefinition()
        (own.id, own.scenarioID, own.scheduleName) = (1, 5, "weekly outage test")
        (own.cronExpression, own.timeZone, own.by) = ("0 0 * * *", "UTC", "ops")
        try await fixture.append(.scheduleCreated(own))
        try await DefaultSchedules.record(in: fixture.store)
        try await DefaultSchedules.record(in: fixture.store)
        let rows = try await schedules().rows.present
        #expect(rows.map(\.definition.scenarioID) == [5, 2, 3, 4, 6])
        #expect(rows.map(\.isEnabled) == [true, false, false, false, false])
    }

    @Test func theSchedulerRecordsThemAndEndsWhenItIsTold() async throws {
        let scheduler = fixture.scheduler()
        let service = Task { try await scheduler.run() }
        var disabled = 0
        for try await events in fixture.store.follow(from: 1) {
            disabled += events.count(where: { $0.record.number == 62 })
            if disabled == 5 { break }
        }
        service.cancel()
        try await service.value
        #expect(fixture.runs.orders.isEmpty)
    }
}
