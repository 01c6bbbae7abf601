import DRTesting
import Testing

@testable import Reporting

/// R09, R10, R19 to R23, R25 to R28: the programme of drills, and what is found in them.
struct ProgrammeRulesTests {
    private typealias Fixture = HistoryFixture

    private func said(_ rule: String, _ history: History) -> [Recommendation] {
        Fixture.said(rule, of: history)
    }

    /// One after another, of which the last so many ended in the period.
    private func history(_ drills: [DrillSummary]) -> History {
        Fixture.history(
            runs: drills.filter { Fixture.week.contains($0.endTime) }.map { Fixture.run($0) },
            earlier: drills.filter { $0.endTime < Fixture.week.start })
    }

    @Test func r09SpeaksOfEachDrillThatIsOverdue() throws {
        let overdue = try #require(
            said("R09", Fixture.history(cadences: [Fixture.cadence(created: -5)])).first)
        #expect(overdue.severity == .high && overdue.evidence == [5001])
        #expect(overdue.sentence.contains("never succeeded"))
        #expect(overdue.sentence.contains("the plan asks for it"))
        let late = try #require(
            said(
                "R09",
                Fixture.history(
                    earlier: [Fixture.drill(50, at: -4)], cadences: [Fixture.cadence()])
            ).first)
        #expect(late.severity == .medium && late.evidence == [50, 5001])
    }

    @Test func r09IsSilentOfWhatIsDueExcusedOrDisabled() {
        let soon = Fixture.cadence(every: 6.5, created: 0)
        #expect(said("R09", Fixture.history(cadences: [soon])).isEmpty)
        let excused = Fixture.history(
            cadences: [Fixture.cadence(created: -5)], excuses: [Fixture.excuse(due: 2)])
        #expect(said("R09", excused).isEmpty)
        let disabled = Fixture.cadence(created: -5, isEnabled: false)
        #expect(said("R09", Fixture.history(cadences: [disabled])).isEmpty)
    }

    @Test func r09SpeaksIfNobodyDrillsAndNothingAsksForIt() {
        #expect(said("R09", Fixture.history()).map(\.severity) == [.low])
        #expect(said("R09", history([Fixture.drill(100, at: 1)])).isEmpty)
    }

    @Test func r10SpeaksOfWhatIsOtherwiseThanInTheLastSuccess() throws {
        let changed = history([
            Fixture.drill(10, at: -2), Fixture.drill(100, .failed, at: 1, toolVersion: "1.1.0"),
        ])
        let recommendation = try #require(said("R10", changed).first)
        #expect(recommendation.evidence == [10, 100])
        #expect(recommendation.sentence.contains("program 1.0.0 → 1.1.0"))
        let same = history([Fixture.drill(10, at: -2), Fixture.drill(100, .failed, at: 1)])
        #expect(said("R10", same).isEmpty)
        let passed = history([Fixture.drill(10, at: -2), Fixture.drill(100, at: 1, settings: 2)])
        #expect(said("R10", passed).isEmpty)
        let never = history([Fixture.drill(100, .failed, at: 1, settings: 2)])
        #expect(said("R10", never).isEmpty)
    }

    @Test func r10SpeaksOfAScenarioThatWasChangedSinceItPassed() throws {
        func history(changedAt position: UInt64) -> History {
            Fixture.history(runs: [Fixture.run(Fixture.drill(100, at: 1))]) { catalog in
                catalog.changes = [
                    HistoryCatalog.Change(
                        position: position, time: Fixture.time(2), table: "scenario", id: 5,
                        what: "changed", name: Fixture.failover, by: "ops", detail: "another text")
                ]
            }
        }
        #expect(try #require(said("R10", history(changedAt: 200)).first).evidence == [100, 200])
        #expect(said("R10", history(changedAt: 50)).isEmpty)
    }

    @Test func r19SpeaksOfAFindingThatIsOpenForTooLong() throws {
        let old = [Fixture.drill(10, .failed, at: -40), Fixture.drill(20, .failed, at: -2)]
        let recommendation = try #require(said("R19", Fixture.history(earlier: old)).first)
        #expect(recommendation.evidence == [10, 20] && recommendation.sentence.contains("47 days"))
        let young = [Fixture.drill(10, .failed, at: -20)]
        #expect(said("R19", Fixture.history(earlier: young)).isEmpty)
    }

    @Test func r20NeedsThreeOfTheLastSixDrills() throws {
        let results: [HistoryFixture.Result] = [
            .failed, .passed, .inconclusive, .passed, .failed,
        ]
        let drills = results.enumerated().map { index, result in
            Fixture.drill(UInt64(index + 1) * 10, result, at: Double(index) - 3)
        }
        #expect(try #require(said("R20", history(drills)).first).evidence == [10, 30, 50])
        #expect(said("R20", history(Array(drills.dropFirst()))).isEmpty)
        // The first of them is the seventh from the end.
        let later = drills + [Fixture.drill(60, at: 2), Fixture.drill(70, at: 3)]
        #expect(said("R20", history(later)).isEmpty)
    }

    @Test func r21NeedsTwoDrillsRunningThatCameToNoProperEnd() throws {
        let twice = [Fixture.drill(10, .timedOut, at: -1), Fixture.drill(100, .lost, at: 1)]
        let recommendation = try #require(said("R21", history(twice)).first)
        #expect(recommendation.evidence == [10, 100])
        #expect(recommendation.sentence.contains("timed out, runner lost"))
        #expect(said("R21", history([Fixture.drill(100, .aborted, at: 1)])).isEmpty)
        let once = [Fixture.drill(10, .failed, at: -1), Fixture.drill(100, .aborted, at: 1)]
        #expect(said("R21", history(once)).isEmpty)
    }

    @Test func r22SaysHowManyCleanDrillsAreNeeded() throws {
        func clean(_ count: Int) -> [DrillSummary] {
            (0..<count).map { index in
                Fixture.drill(UInt64(index + 1) * 10, at: 1 - 3 * Double(count - 1 - index))
            }
        }
        let thirteen = try #require(said("R22", history(clean(13))).first)
        #expect(thirteen.severity == .low && thirteen.evidence.count == 13)
        #expect(thirteen.sentence.contains("13 of 13 supports a success rate of 77 % at best"))
        #expect(thirteen.sentence.contains("29 drills"))
        #expect(said("R22", history(clean(28))).count == 1)
        #expect(said("R22", history(clean(29))).isEmpty)
        #expect(said("R22", history(clean(4))).isEmpty)
        let failed = Fixture.drill(5, .failed, at: -60)
        #expect(said("R22", history([failed] + clean(13))).isEmpty)
    }

    @Test func r23SpeaksIfEveryDrillWasIsolated() throws {
        func drills(_ kinds: [String]) -> [DrillSummary] {
            kinds.enumerated().map { index, kind in
                Fixture.drill(UInt64(index + 1) * 10, at: Double(index) - 1, targetKind: kind)
            }
        }
        let isolated = drills(["embedded", "embedded", "embedded"])
        #expect(try #require(said("R23", history(isolated)).first).evidence == [10, 20, 30])
        #expect(said("R23", history(drills(["embedded", "builtin", "embedded"]))).isEmpty)
        #expect(said("R23", history(drills(["embedded", "embedded"]))).isEmpty)
    }

    @Test func r25SpeaksIfTheClockWentBack() throws {
        let note = LogNote(
            position: 90, time: Fixture.time(1), name: "clock_behind_log", words: "It did.")
        #expect(try #require(said("R25", Fixture.history(notes: [note])).first).evidence == [90])
        #expect(said("R25", Fixture.history()).isEmpty)
    }

    @Test func r26SpeaksOfScenariosThatNobodyTouchedForAYear() {
        func history(changed days: Double?) -> History {
            Fixture.history { $0.scenariosChangedAt = days.map { Fixture.time($0) } }
        }
        #expect(said("R26", history(changed: -359)).count == 1)
        #expect(said("R26", history(changed: -358)).isEmpty)
        #expect(said("R26", history(changed: nil)).isEmpty)
    }

    @Test func r27NamesTheComponentAndTheStepsThatFailed() throws {
        let run = Fixture.run(Fixture.drill(100, .failed, at: 1)) { measures in
            measures.failedChecks = [
                check("failover", "Trigger automatic failover", .failed, at: 103),
                check("failover", "Verify secondary operations", .inconclusive, at: 104),
                check("objectives", "Failover time objective", .failed, at: 105),
            ]
        }
        let all = Fixture.said("R27", of: [run])
        #expect(
            all.map(\.sentence) == [
                "Look into failover: Trigger automatic failover failed in test 100."
            ])
        #expect(all.map(\.evidence) == [[103]])
        #expect(said("R27", history([Fixture.drill(100, .failed, at: 1)])).isEmpty)
    }

    private func check(
        _ component: String, _ name: String, _ verdict: Verdict, at position: UInt64
    ) -> DrillMeasures.FailedCheck {
        DrillMeasures.FailedCheck(
            component: component, name: name, verdict: verdict, message: "", position: position)
    }

    @Test func r28SaysWhatKeptADrillFromProvingAnything() throws {
        let run = Fixture.run(Fixture.drill(100, .inconclusive, at: 1)) { measures in
            measures.prerequisitesNotMet = ["monitoring"]
        }
        let recommendation = try #require(Fixture.said("R28", of: [run]).first)
        #expect(recommendation.evidence == [100])
        #expect(recommendation.sentence.contains("'monitoring' was not met"))
        #expect(said("R28", history([Fixture.drill(100, .failed, at: 1)])).isEmpty)
    }
}
