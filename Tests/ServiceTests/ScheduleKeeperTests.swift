import DRTesting
import EventLog
import Testing

@testable import Service

/// What is done when a schedule comes due.
struct ScheduleKeeperTests {
    private let fixture: ScheduleFixture

    init() throws { fixture = try ScheduleFixture() }

    /// Every hour at a quarter past, made at midnight.
    private func make(
        _ expression: String = "15 * * * *", _ edit: (inout ScheduleDefinition) -> Void = { _ in }
    ) async throws {
        var scenario = ScenarioDefinition()
        (scenario.id, scenario.scenarioName, scenario.scenarioText) = (3, "Breaker", "name: a")
        try await fixture.append(.scenarioCreated(scenario), to: Scenarios.stream)
        var row = ScheduleDefinition()
        (row.id, row.scenarioID, row.scheduleName) = (1, 3, "a")
        (row.cronExpression, row.timeZone, row.by) = (expression, "UTC", "ops")
        edit(&row)
        try await fixture.append(.scheduleCreated(row))
    }

    private static func fired(
        _ time: UInt64, runKey: String = "", problem: String = ""
    ) -> ScheduleFired {
        var event = ScheduleFired()
        (event.scheduleID, event.dueTime) = (1, time)
        (event.runKey, event.problem) = (runKey, problem)
        return event
    }

    @Test func whatIsDueIsStartedOnceAndRecorded() async throws {
        try await make()
        let (keeper, due) = (fixture.keeper(), ScheduleFixture.time(0, 15))
        #expect(try await keeper.round() == due)
        #expect(fixture.runs.orders.isEmpty)
        fixture.setClock(due)
        #expect(try await keeper.round() == ScheduleFixture.time(1, 15))
        _ = try await keeper.round()
        // Another server, and one that was started again.
        _ = try await fixture.keeper().round()
        let keys = fixture.runs.keys
        #expect(keys.count == 1)
        #expect(try await fixture.fired() == keys.map { Self.fired(due, runKey: $0) })
        try fixture.expectCleanLog()
    }

    @Test func theOrderSaysWhatTheScheduleNames() async throws {
        try await make {
            ($0.targetName, $0.environment) = ("staging-r2", "staging")
            $0.variables = [NamedValue("objects", "50")]
        }
        fixture.setClock(ScheduleFixture.time(0, 15))
        _ = try await fixture.keeper().round()
        let order = try #require(fixture.runs.orders.first)
        #expect(order.scenario == .init(id: 3, name: "Breaker", text: nil))
        #expect(order.target == "staging-r2")
        #expect(order.environment == "staging")
        #expect(order.variables.map(\.name) == ["objects"])
        #expect(order.variables.map(\.value) == ["50"])
        #expect(order.by == "scheduler")
        #expect(order.requestedBy == "ops")
        // A UUID of version 7 with the moment in it.
        #expect("\(order.key)".split(separator: "-")[2].first == "7")
        #expect(Array(order.key.bytes.prefix(6)) == Self.milliseconds(ScheduleFixture.time(0, 15)))
    }

    private static func milliseconds(_ time: UInt64) -> [UInt8] {
        (0..<6).reversed().map { UInt8(truncatingIfNeeded: (time / 1000) >> (8 * UInt64($0))) }
    }

    @Test func scenariosOfPeopleAreHandedOverAsText() async throws {
        try await make { $0.scenarioID = 7 }
        var scenario = ScenarioDefinition()
        (scenario.id, scenario.scenarioName, scenario.scenarioText) = (7, "Own", "name: own")
        try await fixture.append(.scenarioCreated(scenario), to: Scenarios.stream)
        fixture.setClock(ScheduleFixture.time(0, 15))
        _ = try await fixture.keeper().round()
        #expect(fixture.runs.orders.map(\.scenario.text) == ["name: own"])
        #expect(fixture.runs.orders.map(\.target) == [nil])
    }

    @Test func twoServersAskForOneRunAndRecordItOnce() async throws {
        try await make()
        let (first, second) = (fixture.keeper(), fixture.keeper())
        fixture.setClock(ScheduleFixture.time(0, 15))
        async let one = first.round()
        async let two = second.round()
        _ = try await (one, two)
        #expect(Set(fixture.runs.keys).count == 1)
        #expect(try await fixture.fired().count == 1)
        try fixture.expectCleanLog()
    }

    @Test func eachMomentIsARunOfItsOwn() async throws {
        try await make()
        let keeper = fixture.keeper()
        for hour: UInt64 in 0..<5 {
            fixture.setClock(ScheduleFixture.time(hour, 15))
            _ = try await keeper.round()
        }
        #expect(Set(fixture.runs.keys).count == 5)
        #expect(try await fixture.fired().map(\.runKey) == fixture.runs.keys)
    }

    // MARK: Late

    @Test func oneRunMakesUpForAllThatWereMissed() async throws {
        try await make()
        fixture.setClock(ScheduleFixture.time(7, 40))
        _ = try await fixture.keeper().round()
        let keys = fixture.runs.keys
        #expect(keys.count == 1)
        let expected = keys.map { Self.fired(ScheduleFixture.time(7, 15), runKey: $0) }
        #expect(try await fixture.fired() == expected)
    }

    @Test func missedRunsCanBeSkipped() async throws {
        try await make { $0.catchUp = "skip" }
        fixture.setClock(ScheduleFixture.time(7, 40))
        let keeper = fixture.keeper()
        _ = try await keeper.round()
        _ = try await keeper.round()
        #expect(fixture.runs.orders.isEmpty)
        let fired = try await fixture.fired()
        #expect(fired.map(\.dueTime) == [ScheduleFixture.time(7, 15)])
        #expect(fired.map(\.runKey) == [""])
        #expect(fired.first?.problem.hasPrefix("missed") == true)
        fixture.setClock(ScheduleFixture.time(8, 15))
        _ = try await keeper.round()
        #expect(fixture.runs.orders.count == 1)
    }

    /// Its server was killed before it could record that.
    @Test func aRunThatWasBegunIsNoneThatWasMissed() async throws {
        try await make { $0.catchUp = "skip" }
        let due = ScheduleFixture.time(0, 15)
        let key = ScheduleKeeper.key(of: 1, dueTime: due, logID: fixture.store.reader.logID)
        let begun = TestEvent.runRequested(RunRequested())
        let new = NewEvent(
            id: key, number: begun.number, payload: begun.payload, isOnce: true)
        _ = try await fixture.store.append([new], to: "run/\(key)", expecting: .noStream)
        // Nothing is asked of a run that is there.
        try await fixture.append(
            .scenarioDisabled(RowChange(id: 3, by: "ops")), to: Scenarios.stream)
        fixture.setClock(ScheduleFixture.time(0, 40))
        _ = try await fixture.keeper().round()
        #expect(fixture.runs.orders.isEmpty)
        #expect(try await fixture.fired() == [Self.fired(due, runKey: "\(key)")])
        try fixture.expectCleanLog()
    }

    @Test(arguments: ["once", "skip"])
    func whatOthersAreInTheWayOfIsTriedAgain(catchUp: String) async throws {
        try await make { $0.catchUp = catchUp }
        let (keeper, due) = (fixture.keeper(), ScheduleFixture.time(0, 15))
        fixture.runs.refuse(.busy("test 9 is running"))
        // Not more often than every five seconds.
        for (seconds, count): (UInt64, Int) in [(0, 1), (1, 1), (4, 1), (5, 2), (300, 3)] {
            fixture.setClock(due + seconds * 1_000_000)
            _ = try await keeper.round()
            #expect(fixture.runs.orders.count == count)
        }
        #expect(try await fixture.fired() == [])
        fixture.runs.refuse(nil)
        fixture.setClock(due + 310 * 1_000_000)
        _ = try await keeper.round()
        let keys = fixture.runs.keys
        #expect(Set(keys).count == 1)
        #expect(try await fixture.fired() == [Self.fired(due, runKey: keys[0])])
    }

    @Test func afterAnHourItIsGivenUp() async throws {
        try await make("15 0 * * *")
        let (keeper, due) = (fixture.keeper(), ScheduleFixture.time(0, 15))
        fixture.runs.refuse(.busy("test 9 is running"))
        for minutes: UInt64 in [0, 59, 60, 61] {
            fixture.setClock(due + minutes * 60_000_000)
            _ = try await keeper.round()
        }
        #expect(fixture.runs.orders.count == 3)
        #expect(try await fixture.fired() == [Self.fired(due, problem: "test 9 is running")])
    }

    @Test func aRunThatIsDueAgainIsNotWaitedForAnyMore() async throws {
        try await make("*/15 * * * *")
        let keeper = fixture.keeper()
        fixture.runs.refuse(.busy("test 9 is running"))
        fixture.setClock(ScheduleFixture.time(0, 15))
        _ = try await keeper.round()
        fixture.runs.refuse(nil)
        fixture.setClock(ScheduleFixture.time(0, 30))
        _ = try await keeper.round()
        let fired = try await fixture.fired()
        #expect(fired.map(\.dueTime) == [ScheduleFixture.time(0, 15), ScheduleFixture.time(0, 30)])
        #expect(fired.map(\.runKey) == ["", fixture.runs.keys[1]])
    }

    // MARK: Refused

    @Test func aRefusalIsRecordedAndNotTriedAgain() async throws {
        try await make()
        let (keeper, due) = (fixture.keeper(), ScheduleFixture.time(0, 15))
        fixture.runs.refuse(.disabled)
        for seconds: UInt64 in [0, 10, 20] {
            fixture.setClock(due + seconds * 1_000_000)
            _ = try await keeper.round()
        }
        #expect(fixture.runs.orders.count == 1)
        #expect(try await fixture.fired() == [Self.fired(due, problem: "testing is disabled")])
    }

    @Test func aDisabledScenarioIsNotRun() async throws {
        try await make()
        try await fixture.append(
            .scenarioDisabled(RowChange(id: 3, by: "ops")), to: Scenarios.stream)
        let due = ScheduleFixture.time(0, 15)
        fixture.setClock(due)
        _ = try await fixture.keeper().round()
        #expect(fixture.runs.orders.isEmpty)
        #expect(try await fixture.fired() == [Self.fired(due, problem: "scenario 3 is disabled")])
    }

    @Test func aDisabledScheduleAndOneOfAnUnknownZoneAreNotRun() async throws {
        try await make { $0.timeZone = "Europe/Nowhere" }
        fixture.setClock(ScheduleFixture.time(9))
        #expect(try await fixture.keeper().round() == nil)
        try await fixture.append(.scheduleDisabled(RowChange(id: 1, by: "ops")))
        #expect(try await fixture.keeper().round() == nil)
        #expect(fixture.runs.orders.isEmpty)
        #expect(try await fixture.fired() == [])
    }
}
