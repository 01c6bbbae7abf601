internal import DRTesting

/// R02 to R04: how long recovery took.
enum RecoveryRules {
    /// What is less than this share of the objective is a narrow margin.
    static let narrowMargin = 0.2
    private static let lastDrills = 3
    private static let narrowDrills = 2

    static func all(_ book: DrillBook) -> [Recommendation] {
        book.subjects.flatMap { subject -> [Recommendation] in
            let runs = book.judged(of: subject)
            return [
                exceeded(subject, runs), detection(subject, runs), narrow(subject, book),
            ].compactMap { $0 }
        }
    }

    /// R02, of one drill or more that missed an objective for a time.
    private static func exceeded(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let slow = runs.filter(\.missesTime)
        guard let worst = slow.max(by: { $0.summary.excess < $1.summary.excess }) else {
            return nil
        }
        let longest = PeriodReport.Breakdown(subject, slow)?.longest
        let advice =
            longest.map { "the longest part was '\($0.printable())': act there" }
            ?? "its parts are not known: find out which takes longest"
        return Recommendation(
            .recoveryTimeExceeded, .high,
            "\(subject.words) missed an objective for a time in "
                + "\(slow.count.counted("drill")) (\(worst.timeWords)); \(advice).",
            evidence: slow.map(\.summary.id))
    }

    /// R03, of the last drill of which both are known.
    private static func detection(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let last = runs.last { $0.measures.detectMs != nil && $0.summary.end?.rtoMs != nil }
        guard let known = last, let detect = known.measures.detectMs,
            let rto = known.summary.end?.rtoMs, rto > 0, detect > Double(rto) / 2
        else { return nil }
        return Recommendation(
            .detectionDominates, .medium,
            "\(subject.words) took \(ReportText.milliseconds(detect)) of "
                + "\(ReportText.milliseconds(Double(rto))) to notice the fault: probe more often, "
                + "or lower the threshold.",
            evidence: [known.summary.id])
    }

    /// R04, of two of the last three drills.
    private static func narrow(_ subject: Subject, _ book: DrillBook) -> Recommendation? {
        let last = book.everJudged(of: subject).filter { $0.rtoMargin != nil }
            .suffix(lastDrills)
        guard last.count == lastDrills, book.endsInPeriod(last) else { return nil }
        let narrow = last.filter { $0.rtoMargin ?? 1 < narrowMargin }
        if narrow.count < narrowDrills { return nil }
        return Recommendation(
            .marginIsNarrow, .medium,
            "\(subject.words) had less than a fifth of its recovery time objective to spare in "
                + "\(narrow.count) of its last \(lastDrills) drills: raise capacity, or look at "
                + "the objective again.",
            evidence: narrow.map(\.id))
    }
}

extension DrillRun {
    /// Objectives for a time that were not met. That for the recovery point is about data.
    fileprivate var missedTimes: [DrillMeasures.Objective] {
        measures.objectives.filter { $0.verdict == .failed && !$0.isRecoveryPoint }
    }

    fileprivate var missesTime: Bool { !missedTimes.isEmpty || summary.excess > 0 }

    /// The first of them, or the recovery time.
    fileprivate var timeWords: String {
        let missed = missedTimes.first
        let title = missed?.title ?? "Recovery time (RTO)"
        let measured = missed?.measuredMs ?? summary.end?.rtoMs.map { Double($0) }
        let limit = missed?.limitMs ?? summary.rtoTargetMs.map { Double($0) }
        let words = limit.map { ", at most \(ReportText.milliseconds($0))" } ?? ""
        return "\(title.printable()) \(ReportText.milliseconds(measured))\(words)"
    }
}

extension DrillSummary {
    /// By how much the recovery time exceeded its objective, as a share of it; 0 if it did not, or
    /// if either is unknown.
    fileprivate var excess: Double { rtoMargin.map { max(0, -$0) } ?? 0 }
}

extension DrillMeasures.Objective {
    /// As it is called where outcomes of objectives are made.
    var isRecoveryPoint: Bool { title == "Recovery point (RPO)" }
}
