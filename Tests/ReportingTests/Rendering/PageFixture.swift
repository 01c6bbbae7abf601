import DRTesting
import Merkle

@testable import Reporting

/// Reports that have something of everything.
enum PageFixture {
    private static let day: UInt64 = 86_400_000_000
    static let period = HistoryFixture.week

    /// - Parameters:
    ///   - text: stands wherever a log may have one.
    ///   - details: runs in depth.
    static func report(
        _ text: String = "Failover Mechanism", details: [RunRecord] = [],
        period: Period = PageFixture.period
    ) -> PeriodReport {
        let subject = Subject(scenario: text, target: text)
        return PeriodReport(
            documentID: "DR-2026-W48-1a2b3c4d", name: text, period: period, origin: origin(text),
            judgedAt: period.end, targets: [text], environments: [text],
            summary: PeriodReport.Summary(
                colour: .bad, headline: "Not good: \(text).",
                lines: ["Drills: \(text).", "Findings: \(text).", "To decide: \(text)."]),
            statistics: statistics, scorecard: scorecard(subject, text),
            calendar: calendar(subject), recoveryTimes: [strip(subject)],
            breakdowns: [breakdown(subject, text)],
            successes: [
                PeriodReport.SuccessRow(
                    subject: subject, passed: 3, total: 4, interval: 0.25...0.75,
                    priorPassed: 1, priorTotal: 2, everPassed: 40, everTotal: 50)
            ],
            trends: [trend(subject, text)], integrity: [integrity(subject)],
            degradation: [degradation(subject, text)], benchmarks: [benchmark(subject, text)],
            unstable: [
                PeriodReport.UnstableRow(
                    subject: subject, runs: 5, switches: 2, share: 0.5, lastSwitch: period.start,
                    tests: [10, 20])
            ],
            findings: findings(subject, text), recommendations: recommendations(text),
            changes: [
                PeriodReport.Change(
                    position: 77, time: period.start, kind: "settings", words: text, by: text)
            ],
            notRun: [
                PeriodReport.NotRun(
                    kind: "lost", subject: subject, time: period.start, reason: text, test: 20,
                    position: 29)
            ],
            next: [standing(subject, text)], due: account(subject, text),
            runs: rows(text), details: details)
    }

    /// A week of which nothing is known.
    static var empty: PeriodReport { PeriodReport(HistoryFixture.history()) }

    // MARK: Parts

    private static func origin(_ text: String) -> ReportOrigin {
        ReportOrigin(
            logID: "1a2b3c4d5e6f708192a3b4c5d6e7f809", logOrigin: text, head: 9000,
            generatedAt: period.end - 1,
            range: VerifiedRange(first: 1001, last: 9000, size: 9000, root: .leaf([1])),
            firstHeld: 500, toolVersion: text, command: "dr-weekly-report --week \(text)",
            counts: ReportOrigin.Counts(
                events: 8000, runs: 2, drills: 1, proofs: 1, chaos: 0, others: 0, underWay: 1))
    }

    private static var statistics: PeriodReport.Statistics {
        var statistics = PeriodReport.Statistics()
        (statistics.total, statistics.passed, statistics.failed) = (4, 3, 1)
        return statistics
    }

    private static func drill(_ id: UInt64, _ text: String) -> DrillSummary {
        HistoryFixture.drill(
            id, .failed, at: 1, scenario: text, target: text, environment: text, rtoMs: 130_000,
            rpoMs: nil, message: text)
    }

    private static func scorecard(_ subject: Subject, _ text: String) -> [PeriodReport.Score] {
        [
            PeriodReport.Score(
                subject: subject, environment: text, last: drill(10, text), runs: 4, passed: 3,
                rtoMs: 130_000, rtoTargetMs: 120_000, rtoMargin: -1.0 / 12, rpoMs: nil,
                rpoTargetMs: 60_000, lastSuccess: period.start - day,
                standing: standing(subject, text), overdueDays: 3),
            PeriodReport.Score(
                subject: Subject(scenario: "Never run", target: text), environment: "", last: nil,
                runs: 0, passed: 0, rtoMs: nil, rtoTargetMs: nil, rtoMargin: nil, rpoMs: nil,
                rpoTargetMs: nil, lastSuccess: nil, standing: nil, overdueDays: 0),
        ]
    }

    private static func calendar(_ subject: Subject) -> PeriodReport.Calendar {
        let marks = PeriodReport.Calendar.Mark.allCases
        return PeriodReport.Calendar(
            weeks: (41...48).map { "2026-W\($0)" },
            rows: [
                PeriodReport.Calendar.Row(
                    subject: subject, marks: marks, counts: marks.indices.map { $0 % 3 })
            ])
    }

    /// - Parameter milliseconds: of drills on days before and in the period; the last is in it.
    static func strip(
        _ subject: Subject, _ milliseconds: [Double] = [90_000, 60_000, 61_000, 58_000, 130_000],
        limitMs: Double? = 120_000, priorMedianMs: Double? = 60_500
    ) -> PeriodReport.RecoveryStrip {
        let points = milliseconds.enumerated().map { index, value in
            let isLast = index == milliseconds.count - 1
            let days = UInt64(milliseconds.count - index)
            return PeriodReport.RecoveryPoint(
                test: UInt64(index + 1) * 10,
                time: isLast ? period.start : period.start - days * day, milliseconds: value,
                limitMs: limitMs, isInPeriod: isLast)
        }
        return PeriodReport.RecoveryStrip(
            subject: subject, points: points, limitMs: limitMs,
            priorMedianMs: priorMedianMs, medianMs: milliseconds.last,
            maximumMs: milliseconds.last, count: 1, medianInterval: 58_000...130_000,
            difference: 0.044, unknown: 1)
    }

    private static func breakdown(_ subject: Subject, _ text: String) -> PeriodReport.Breakdown {
        PeriodReport.Breakdown(
            subject: subject, count: 3,
            parts: [
                .init(label: "until \(text)", milliseconds: 1000),
                .init(label: "detected until lifted", milliseconds: 20_000),
            ], longest: "detected until lifted")
    }

    private static func trend(_ subject: Subject, _ text: String) -> PeriodReport.Trend {
        let points = (0..<10).map { week in
            PeriodReport.Trend.Point(
                week: "2026-W\(39 + week)", medianMs: 1000, count: 2,
                high: week < 3 ? nil : Double(week), low: week < 3 ? nil : 0)
        }
        return PeriodReport.Trend(
            subject: subject, points: points, signal: .slower, since: text, slopeMs: 12,
            slopeP: 0.004)
    }

    private static func integrity(_ subject: Subject) -> PeriodReport.IntegrityRow {
        PeriodReport.IntegrityRow(
            subject: subject, drills: 4, expected: 1_204_311, intact: 1_204_309, missing: 1,
            differing: 1, resurrected: 0, unexpected: 0, unchecked: 7, notCompared: 1,
            tests: [10])
    }

    private static func degradation(
        _ subject: Subject, _ text: String
    ) -> PeriodReport.DegradationRow {
        PeriodReport.DegradationRow(
            test: 10, subject: subject, phase: text, operations: 100, served: 60, deferred: 20,
            refused: 15, failed: 5, availability: 0.8, p50Us: 900, p99Us: nil,
            breaker: ["closed → \(text)"])
    }

    private static func benchmark(_ subject: Subject, _ text: String) -> PeriodReport.BenchmarkRow {
        PeriodReport.BenchmarkRow(
            test: 10, subject: subject, measure: text, unit: text, value: 6.5, baseline: 5,
            baselineCount: 4, ratio: 1.3, limit: 6, passed: false)
    }

    private static func findings(_ subject: Subject, _ text: String) -> [PeriodReport.FindingRow] {
        let states: [PeriodReport.FindingRow.State] = [.new, .closed]
        return states.enumerated().map { index, state in
            PeriodReport.FindingRow(
                finding: FindingRecord(
                    id: UInt64(index + 1), subject: subject, testType: text, verdict: .failed,
                    message: text, occurrences: 2, openedAt: period.start, openedBy: 10,
                    lastSeenAt: period.start, lastTest: 20,
                    closedBy: state == .closed ? 30 : nil,
                    closedAt: state == .closed ? period.end - 1 : nil),
                state: state, ageDays: 3, dueTime: period.end)
        }
    }

    private static func recommendations(_ text: String) -> [Recommendation] {
        [
            Recommendation(
                rule: "R22", severity: .low, sentence: "Run more of \(text).", evidence: [],
                controls: []),
            Recommendation(
                rule: "R06", severity: .critical, sentence: "Quarantine \(text).",
                evidence: [12, 45], controls: [text]),
        ]
    }

    private static func standing(_ subject: Subject, _ text: String) -> DueStanding {
        DueStanding(
            cadenceID: 1, subject: subject, intervalMs: 604_800_000, graceMs: 86_400_000,
            reason: text, isEnabled: true, lastSuccess: period.start - day, lastSuccessTest: 5,
            dueTime: period.start, overdueSince: period.start + day)
    }

    private static func account(_ subject: Subject, _ text: String) -> DueAccount {
        DueAccount(
            due: [
                DueDrill(
                    cadenceID: 1, subject: subject, dueTime: period.start, outcome: .overdue,
                    test: nil, countedAt: period.start + day, excuseID: nil)
            ], standings: [standing(subject, text)], scheduled: 1)
    }

    private static func rows(_ text: String) -> [PeriodReport.RunRow] {
        let proof = HistoryFixture.drill(
            20, .lost, at: 2, purpose: "proof", rtoMs: 1, message: text)
        return [drill(10, text), proof, HistoryFixture.underWay(30, requested: 6)].map {
            PeriodReport.RunRow($0)
        }
    }
}
