// How often drills passed, and whether their results can be relied on.

extension PeriodReport.SuccessRow {
    /// Of all subjects that were judged in the period or in the one before it.
    static func all(_ book: DrillBook) -> [PeriodReport.SuccessRow] {
        book.subjects.compactMap { PeriodReport.SuccessRow($0, book) }
    }

    private init?(_ subject: Subject, _ book: DrillBook) {
        let ever = book.everJudged(of: subject)
        let now = book.judged(of: subject).map(\.summary)
        let start = book.period.startBefore
        let prior = ever.filter { start <= $0.endTime && $0.endTime < book.period.start }
        if now.isEmpty && prior.isEmpty { return nil }
        let passed = now.count(where: \.isPassed)
        self.init(
            subject: subject, passed: passed, total: now.count,
            interval: Proportion.wilson(passed, of: now.count),
            priorPassed: prior.count(where: \.isPassed), priorTotal: prior.count,
            everPassed: ever.count(where: \.isPassed), everTotal: ever.count)
    }
}

extension Period {
    /// When the period before it began: before a month that is the month before, and before any
    /// other period one as long.
    fileprivate var startBefore: UInt64 {
        let isMonth = kind == .monthly && self == Period(.monthly, containing: start)
        if isMonth && start > 0 { return Period(.monthly, containing: start - 1).start }
        return start.subtractingClamped(end - start)
    }
}

extension PeriodReport.UnstableRow {
    /// What a result must be the same in, to be compared.
    private struct Conditions: Equatable {
        let settingsDigest: [UInt8]
        let toolVersion: String

        init(_ drill: DrillSummary) {
            (settingsDigest, toolVersion) = (drill.settingsDigest, drill.toolVersion)
        }
    }

    /// Of subjects that were judged in the period.
    static func all(_ book: DrillBook) -> [PeriodReport.UnstableRow] {
        book.subjects.compactMap { PeriodReport.UnstableRow($0, book) }
    }

    private init?(_ subject: Subject, _ book: DrillBook) {
        let judged = book.everJudged(of: subject)
        guard book.endsInPeriod(judged), let last = judged.last else { return nil }
        let conditions = Conditions(last)
        let compared = judged.filter { Conditions($0) == conditions }.suffix(Flakiness.window)
        let results = compared.map(\.isPassed)
        guard Flakiness.isUnstable(results), let share = Flakiness.share(results) else {
            return nil
        }
        let pairs = Array(zip(compared, compared.dropFirst()))
        let switched = pairs.last { $0.0.isPassed != $0.1.isPassed }
        self.init(
            subject: subject, runs: results.count, switches: Flakiness.switches(results),
            share: share, lastSwitch: switched?.1.endTime ?? last.endTime,
            tests: compared.map(\.id))
    }
}
