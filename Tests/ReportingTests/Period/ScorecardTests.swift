import DRTesting
import Testing

@testable import Reporting

/// How each scenario stands on each target, in this week and in the twelve before it.
struct ScorecardTests {
    private typealias Fixture = HistoryFixture
    private typealias Mark = PeriodReport.Calendar.Mark

    private func score(_ history: History) throws -> PeriodReport.Score {
        try #require(PeriodReport(history).scorecard.first { $0.subject == Fixture.subject })
    }

    private func marks(_ history: History) throws -> [Mark] {
        let calendar = PeriodReport(history).calendar
        return try #require(calendar.rows.first { $0.subject == Fixture.subject }).marks
    }

    @Test func aScoreIsOfTheLastJudgedDrillOfThePeriod() throws {
        let score = try score(
            Fixture.history(
                runs: [
                    Fixture.run(Fixture.drill(100, .failed, at: 1, rtoMs: 150_000)),
                    Fixture.run(Fixture.drill(110, at: 2, rtoMs: 90_000)),
                    Fixture.run(Fixture.drill(120, .cancelled, at: 3, rtoMs: nil)),
                ], earlier: [Fixture.drill(50, at: -3)], cadences: [Fixture.cadence()]))
        #expect(score.last?.id == 110 && score.runs == 2 && score.passed == 1)
        #expect(score.rtoMs == 90_000 && score.rtoTargetMs == 120_000)
        #expect(score.rtoMargin == 0.25)
        #expect(score.lastSuccess == Fixture.time(2) && score.standing?.cadenceID == 1)
        #expect(score.overdueDays == 0)
    }

    @Test func aMarginIsBelowZeroWhereTheObjectiveWasExceededAndUnknownWithoutOne() throws {
        let slow = Fixture.run(Fixture.drill(100, .failed, at: 1, rtoMs: 180_000))
        #expect(try score(Fixture.history(runs: [slow])).rtoMargin == -0.5)
        let free = Fixture.run(Fixture.drill(100, at: 1, rtoTargetMs: nil))
        #expect(try score(Fixture.history(runs: [free])).rtoMargin == nil)
        let zero = Fixture.run(Fixture.drill(100, at: 1, rtoTargetMs: 0))
        #expect(try score(Fixture.history(runs: [zero])).rtoMargin == nil)
    }

    @Test func overdueDaysAreWholeAndSinceTheDrillWasDue() throws {
        // Due at -2.5; its grace ended at -1.5.
        let history = Fixture.history(
            earlier: [Fixture.drill(50, at: -9.5)], cadences: [Fixture.cadence()])
        let score = try score(history)
        #expect(score.overdueDays == 9 && score.last == nil && score.runs == 0)
        #expect(score.lastSuccess == Fixture.time(-9.5))
    }

    @Test func aScoreWithoutADrillHasTheObjectiveOfItsScenario() throws {
        let history = Fixture.history(cadences: [Fixture.cadence()]) { catalog in
            var scenario = ScenarioDefinition()
            (scenario.scenarioName, scenario.rtoTargetMs) = (Fixture.failover, 99_000)
            catalog.scenarios = [scenario]
        }
        let score = try score(history)
        #expect(score.rtoTargetMs == 99_000 && score.rpoTargetMs == nil && score.rtoMs == nil)
    }

    @Test func aSubjectOfTwoEnvironmentsNamesBoth() throws {
        let runs = [
            Fixture.drill(100, at: 1, environment: "test"),
            Fixture.drill(110, at: 2, environment: "production"),
        ]
        let score = try score(Fixture.history(runs: runs.map { Fixture.run($0) }))
        #expect(score.environment == "production, test")
    }

    @Test func subjectsStayForThirteenWeeks() {
        let inside = Fixture.drill(10, at: -83, target: "inside")
        let outside = Fixture.drill(20, at: -85, target: "outside")
        let report = PeriodReport(Fixture.history(earlier: [outside, inside]))
        #expect(report.scorecard.map(\.subject.target) == ["inside"])
    }

    @Test func eachWeekShowsTheWorstThatHappenedInIt() throws {
        let earlier = [
            Fixture.drill(10, .failed, at: -13), Fixture.drill(20, at: -12),
            Fixture.drill(30, .inconclusive, at: -6),
        ]
        let marks = try marks(
            Fixture.history(runs: [Fixture.run(Fixture.drill(100, at: 1))], earlier: earlier))
        #expect(marks.count == 13)
        #expect(marks.suffix(4) == [.none, .missed, .inconclusive, .met])
    }

    @Test func whatWasOverdueInOneWeekAndMadeUpForInTheNextShowsInBoth() throws {
        // Due at -4 with a day of grace, and again at 3.
        let history = Fixture.history(
            runs: [Fixture.run(Fixture.drill(100, at: 3.5))],
            earlier: [Fixture.drill(50, at: -11)], cadences: [Fixture.cadence(created: -14)])
        #expect(try marks(history).suffix(3) == [.met, .overdue, .late])
    }

    @Test func excusedAndCancelledDrillsHaveMarksOfTheirOwn() throws {
        let history = Fixture.history(
            runs: [Fixture.run(Fixture.drill(100, .cancelled, at: 1))],
            cadences: [Fixture.cadence(created: -11)], excuses: [Fixture.excuse(due: -4)],
            judgedAt: 3)
        #expect(try marks(history).suffix(2) == [.excused, .cancelled])
    }

    @Test func theCalendarEndsWithTheWeekThatThePeriodHasComeTo() throws {
        let november = try #require(Period(month: "2026-11"))
        let history = Fixture.history(period: november, judgedAt: -4)
        #expect(PeriodReport(history).calendar.weeks.last == "2026-W47")
        let over = Fixture.history(period: november)
        #expect(PeriodReport(over).calendar.weeks.last == "2026-W49")
        let weeks = PeriodReport(Fixture.history()).calendar.weeks
        #expect(weeks.first == "2026-W36" && weeks.count == 13)
    }
}
