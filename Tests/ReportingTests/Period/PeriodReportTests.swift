import DRTesting
import EventLog
import Testing

@testable import Reporting

/// That nothing is counted twice, and nothing is left out.
struct PeriodReportTests {
    private typealias Fixture = HistoryFixture
    private static let backup = "Backup and Restore"
    private static let breaker = "Circuit Breaker Functionality"

    /// Failures, a cancelled run, a lost one, proofs, chaos, an embedded one, two environments, one
    /// run across each end of the week, one drill that was overdue and one that was excused.
    private static let history: History = {
        let summaries = [
            Fixture.drill(180, at: 0.05, requested: -0.1), Fixture.drill(210, at: 1),
            Fixture.drill(220, .failed, at: 2), Fixture.drill(230, .cancelled, at: 3),
            Fixture.drill(240, .lost, at: 3.5, rtoMs: nil, rpoMs: nil),
            Fixture.drill(250, at: 4, target: "production", environment: "production"),
            Fixture.drill(260, .failed, at: 4.5, purpose: "proof"),
            Fixture.drill(270, at: 5, purpose: "chaos"),
            Fixture.drill(280, at: 5.5, target: "embedded", targetKind: "embedded"),
            Fixture.drill(285, at: 5.6, purpose: "rehearsal"),
        ]
        return Fixture.history(
            runs: summaries.map { Fixture.run($0) },
            earlier: [Fixture.drill(50, at: -4), Fixture.drill(60, .failed, at: -3)],
            underWay: [Fixture.underWay(290, requested: 6.99)],
            cadences: [
                Fixture.cadence(1), Fixture.cadence(2, created: -10, scenario: backup),
                Fixture.cadence(3, created: -10, scenario: breaker),
            ],
            excuses: [Fixture.excuse(due: 4, scenario: breaker)])
    }()

    private let report = PeriodReport(PeriodReportTests.history)

    @Test func everyDrillHasOneResult() {
        let statistics = report.statistics
        #expect(statistics.total == 6)
        #expect(statistics.passed == 4 && statistics.failed == 1 && statistics.inconclusive == 1)
        #expect(statistics.cancelled == 1 && statistics.underWay == 1)
        #expect(abs((statistics.successRate ?? 0) - 400 / 6) < 1e-9)
        #expect(statistics.rtoCount == 5 && statistics.averageRTOMs == 60_000)
    }

    @Test func everyRunOfTheLogIsInTheReportOnce() {
        let rows = report.runs
        #expect(rows.map(\.summary.id) == [180, 210, 220, 230, 240, 250, 260, 270, 280, 285, 290])
        #expect(rows.count(where: \.isCounted) == report.statistics.total)
        let exclusions = rows.filter { !$0.isCounted }.map(\.exclusion)
        #expect(exclusions == ["cancelled", "proof", "chaos", "other purpose", "under way"])
    }

    @Test func allTablesCountTheSameDrills() {
        #expect(report.scorecard.map(\.runs).reduce(0, +) == 6)
        #expect(report.successes.map(\.total).reduce(0, +) == 6)
        #expect(report.integrity.map(\.drills).reduce(0, +) == 6)
        let lastWeek = report.calendar.rows.compactMap(\.counts.last)
        #expect(lastWeek.reduce(0, +) == 6)
        #expect(report.recoveryTimes.map(\.count).reduce(0, +) == 5)
        #expect(report.recoveryTimes.map(\.unknown).reduce(0, +) == 1)
    }

    @Test func scheduledIsTheSumOfTheOutcomes() {
        let due = report.due
        #expect(due.scheduled == 4 && due.isReconciled)
        #expect(due.count(.onTime) == 2 && due.count(.late) == 0)
        #expect(due.count(.overdue) == 1 && due.count(.excused) == 1)
    }

    @Test func whatWasNotRunIsListedWithItsReason() throws {
        let rows = report.notRun
        let kinds = rows.map(\.kind).sorted()
        #expect(
            kinds == [
                "cancelled", "chaos", "excused", "lost", "other purpose", "overdue", "proof",
                "under way",
            ])
        let excused = try #require(rows.first { $0.kind == "excused" })
        #expect(excused.reason == "the site is being moved, accepted by auditor")
        #expect(excused.subject.scenario == Self.breaker && excused.position == 6001)
        let overdue = try #require(rows.first { $0.kind == "overdue" })
        #expect(overdue.subject.scenario == Self.backup && overdue.time == Fixture.time(5))
        #expect(rows.map(\.time) == rows.map(\.time).sorted())
    }

    @Test func targetsAndEnvironmentsAreThoseOfDrills() {
        #expect(report.targets == ["embedded", "production", "staging"])
        #expect(report.environments == ["production", "staging"])
        #expect(report.documentID == "DR-2026-W48-1a2b3c4d")
        #expect(report.name == "Disaster recovery, weekly report")
        #expect(PeriodReport(Self.history, name: "Ours").name == "Ours")
    }

    @Test func whatIsDueNextIsOverdueFirst() {
        // Two since day -3, and the failover a week after its success of day 1.
        #expect(report.next.map(\.cadenceID) == [2, 3, 1])
        #expect(report.next.last?.dueTime == Fixture.time(8))
    }

    @Test func theSameHistoryGivesTheSameReport() {
        let again = PeriodReport(Self.history)
        #expect(again.summary == report.summary && again.runs == report.runs)
        #expect(again.recommendations == report.recommendations)
        #expect(again.notRun == report.notRun && again.changes == report.changes)
        #expect(again.scorecard == report.scorecard && again.calendar == report.calendar)
    }

    @Test func anEmptyPeriodHasNoRateAndSaysSo() {
        let report = PeriodReport(Fixture.history())
        #expect(report.statistics == PeriodReport.Statistics())
        #expect(report.statistics.successRate == nil)
        #expect(report.summary.colour == .unknown)
        #expect(report.runs.isEmpty && report.scorecard.isEmpty && report.findings.isEmpty)
        #expect(report.calendar.weeks.count == 13 && report.calendar.weeks.last == "2026-W48")
        #expect(report.due.isReconciled && report.due.scheduled == 0)
    }

    @Test func everyMethodNoteHasATitleAndAText() {
        let notes = PeriodReport.methodNotes
        #expect(notes.allSatisfy { !$0.title.isEmpty && !$0.text.isEmpty })
        #expect(Set(notes.map(\.title)).count == notes.count)
        for (rule, _) in Recommendations.notEvaluated {
            #expect(notes.contains { $0.text.contains("\(rule): ") }, "\(rule)")
        }
    }

    @Test func anIncidentIsAboutItsTest() async throws {
        let log = SampleLog()
        try await log.write { writer in
            try await writer.run(
                Fixture.failover, .failed, .failed, rto: nil, rpo: nil, purpose: "proof",
                message: "too slow")
        }
        let reader = try log.reader()
        let first = try #require(
            try reader.events(from: 1, limit: 50).first { $0.record.number == 20 })
        let id = first.position
        let record = try #require(
            try RunRecord.test(id, upTo: reader.head().position, reader))
        let summary = Fixture.drill(id, .failed, at: 1, purpose: "proof", message: "too slow")
        let run = DrillRun(
            summary: summary, measures: DrillMeasures(record), endLeaf: "", record: record)
        let period = try #require(
            Period(.incident, from: Fixture.time(0.9), to: Fixture.time(1) + 1))
        let report = PeriodReport(Fixture.history(period: period, runs: [run]))
        #expect(report.documentID == "DR-incident-\(id)-1a2b3c4d")
        #expect(report.details.map(\.id) == [id])
        #expect(report.statistics.total == 0 && report.runs.map(\.exclusion) == ["proof"])
        #expect(report.summary.colour == .bad && report.summary.lines.count == 3)
        let name = "test \(id), Failover Mechanism on staging, as proof and no drill"
        #expect(report.summary.headline == "Failed: \(name): too slow.")
    }
}
