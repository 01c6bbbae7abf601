import DRTesting
import Testing

/// Which schedules are due, and when.
struct ScheduleClockTests {
    private static let minute: UInt64 = 60_000_000
    private static let day: UInt64 = 1440 * minute
    /// 2026-11-23, 00:00.
    private static let start: UInt64 = 20_780 * day

    private static func time(_ day: UInt64, _ hour: UInt64, _ minute: UInt64 = 0) -> UInt64 {
        start + day * Self.day + (hour * 60 + minute) * Self.minute
    }

    /// Every hour at a quarter past.
    private static func schedule(_ edit: (inout ScheduleDefinition) -> Void) -> ScheduleDefinition {
        var row = ScheduleDefinition.full
        (row.id, row.cronExpression, row.catchUp) = (1, "15 * * * *", "once")
        edit(&row)
        return row
    }

    /// Of one schedule, made at midnight.
    private static func clock(
        _ edit: (inout ScheduleDefinition) -> Void = { _ in }
    ) -> ScheduleClock {
        var clock = ScheduleClock()
        clock.apply(.scheduleCreated(schedule(edit)), at: start)
        return clock
    }

    private static func fired(_ time: UInt64) -> TestEvent {
        var event = ScheduleFired()
        (event.scheduleID, event.dueTime, event.runKey) = (1, time, "k")
        return .scheduleFired(event)
    }

    private func due(_ clock: ScheduleClock, at now: UInt64) -> [DueRun] {
        clock.due(at: now, zones: ZoneSample.known)
    }

    @Test func nothingIsDueBeforeItsTime() {
        let clock = Self.clock()
        #expect(due(clock, at: Self.start) == [])
        #expect(due(clock, at: Self.time(0, 0, 15) - 1) == [])
        let next = clock.nextDueTime(after: Self.start, zones: ZoneSample.known)
        #expect(next == Self.time(0, 0, 15))
    }

    @Test func whatComesDueIsDueUntilItHasFired() throws {
        var clock = Self.clock()
        let now = Self.time(0, 0, 15)
        let run = try #require(due(clock, at: now).first)
        #expect(run.dueTime == now)
        #expect(!run.isMissed)
        #expect(due(clock, at: now + 1).map(\.dueTime) == [now])
        clock.apply(Self.fired(now), at: now + 2)
        #expect(due(clock, at: now + 3) == [])
        #expect(due(clock, at: Self.time(0, 1, 15)).map(\.dueTime) == [Self.time(0, 1, 15)])
    }

    @Test func ofWhatWasMissedOnlyTheLastIsDue() throws {
        let clock = Self.clock()
        for (now, expected) in [
            (Self.time(3, 7, 20), Self.time(3, 7, 15)), (Self.time(400, 0), Self.time(399, 23, 15)),
        ] {
            let runs = due(clock, at: now)
            #expect(runs.map(\.dueTime) == [expected])
            #expect(runs.first?.isMissed == true)
            #expect(runs.first?.isSkipped == false)
        }
        let skipping = Self.clock { $0.catchUp = "skip" }
        let late = try #require(due(skipping, at: Self.time(3, 7, 20)).first)
        #expect(late.isSkipped)
        // It comes in time although others before it were missed.
        let onTime = try #require(due(skipping, at: Self.time(3, 7, 15)).first)
        #expect(!onTime.isSkipped)
    }

    /// The last of rare times is found too, however long ago it was.
    @Test(arguments: ["0 0 29 2 *", "30 3 1 1 *", "0 12 15 * *", "0 4 * * sun", "* * * * *"])
    func theLastTimeIsFoundBehindALongSilence(_ expression: String) throws {
        let clock = Self.clock { $0.cronExpression = expression }
        let cron = try CronExpression(expression)
        let now = Self.time(12_345, 5, 17) + 1
        let found = try #require(due(clock, at: now).first).dueTime
        #expect(found <= now)
        #expect(try #require(cron.next(after: found)) > now)
        #expect(cron.next(after: found - 1) == found)
    }

    @Test func whatWasDueBeforeAChangeIsNotCaughtUp() {
        var clock = Self.clock()
        let changed = Self.schedule { $0.scheduleName = "another" }
        clock.apply(.scheduleChanged(changed), at: Self.time(0, 5, 20))
        #expect(due(clock, at: Self.time(0, 5, 21)) == [])
        clock.apply(.scheduleDisabled(RowChange(id: 1, by: "ops")), at: Self.time(0, 6))
        #expect(due(clock, at: Self.time(0, 6, 15)) == [])
        #expect(clock.nextDueTime(after: Self.time(0, 6), zones: ZoneSample.known) == nil)
        clock.apply(.scheduleEnabled(RowChange(id: 1, by: "ops")), at: Self.time(0, 9, 20))
        #expect(due(clock, at: Self.time(0, 9, 21)) == [])
        #expect(due(clock, at: Self.time(0, 10, 15)).map(\.dueTime) == [Self.time(0, 10, 15)])
        clock.apply(.scheduleRemoved(RowChange(id: 1, by: "ops")), at: Self.time(0, 10, 16))
        #expect(due(clock, at: Self.time(0, 10, 17)) == [])
    }

    /// As after a clock that was ahead was put right.
    @Test func aClockThatGoesBackBringsNothingBack() {
        var clock = Self.clock()
        clock.apply(Self.fired(Self.time(0, 8, 15)), at: Self.time(0, 8, 15))
        clock.apply(.scheduleChanged(Self.schedule { $0.by = "sre" }), at: Self.time(0, 3))
        #expect(due(clock, at: Self.time(0, 8)) == [])
        #expect(due(clock, at: Self.time(0, 9, 15)).map(\.dueTime) == [Self.time(0, 9, 15)])
    }

    @Test func aScheduleIsDueByTheClocksOfItsZone() {
        let clock = Self.clock {
            ($0.cronExpression, $0.timeZone) = ("0 3 * * *", "Europe/Berlin")
        }
        #expect(due(clock, at: Self.time(0, 2)).map(\.dueTime) == [Self.time(0, 2)])
        let lost = Self.clock { $0.timeZone = "Europe/Nowhere" }
        #expect(due(lost, at: Self.time(0, 2)) == [])
        #expect(lost.nextDueTime(after: Self.start, zones: ZoneSample.known) == nil)
    }
}
