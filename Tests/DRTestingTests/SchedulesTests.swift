import DRTesting
import Testing

/// What may be done to the rows of `test_schedules`, and when they fire.
struct SchedulesTests {
    private static func schedule(_ name: String, id: UInt64 = 0) -> ScheduleDefinition {
        var row = ScheduleDefinition.full
        (row.id, row.scheduleName) = (id, name)
        return row
    }

    private static let change = RowChange(id: 1, by: "ops", reason: "tried")

    /// 03:00 on 2026-11-23, and on the days after it.
    private static func fired(day: UInt64 = 0, of id: UInt64 = 1) -> ScheduleFired {
        var event = ScheduleFired()
        (event.scheduleID, event.runKey) = (id, "key \(day)")
        event.dueTime = ((20_780 + day) * 1440 + 180) * 60_000_000
        return event
    }

    private func decide(
        _ command: Schedules.Command, in schedules: Schedules
    ) throws(Schedules.Refusal) -> [TestEvent] {
        try Schedules.decide(
            command, in: schedules, scenarios: Scenarios(), zones: ZoneSample.known)
    }

    /// Decides and applies one command after another; all must be accepted.
    private func schedules(after commands: [Schedules.Command]) throws -> Schedules {
        var schedules = Schedules()
        for command in commands {
            for event in try decide(command, in: schedules) { schedules.apply(event) }
        }
        return schedules
    }

    private func refusal(
        _ command: Schedules.Command, in schedules: Schedules
    ) -> Schedules.Refusal? {
        do {
            _ = try decide(command, in: schedules)
            return nil
        } catch {
            return error
        }
    }

    @Test func theSameCommandAgainAddsNothing() throws {
        var changed = Self.schedule("a", id: 1)
        changed.cronExpression = "0 3 * * 1"
        let commands: [Schedules.Command] = [
            .keep(.create(Self.schedule("a"))), .keep(.change(changed)), .fire(Self.fired()),
            .keep(.disable(Self.change)), .keep(.enable(Self.change)), .keep(.remove(Self.change)),
        ]
        var schedules = Schedules()
        for command in commands {
            let first = try decide(command, in: schedules)
            #expect(first.count == 1, "\(command)")
            for event in first { schedules.apply(event) }
            let before = schedules
            #expect(try decide(command, in: schedules) == [], "\(command)")
            #expect(schedules == before)
        }
    }

    @Test func aCommandAddsTheEventItStandsFor() throws {
        let (given, changed) = (Self.schedule("a", id: 1), Self.schedule("b", id: 1))
        let create = Schedules.Command.keep(.create(Self.schedule("a", id: 9)))
        let change = Self.change
        let one = try schedules(after: [create])
        let disabled = try schedules(after: [create, .keep(.disable(change))])
        #expect(try decide(create, in: Schedules()) == [.scheduleCreated(given)])
        #expect(try decide(.keep(.change(changed)), in: one) == [.scheduleChanged(changed)])
        #expect(try decide(.keep(.disable(change)), in: one) == [.scheduleDisabled(change)])
        #expect(try decide(.keep(.enable(change)), in: disabled) == [.scheduleEnabled(change)])
        #expect(try decide(.keep(.remove(change)), in: one) == [.scheduleRemoved(change)])
        #expect(try decide(.fire(Self.fired()), in: one) == [.scheduleFired(Self.fired())])
    }

    @Test func aScheduleCanBeCreatedDisabled() throws {
        let command = RowCommand.create(Self.schedule("a"), isEnabled: false)
        let schedules = try schedules(after: [.keep(command)])
        #expect(schedules.rows[1]?.isEnabled == false)
        #expect(try decide(.keep(command), in: schedules) == [])
    }

    @Test func whatCannotBeScheduledIsRefused() {
        func refused(_ edit: (inout ScheduleDefinition) -> Void) -> Schedules.Refusal? {
            var row = Self.schedule("a")
            edit(&row)
            return refusal(.keep(.create(row)), in: Schedules())
        }
        #expect(refused { $0.scheduleName = " " } == .emptyName)
        #expect(refused { $0.by = "" } == .anonymous)
        #expect(refused { $0.scenarioID = 7 } == .unknownScenario(7))
        #expect(refused { $0.scenarioID = 0 } == .unknownScenario(0))
        #expect(refused { $0.timeZone = "Europe/Nowhere" } == .unknownTimeZone("Europe/Nowhere"))
        #expect(refused { $0.timeZone = "" } == .unknownTimeZone(""))
        #expect(refused { $0.timeZone = "Europe/Berlin" } == nil)
        #expect(refused { $0.catchUp = "twice" } == .badCatchUp("twice"))
        #expect(refused { $0.catchUp = "" } == nil)
        for name in ["../prod", ".hidden", "a/b", "a\0", "ä", String(repeating: "a", count: 65)] {
            #expect(refused { $0.targetName = name } == .badName(field: "target_name"))
            #expect(refused { $0.environment = name } == .badName(field: "environment"))
        }
        #expect(refused { $0.targetName = "" } == nil)
        #expect(
            refused { $0.variables = [NamedValue("a", "1"), NamedValue("a", "2")] }
                == .variableTwice("a"))
        let error = #expect(throws: CronError.self) { try CronExpression("0 3 * *") }
        let expected = error.map { Schedules.Refusal.badCron($0) }
        #expect(expected != nil)
        #expect(refused { $0.cronExpression = "0 3 * *" } == expected)
    }

    @Test func aScenarioOfPeopleCanBeScheduledWhileItIsThere() throws {
        var scenarios = Scenarios()
        scenarios.apply(.scenarioCreated(.full))
        var row = Self.schedule("a")
        row.scenarioID = 7
        let command = Schedules.Command.keep(.create(row))
        let events = try Schedules.decide(
            command, in: Schedules(), scenarios: scenarios, zones: ZoneSample.known)
        #expect(events.count == 1)
        scenarios.apply(.scenarioRemoved(RowChange(id: 7, by: "ops")))
        #expect(throws: Schedules.Refusal.unknownScenario(7)) {
            try Schedules.decide(
                command, in: Schedules(), scenarios: scenarios, zones: ZoneSample.known)
        }
    }

    @Test func aNameIsTaken() throws {
        let schedules = try schedules(after: [
            .keep(.create(Self.schedule("a"))), .keep(.create(Self.schedule("b"))),
        ])
        var other = Self.schedule("A")
        other.scenarioID = 4
        #expect(refusal(.keep(.create(other)), in: schedules) == .nameTaken(id: 1))
        other.id = 2
        #expect(refusal(.keep(.change(other)), in: schedules) == .nameTaken(id: 1))
    }

    @Test func rowsThatAreNotThereAreNotChanged() throws {
        let removed = try schedules(after: [
            .keep(.create(Self.schedule("a"))), .keep(.remove(Self.change)),
        ])
        let unknown = RowChange(id: 2, by: "ops")
        #expect(refusal(.keep(.change(Self.schedule("b", id: 1))), in: removed) == .removed(1))
        #expect(refusal(.keep(.disable(Self.change)), in: removed) == .removed(1))
        #expect(refusal(.keep(.enable(Self.change)), in: removed) == .removed(1))
        #expect(refusal(.keep(.change(Self.schedule("b", id: 2))), in: removed) == .unknownID(2))
        #expect(refusal(.keep(.disable(unknown)), in: removed) == .unknownID(2))
        #expect(refusal(.keep(.enable(unknown)), in: removed) == .unknownID(2))
        #expect(refusal(.keep(.remove(unknown)), in: removed) == .unknownID(2))
        #expect(refusal(.keep(.remove(RowChange(id: 1, by: ""))), in: removed) == .anonymous)
    }

    // MARK: Firing

    @Test func aScheduleFiresOnlyWhenItIsDue() throws {
        let one = try schedules(after: [.keep(.create(Self.schedule("a")))])
        var early = Self.fired()
        early.dueTime -= 1
        #expect(refusal(.fire(early), in: one) == .notDue)
        early.dueTime = 0
        #expect(refusal(.fire(early), in: one) == .notDue)
        #expect(refusal(.fire(Self.fired(of: 2)), in: one) == .unknownID(2))
        let disabled = try schedules(after: [
            .keep(.create(Self.schedule("a"))), .keep(.disable(Self.change)),
        ])
        #expect(refusal(.fire(Self.fired()), in: disabled) == .disabled(1))
        let removed = try schedules(after: [
            .keep(.create(Self.schedule("a"))), .keep(.remove(Self.change)),
        ])
        #expect(refusal(.fire(Self.fired()), in: removed) == .removed(1))
    }

    @Test func aScheduleFiresAtTheTimesOfItsZone() throws {
        var row = Self.schedule("a")
        row.timeZone = "Europe/Berlin"
        let one = try schedules(after: [.keep(.create(row))])
        // 3 o'clock in UTC is 4 in Berlin.
        #expect(refusal(.fire(Self.fired()), in: one) == .notDue)
        var fired = Self.fired()
        fired.dueTime -= 3_600_000_000
        #expect(try decide(.fire(fired), in: one) == [.scheduleFired(fired)])
    }

    @Test func aScheduleFiresOnceForEachMoment() throws {
        let fired = try schedules(after: [
            .keep(.create(Self.schedule("a"))), .fire(Self.fired(day: 1)),
        ])
        var other = Self.fired(day: 1)
        other.runKey = "of another service"
        #expect(refusal(.fire(other), in: fired) == .alreadyFired)
        #expect(refusal(.fire(Self.fired()), in: fired) == .alreadyFired)
        let next = Self.fired(day: 2)
        #expect(try decide(.fire(next), in: fired) == [.scheduleFired(next)])
    }
}
