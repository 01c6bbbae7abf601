import DRTesting
import Testing

@testable import Reporting

/// Whether the period was good, in one word, one sentence and three lines.
struct PeriodSummaryTests {
    private typealias Fixture = HistoryFixture

    private func summary(_ history: History) -> PeriodReport.Summary {
        PeriodReport(history).summary
    }

    private func note(_ name: String) -> LogNote {
        LogNote(position: 3000, time: Fixture.time(1), name: name, words: "It happened.")
    }

    private let passed = HistoryFixture.run(HistoryFixture.drill(100, at: 1))

    @Test func aPeriodInWhichEverythingPassedIsGood() {
        let second = Fixture.run(Fixture.drill(110, at: 2))
        let summary = summary(
            Fixture.history(runs: [passed, second], cadences: [Fixture.cadence(created: -2)]))
        #expect(summary.colour == .good)
        #expect(summary.headline == "Good: all 2 drills passed, and none is overdue.")
        #expect(
            Array(summary.lines.prefix(2)) == [
                "Drills: 2 due (2 on time); 2 judged (2 met).", "Findings: none.",
            ])
        #expect(summary.lines.count == 3 && summary.lines[2].hasPrefix("To decide: nothing"))
    }

    @Test func aPeriodThatIsNotOverIsGoodSoFar() {
        let cadences = [Fixture.cadence(created: -2)]
        let summary = summary(Fixture.history(runs: [passed], cadences: cadences, judgedAt: 3))
        #expect(summary.colour == .good)
        #expect(summary.headline == "Good so far: the only drill passed, and none is overdue.")
    }

    /// The log may have ended because nothing runs any more.
    @Test func whatHasToSucceedAfterTheLastEventIsNotKnown() {
        // After the success of day 1 it is due at 3, 5 and 7; the grace of the last ends later.
        let cadences = [Fixture.cadence(every: 2, grace: 0.5, created: -2)]
        let summary = summary(Fixture.history(runs: [passed], cadences: cadences, judgedAt: 2))
        let words =
            "2 more drills have to succeed before the period ends, of which nothing is known after "
            + "2026-11-25 00:00:00 UTC"
        #expect(summary.colour == .attention)
        #expect(summary.headline == "Needs attention: no drill failed, but \(words).")
        #expect(summary.lines[0].hasSuffix("; 1 judged (1 met); \(words)."))
        let over = self.summary(Fixture.history(runs: [passed], cadences: cadences))
        #expect(!over.lines[0].contains("more drill"))
    }

    @Test func aFailedDrillMakesItBad() {
        let failed = Fixture.run(Fixture.drill(110, .failed, at: 2))
        let summary = summary(Fixture.history(runs: [passed, failed]))
        #expect(summary.colour == .bad)
        #expect(summary.headline == "Not good: 1 of 2 drills failed.")
        #expect(
            summary.lines[0]
                == "Drills: no cadence asks for any; 2 judged (1 met, 1 failed).")
        #expect(summary.lines[1] == "Findings: 1 new.")
    }

    @Test func damagedDataMakesItBadThoughEveryDrillPassed() {
        let lossy = Fixture.run(Fixture.drill(110, at: 2)) { measures in
            measures.ledgers = [Fixture.ledger(at: 115, lost: 1)]
        }
        let summary = summary(Fixture.history(runs: [passed, lossy]))
        #expect(summary.colour == .bad)
        #expect(summary.headline == "Not good: acknowledged data was damaged in 1 drill.")
        #expect(summary.lines[2].hasPrefix("To decide: Failover Mechanism on staging left 1 key"))
    }

    @Test func aLogThatWasReopenedMakesItBad() {
        #expect(
            summary(Fixture.history(runs: [passed], notes: [note("log_reopened")])).colour == .bad)
        #expect(
            summary(Fixture.history(runs: [passed], notes: [note("key_rotated")])).colour == .good)
    }

    @Test func whatIsNotWrongAndNotGoodEitherNeedsAttention() {
        let inconclusive = Fixture.run(Fixture.drill(110, .inconclusive, at: 2))
        #expect(summary(Fixture.history(runs: [passed, inconclusive])).colour == .attention)
        let old = Fixture.drill(50, .failed, at: -3, environment: "production")
        let open = summary(Fixture.history(runs: [passed], earlier: [old]))
        #expect(open.colour == .attention)
        #expect(open.headline == "Needs attention: no drill failed, but 1 finding is open.")
        #expect(open.lines[1] == "Findings: 1 open from before.")
        let clock = summary(Fixture.history(runs: [passed], notes: [note("clock_behind_log")]))
        #expect(clock.colour == .attention)
    }

    @Test func aDrillThatWasDueAndNotRunNeedsAttention() {
        let summary = summary(Fixture.history(cadences: [Fixture.cadence(created: -5)]))
        #expect(summary.colour == .attention)
        #expect(
            summary.headline
                == "Needs attention: no drill was judged and 1 drill that was due did not succeed "
                + "in time.")
        #expect(summary.lines[0] == "Drills: 1 due (1 overdue); none judged.")
    }

    @Test func ofAPeriodWithoutDrillsNothingIsKnown() {
        let cancelled = Fixture.run(Fixture.drill(110, .cancelled, at: 2))
        let summary = summary(
            Fixture.history(
                runs: [cancelled], underWay: [Fixture.underWay(120, requested: 6)]))
        #expect(summary.colour == .unknown)
        #expect(
            summary.lines[0]
                == "Drills: no cadence asks for any; none judged, 1 cancelled, 1 under way.")
    }

    @Test func aFindingIsNewAndClosedAndOpenForTooLong() {
        let drills = [
            Fixture.drill(100, .failed, at: 1, target: "a"),
            Fixture.drill(110, .failed, at: 2, target: "b"), Fixture.drill(120, at: 3, target: "b"),
        ]
        let old = Fixture.drill(10, .failed, at: -40, target: "c")
        let summary = summary(
            Fixture.history(runs: drills.map { Fixture.run($0) }, earlier: [old]))
        #expect(
            summary.lines[1]
                == "Findings: 1 new, 1 closed by a retest (1 of them opened in the period), 1 open "
                + "for too long.")
    }

    /// None was open before, and none is now: two were opened, and both closed.
    @Test func findingsThatCameAndWentInThePeriodAddUp() {
        let drills = [
            Fixture.drill(10, .failed, at: 1), Fixture.drill(20, at: 2),
            Fixture.drill(30, .inconclusive, at: 3), Fixture.drill(40, at: 4),
        ]
        let summary = summary(Fixture.history(runs: drills.map { Fixture.run($0) }))
        #expect(
            summary.lines[1] == "Findings: 2 closed by a retest (2 of them opened in the period).")
    }
}
