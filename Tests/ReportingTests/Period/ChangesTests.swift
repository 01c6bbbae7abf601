import DRTesting
import Testing

@testable import Reporting

/// What was changed, what was found, and what was not run.
struct ChangesTests {
    private typealias Fixture = HistoryFixture

    private func changes(_ drills: [DrillSummary]) -> [PeriodReport.Change] {
        let runs = drills.filter { Fixture.week.contains($0.endTime) }.map { Fixture.run($0) }
        let earlier = drills.filter { $0.endTime < Fixture.week.start }
        return PeriodReport(Fixture.history(runs: runs, earlier: earlier)).changes
    }

    @Test func everythingThatIsOtherwiseThanInTheDrillBeforeIsAChange() {
        let found = changes([
            Fixture.drill(10, at: -2), Fixture.drill(100, at: 1),
            Fixture.drill(
                110, .failed, at: 2, rtoTargetMs: 60_000, rpoTargetMs: nil, settings: 2,
                endpoints: 2, toolVersion: "1.1.0"),
        ])
        #expect(
            found.map(\.kind) == [
                "endpoint", "objective", "objective", "settings", "tool version",
            ])
        #expect(found.allSatisfy { $0.position == 110 && $0.by == "ops" })
        let words = found.map(\.words)
        let program = "Failover Mechanism on staging: program 1.0.0 → 1.1.0, from test 110 on"
        #expect(words.last == program)
        #expect(words.contains { $0.contains("settings 01000000 → 02000000") })
        #expect(words.contains { $0.contains("objective RTO 2 min → 1 min") })
        #expect(words.contains { $0.contains("objective RPO 1 min → none") })
    }

    @Test func aChangeBeforeThePeriodAndTheFirstDrillOfAllAreNone() {
        #expect(changes([Fixture.drill(100, at: 1)]).isEmpty)
        let before = [
            Fixture.drill(10, at: -3), Fixture.drill(20, at: -2, settings: 2),
            Fixture.drill(100, at: 1, settings: 2),
        ]
        #expect(changes(before).isEmpty)
    }

    @Test func environmentsAreComparedEachWithItself() {
        let drills = [
            Fixture.drill(10, at: -3, environment: "test", settings: 1),
            Fixture.drill(20, at: -2, environment: "production", settings: 2),
            Fixture.drill(100, at: 1, environment: "test", settings: 1),
            Fixture.drill(110, at: 2, environment: "production", settings: 2),
        ]
        #expect(changes(drills).isEmpty)
    }

    @Test func rowsAndNotesStandBetweenThemInTheOrderOfTheLog() {
        let note = LogNote(
            position: 90, time: Fixture.time(0.5), name: "key_rotated", words: "A new key signs.")
        let history = Fixture.history(
            runs: [Fixture.run(Fixture.drill(100, at: 1, settings: 2))],
            earlier: [Fixture.drill(10, at: -1)], notes: [note]
        ) { catalog in
            catalog.changes = [
                HistoryCatalog.Change(
                    position: 200, time: Fixture.time(2), table: "cadence", id: 1,
                    what: "created", name: "Failover on \u{1b}staging", by: "eve",
                    detail: "every 7 days")
            ]
        }
        let changes = PeriodReport(history).changes
        #expect(changes.map(\.kind) == ["log", "settings", "cadence"])
        #expect(
            changes.last?.words
                == "Cadence Failover on \\u{1b}staging was created: every 7 days")
        #expect(changes.last?.by == "eve" && changes.first?.words == "A new key signs.")
    }

    // MARK: Findings

    @Test func aFindingIsDueAfterTheIntervalOfItsCadenceOrThirtyDays() {
        let drills = [
            Fixture.drill(10, .failed, at: -3), Fixture.drill(20, .failed, at: -3, target: "b"),
        ]
        let rows = PeriodReport(
            Fixture.history(earlier: drills, cadences: [Fixture.cadence(every: 9)])
        ).findings
        #expect(rows.map(\.dueTime) == [6, 27].map { Fixture.time($0) })
        #expect(rows.map(\.state) == [.overdue, .open] && rows.map(\.ageDays) == [10, 10])
    }

    @Test func whatWasClosedBeforeThePeriodIsNotListed() {
        let drills = [Fixture.drill(10, .failed, at: -3), Fixture.drill(20, at: -2)]
        #expect(PeriodReport(Fixture.history(earlier: drills)).findings.isEmpty)
        let closing = [Fixture.run(Fixture.drill(100, at: 1))]
        let rows = PeriodReport(Fixture.history(runs: closing, earlier: [drills[0]])).findings
        #expect(rows.map(\.state) == [.closed] && rows.map(\.ageDays) == [4])
    }

    // MARK: Not run

    @Test func aFireThatStartedNothingIsListed() throws {
        let history = Fixture.history { catalog in
            var scenario = ScenarioDefinition()
            (scenario.id, scenario.scenarioName) = (5, Fixture.failover)
            catalog.scenarios = [scenario]
            var schedule = ScheduleDefinition()
            (schedule.id, schedule.scenarioID, schedule.targetName) = (3, 5, "staging")
            catalog.schedules = [schedule]
            catalog.fires = [
                fire(3, at: 300, problem: "busy"), fire(3, at: 310, runKey: "run-1"),
                fire(9, at: 320, problem: ""),
            ]
        }
        let rows = PeriodReport(history).notRun
        #expect(rows.map(\.kind) == ["not started", "not started"])
        #expect(rows.map(\.reason) == ["busy", "nothing says why"])
        #expect(rows.map(\.position) == [300, 320])
        #expect(rows.first?.subject == Fixture.subject)
        #expect(rows.last?.subject == Subject(scenario: "schedule nightly", target: ""))
    }

    private func fire(
        _ schedule: UInt64, at position: UInt64, runKey: String = "", problem: String = ""
    ) -> HistoryCatalog.Fire {
        var fired = ScheduleFired()
        (fired.scheduleID, fired.runKey, fired.problem) = (schedule, runKey, problem)
        return HistoryCatalog.Fire(
            position: position, time: Fixture.time(1), fired: fired, scheduleName: "nightly")
    }

    @Test func aDrillThatWasAbortedSaysWhyAndHowItIsJudged() throws {
        let run = Fixture.run(Fixture.drill(100, .aborted, at: 1, message: "too many errors"))
        let report = PeriodReport(Fixture.history(runs: [run]))
        #expect(report.notRun.map(\.kind) == ["aborted"])
        #expect(report.notRun.map(\.reason) == ["too many errors; it is judged as failed"])
        // It is in the total all the same.
        #expect(report.statistics.total == 1 && report.statistics.failed == 1)
    }
}
