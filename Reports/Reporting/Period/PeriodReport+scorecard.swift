internal import DRTesting

extension PeriodReport.Score {
    static func all(_ book: DrillBook) -> [PeriodReport.Score] {
        book.subjects.map { PeriodReport.Score($0, book) }
    }

    private init(_ subject: Subject, _ book: DrillBook) {
        let judged = book.judged(of: subject).map(\.summary)
        let last = judged.last
        let scenario = book.history.catalog.scenarios.first {
            $0.scenarioName == subject.scenario
        }
        let kept = book.standing(of: subject)
        let standing = kept.flatMap { $0.isEnabled ? $0 : nil }
        self.init(
            subject: subject, environment: Self.environment(subject, book), last: last,
            runs: judged.count, passed: judged.count(where: \.isPassed),
            rtoMs: last?.end?.rtoMs,
            rtoTargetMs: last == nil ? scenario?.rtoTargetMs : last?.rtoTargetMs,
            rtoMargin: last?.rtoMargin, rpoMs: last?.end?.rpoMs,
            rpoTargetMs: last == nil ? scenario?.rpoTargetMs : last?.rpoTargetMs,
            lastSuccess: book.lastSuccess(of: subject)?.endTime, standing: standing,
            overdueDays: standing.map { Self.overdueDays($0, at: book.judgedAt) } ?? 0)
    }

    /// Where it was drilled in the period; if it was not, where it was last.
    private static func environment(_ subject: Subject, _ book: DrillBook) -> String {
        let drills = book.ended(of: subject)
        let inPeriod = drills.filter { book.period.contains($0.endTime) }
        let shown = inPeriod.isEmpty ? drills.suffix(1) : inPeriod[...]
        return Set(shown.map(\.environment)).sorted().joined(separator: ", ")
    }

    /// Since the drill was due of which the grace ended.
    private static func overdueDays(_ standing: DueStanding, at moment: UInt64) -> Int {
        guard let since = standing.overdueSince else { return 0 }
        let due = since.subtractingClamped(standing.graceMs.multipliedClamped(by: 1000))
        return Int(clamping: moment.subtractingClamped(due) / 86_400_000_000)
    }
}
