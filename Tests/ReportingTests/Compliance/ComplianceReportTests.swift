import DRTesting
import Testing

@testable import Reporting

struct ComplianceReportTests {
    private typealias Fixture = HistoryFixture

    private func report(_ history: History) -> ComplianceReport {
        ComplianceReport(history, framework: .soc2)
    }

    // MARK: Numbers that add up

    /// Four cadences, of which one each comes out in each way; and runs of all kinds.
    private var mixed: History {
        let runs = [
            Fixture.run(Fixture.drill(10, at: 2)),
            Fixture.run(Fixture.drill(20, .failed, at: 3, target: "x")),
            Fixture.run(Fixture.drill(30, .cancelled, at: 3.2)),
            Fixture.run(Fixture.drill(40, at: 3.3, purpose: "proof")),
            Fixture.run(Fixture.drill(50, .failed, at: 3.4, purpose: "chaos")),
            Fixture.run(Fixture.drill(60, at: 3.5, target: "d")),
            Fixture.run(Fixture.drill(70, .lost, at: 4, target: "x", targetKind: "embedded")),
            Fixture.run(Fixture.drill(80, at: 5, purpose: "<b>")),
        ]
        // Due on day -1 and overdue from day 0 on; but of the last, due on day 4.
        let earlier = [
            Fixture.drill(1, at: -8), Fixture.drill(2, at: -8, target: "b"),
            Fixture.drill(3, at: -8, target: "c"), Fixture.drill(4, at: -3, target: "d"),
        ]
        let cadences = ["staging", "b", "c", "d"].enumerated().map { index, target in
            Fixture.cadence(UInt64(index) + 1, target: target)
        }
        return Fixture.history(
            runs: runs, earlier: earlier, underWay: [Fixture.underWay(90, requested: 6.9)],
            cadences: cadences, excuses: [Fixture.excuse(due: -1, target: "b")]
        ) { catalog in
            catalog.fires = ["run-10", "", "run-30"].map { runKey in
                var fired = ScheduleFired()
                (fired.scheduleID, fired.runKey) = (1, runKey)
                return HistoryCatalog.Fire(
                    position: 7000, time: Fixture.time(1), fired: fired, scheduleName: "nightly")
            }
        }
    }

    @Test func whatWasScheduledIsWhatBecameOfIt() {
        let account = report(mixed).reconciliation
        #expect(account.scheduled == 4)
        #expect(account.onTime == 1 && account.late == 1)
        #expect(account.overdue == 1 && account.excused == 1)
        #expect(account.isDueReconciled)
        #expect(report(mixed).due.map(\.subject.target).sorted() == ["b", "c", "d", "staging"])
    }

    @Test func runsInTheLogAreThoseThatCountAndThoseThatDoNot() {
        let report = report(mixed)
        let account = report.reconciliation
        #expect(account.runsInLog == 8 && account.runsCounted == 4)
        #expect(account.excluded.map(\.reason) == ["cancelled", "chaos", "other purpose", "proof"])
        #expect(account.excluded.allSatisfy { $0.count == 1 })
        #expect(account.areRunsReconciled)
        #expect(report.population.map(\.summary.id) == [10, 20, 30, 40, 50, 60, 70, 80])
        #expect(report.population.filter(\.isCounted).map(\.summary.id) == [10, 20, 60, 70])
        #expect(report.population.allSatisfy { $0.isCounted == $0.exclusion.isEmpty })
    }

    @Test func firesStartedARunOrSayWhyNot() {
        let account = report(mixed).reconciliation
        #expect(account.fires == 3 && account.firesStarted == 2 && account.firesRefused == 1)
        #expect(account.areFiresReconciled)
    }

    @Test func aFireWhoseRunIsNotInTheLogDoesNotAddUp() {
        let history = Fixture.history { catalog in
            var fired = ScheduleFired()
            (fired.scheduleID, fired.runKey) = (1, "run-99")
            catalog.fires = [
                HistoryCatalog.Fire(
                    position: 7000, time: Fixture.time(1), fired: fired, scheduleName: "nightly")
            ]
        }
        let account = report(history).reconciliation
        #expect(account.fires == 1 && account.firesStarted == 0 && account.firesRefused == 0)
        #expect(!account.areFiresReconciled)
    }

    @Test func eachControlHasOneStatus() {
        for framework in Framework.allCases {
            let report = ComplianceReport(mixed, framework: framework)
            #expect(report.tally.map(\.status) == ComplianceReport.Status.allCases)
            #expect(report.tally.reduce(0) { $0 + $1.count } == report.matrix.count)
            #expect(report.matrix.count == ControlCatalog.controls(of: framework).count)
            #expect(!report.matrix.contains { $0.status == .integrityFailed })
        }
    }

    @Test func everyDrillThatCountsIsInTheManifest() {
        let report = report(mixed)
        #expect(report.manifest.map(\.id) == ["E001", "E002", "E003", "E004"])
        #expect(report.manifest.map(\.test) == [10, 20, 60, 70])
        let last = report.manifest[3]
        #expect(last.firstPosition == 70 && last.lastPosition == 79)
        #expect(last.collectedAt == Fixture.time(4) && last.collectedBy == "nightly")
        #expect(last.proof == "proofs/79.tlog-proof")
        let leaf = report.population.first { $0.summary.id == 70 }?.endLeaf
        #expect(last.digest == leaf)
    }

    @Test func aManifestThatIsCutSaysSo() {
        let runs = (1...10_001).map { number in
            Fixture.run(Fixture.drill(UInt64(number) * 10, at: Double(number) / 10_002))
        }
        let manifest = ComplianceReport.EvidenceItem.all(of: runs)
        #expect(manifest.count == 10_000 && manifest.last?.id == "E10000")
        let book = DrillBook(Fixture.history(runs: runs))
        let statement = ComplianceReport.IntegrityStatement(book, manifest: manifest)
        #expect(
            statement.sentences.last?.hasPrefix("The manifest has the first 10000 of 10001 drills")
                == true)
    }

    // MARK: What the report is about

    @Test func theDocumentNamesFrameworkPeriodAndLog() {
        let report = report(mixed)
        #expect(report.documentID == "CR-soc2-2026-W48-1a2b3c4d")
        #expect(report.targets == ["d", "staging", "x"])
        #expect(report.environments == ["staging"])
        #expect(report.executors == ["nightly", "ops"])
        #expect(report.unrecorded.map(\.fact).contains(.followReview))
        #expect(report.standings.count == 4)
    }

    @Test func onlyExcusesOfThePeriodAreListed() {
        let excuses = [Fixture.excuse(1, due: -1), Fixture.excuse(2, due: -40)]
        let history = Fixture.history(
            earlier: [Fixture.drill(1, at: -8)], cadences: [Fixture.cadence()], excuses: excuses)
        // The first was due before the period, and counts in it.
        #expect(report(history).excuses.map(\.definition.id) == [1])
    }

    @Test func aPeriodWithoutEventsGivesAReportThatSaysSo() {
        let report = report(Fixture.history())
        #expect(report.matrix.allSatisfy { $0.status == .notCovered })
        #expect(report.population.isEmpty && report.manifest.isEmpty)
        #expect(report.reconciliation.isDueReconciled && report.reconciliation.areRunsReconciled)
        #expect(report.coverage.rows.isEmpty)
    }

    // MARK: Coverage

    @Test func coverageIsOfTwelveMonthsUpToThatOfThePeriod() throws {
        // The week ends with 29 November. Day -60 is 24 September.
        let history = Fixture.history(
            runs: [Fixture.run(Fixture.drill(40, at: 2))],
            earlier: [
                Fixture.drill(10, at: -400), Fixture.drill(20, .failed, at: -60),
                Fixture.drill(30, at: -59),
            ])
        let coverage = report(history).coverage
        #expect(coverage.months.count == 12)
        #expect(coverage.months.first == "2025-12" && coverage.months.last == "2026-11")
        let row = try #require(coverage.rows.first)
        #expect(coverage.rows.count == 1 && row.subject == Fixture.subject && row.cadence == nil)
        #expect(row.marks[9] == .missed && row.counts[9] == 2)
        #expect(row.marks[11] == .met && row.counts[11] == 1)
        #expect(row.marks.count { $0 == PeriodReport.Calendar.Mark.none } == 10)
    }

    @Test func coverageShowsWhatCadencesAskedForInVain() throws {
        // Made on 15 August. Due every thirty days, with a day of grace.
        let cadence = Fixture.cadence(every: 30, created: -100)
        let row = try #require(
            report(Fixture.history(cadences: [cadence])).coverage.rows.first)
        #expect(row.cadence?.cadenceID == 1)
        // Overdue on 15 September, 15 October and 14 November.
        #expect(row.marks[9...11].allSatisfy { $0 == .overdue })
        #expect(row.marks[..<9].allSatisfy { $0 == PeriodReport.Calendar.Mark.none })
    }

    // MARK: Objectives

    @Test func objectivesAreThoseInForceLastWithTheOnesBefore() throws {
        func run(_ id: UInt64, at days: Double, _ measured: Double?, limit: Double) -> DrillRun {
            Fixture.run(Fixture.drill(id, at: days)) { measures in
                let isMet = measured.map { $0 <= limit }
                let verdict: Verdict =
                    isMet == nil ? .inconclusive : isMet == true ? .passed : .failed
                measures.objectives = [
                    DrillMeasures.Objective(
                        title: "Failover time (RTO)", measuredMs: measured, limitMs: limit,
                        verdict: verdict, complaint: "", isRecoveryTime: true)
                ]
            }
        }
        let history = Fixture.history(runs: [
            run(10, at: 1, 40_000, limit: 120_000), run(20, at: 2, 50_000, limit: 120_000),
            run(30, at: 3, 70_000, limit: 60_000), run(40, at: 4, nil, limit: 90_000),
        ])
        let rows = report(history).objectives
        let row = try #require(rows.first)
        #expect(rows.count == 1 && row.subject == Fixture.subject)
        #expect(row.title == "Failover time (RTO)")
        #expect(row.limitMs == 90_000 && row.earlierLimitsMs == [120_000, 60_000])
        #expect(row.drills == 4 && row.met == 2 && row.missed == 1 && row.unknown == 1)
        #expect(row.worstMs == 70_000 && row.medianMs == 50_000)
    }

    // MARK: Integrity

    @Test func theStatementCountsWhatTheLogSaysOfItself() {
        let names = ["clock_behind_log", "clock_behind_log", "key_rotated", "segment_archived"]
        let notes = names.enumerated().map { index, name in
            LogNote(
                position: 2000 + UInt64(index), time: Fixture.time(1), name: name, words: name)
        }
        let clocked = Fixture.run(Fixture.drill(10, at: 2)) { $0.clockSource = "chrony" }
        let statement = report(Fixture.history(runs: [clocked], notes: notes)).statement
        #expect(statement.clockSources == ["chrony"])
        #expect(statement.notes == notes)
        for beginning in [
            "Events 1001 to 9000 were hashed anew from their stored bytes: 8000 in all",
            "The hashes of 1000 other events were taken as the log stores them",
            "In the period, the clock was more than a second behind the log 2 times",
            "The key that signs was changed 1 time", "1 segment of the log went to an archive",
            "The log was not reopened", "No event has left the log",
        ] {
            #expect(statement.sentences.contains { $0.hasPrefix(beginning) }, "\(beginning)")
        }
    }

    @Test func aQuietLogSaysThatNothingHappened() {
        let sentences = report(Fixture.history()).statement.sentences
        for beginning in [
            "In the period, the clock was never more than a second behind the log.",
            "The key that signs was not changed", "The log was not reopened",
        ] {
            #expect(sentences.contains { $0.hasPrefix(beginning) }, "\(beginning)")
        }
        #expect(!sentences.contains { $0.contains("had not ended by the head") })
        let running = Fixture.history(underWay: [Fixture.underWay(90, requested: 6.9)])
        #expect(
            report(running).statement.sentences.contains {
                $0 == "1 run had not ended by the head, and counts in the period that it ends in."
            })
    }
}
