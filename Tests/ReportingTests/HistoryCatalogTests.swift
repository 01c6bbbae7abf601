import DRTesting
import EventLog
import Testing

@testable import Reporting

/// The rows that people keep, as a history of the week 2026-W48 has them. Until the clock is set,
/// it is Wednesday of the week before.
struct HistoryCatalogTests {
    private static let week = Period(week: "2026-W48")!
    private let log = SampleLog()

    private func at(_ hours: UInt64) { log.setClock(Self.week.start + hours * 3_600_000_000) }

    private func catalog(asOf position: UInt64? = nil) throws -> HistoryCatalog {
        var request = HistoryRequest(period: Self.week, toolVersion: "1.0.0", command: "")
        request.asOf = position
        return try HistoryReader(log.reader()).read(request).history.catalog
    }

    @Test func aCadenceHoldsFromWhenItWasMadeWhateverChangesInIt() async throws {
        var created: UInt64 = 0
        try await log.write { writer in
            created = try await writer.add([.cadence(days: 7)], toStream: Cadences.stream)
            at(1)
            try await writer.add(
                [
                    .cadence(days: 14, isChange: true),
                    .cadenceDisabled(RowChange(id: 1, by: "ops", reason: "holidays")),
                    .cadence(2, scenario: "Complete Outage"),
                    .cadenceRemoved(RowChange(id: 2, by: "ada", reason: "a mistake")),
                ], toStream: Cadences.stream)
            at(2)
            try await writer.run(.passed)
        }
        let catalog = try catalog()
        #expect(catalog.cadences.map(\.definition.id) == [1, 2])
        #expect(catalog.cadences.map(\.isRemoved) == [false, true])
        let ended = Self.week.start + 3_600_000_000
        #expect(catalog.cadences.map(\.endedAt) == [ended, ended])
        let cadence = try #require(catalog.cadences.first)
        #expect(cadence.definition.intervalMs == 14 * 86_400_000 && !cadence.isEnabled)
        #expect(cadence.createdAt == SampleLog.start && cadence.position == created)
        let name = "Failover Mechanism on staging"
        let other = "Complete Outage on staging"
        let changes = catalog.changes.map { "\($0.what) \($0.name) \($0.by)" }
        #expect(
            changes == [
                "changed \(name) ops", "disabled \(name) ops", "created \(other) ops",
                "removed \(other) ada",
            ])
        #expect(
            catalog.changes.map(\.detail) == [
                "interval 7 days → 14 days", "holidays",
                "every 7 days, grace 1 day: the policy says so", "a mistake",
            ])
        #expect(catalog.changes.allSatisfy { $0.table == "cadence" })
        #expect(catalog.changes.allSatisfy { $0.time == Self.week.start + 3_600_000_000 })
    }

    @Test func aCadenceThatIsEnabledAgainHasNoEnd() async throws {
        try await log.write { writer in
            at(1)
            try await writer.add(
                [
                    .cadence(), .cadenceDisabled(RowChange(id: 1, by: "ops")),
                    .cadenceEnabled(RowChange(id: 1, by: "ops")),
                ], toStream: Cadences.stream)
        }
        let cadence = try #require(try catalog().cadences.first)
        #expect(cadence.isEnabled && cadence.endedAt == nil)
    }

    @Test func nothingAfterTheHeadIsLookedAt() async throws {
        var head: UInt64 = 0
        try await log.write { writer in
            at(1)
            try await writer.add([.cadence(days: 7)], toStream: Cadences.stream)
            head = try await writer.add([.excuse(due: 5)], toStream: Excuses.stream)
            try await writer.add(
                [.cadence(days: 14, isChange: true)], toStream: Cadences.stream)
            try await writer.add([.excuse(2, due: 6)], toStream: Excuses.stream)
        }
        let catalog = try catalog(asOf: head)
        #expect(catalog.cadences.map(\.definition.intervalMs) == [7 * 86_400_000])
        #expect(catalog.excuses.map(\.definition.dueTime) == [5])
        #expect(catalog.excuses.first?.position == head)
        #expect(catalog.changes.map(\.table) == ["cadence", "excuse"])
        #expect(try self.catalog().excuses.count == 2)
    }

    /// Those that come with the program are disabled, and ask for nothing.
    @Test func onlySchedulesThatAreEnabledAreThere() async throws {
        var fired = ScheduleFired()
        (fired.scheduleID, fired.problem) = (1, "the target is busy")
        try await log.write { [fired] writer in
            try await writer.add(
                [
                    .schedule(1, "nightly"), .schedule(2, "weekly"),
                    .scheduleDisabled(RowChange(id: 2, by: "dr-server")), .scheduleFired(fired),
                ], toStream: Schedules.stream)
            at(1)
            try await writer.add([.scheduleFired(fired)], toStream: Schedules.stream)
        }
        let catalog = try catalog()
        #expect(catalog.schedules.map(\.scheduleName) == ["nightly"])
        #expect(catalog.fires.map(\.scheduleName) == ["nightly"])
        #expect(catalog.fires.map(\.time) == [Self.week.start + 3_600_000_000])
        #expect(catalog.fires.first?.fired.problem == "the target is busy")
        #expect(catalog.changes.isEmpty)
    }

    @Test func anObjectiveThatChangedIsSaidWithBothLimits() async throws {
        try await log.write { writer in
            try await writer.add(
                [.scenario(7, "Own drill", rto: 60_000)], toStream: Scenarios.stream)
            at(1)
            try await writer.add(
                [.scenario(7, "Own drill", rto: 120_000, isChange: true)],
                toStream: Scenarios.stream)
            at(2)
            try await writer.add(
                [.scenarioDisabled(RowChange(id: 7, by: "ops"))], toStream: Scenarios.stream)
        }
        let catalog = try catalog()
        #expect(catalog.scenarios.map(\.rtoTargetMs) == [120_000])
        #expect(catalog.scenariosChangedAt == Self.week.start + 3_600_000_000)
        #expect(catalog.changes.map(\.what) == ["changed", "disabled"])
        #expect(catalog.changes.first?.detail == "RTO 1 min → 2 min")
    }
}
