// How long recovery took: every drill, and its parts.

extension PeriodReport.RecoveryStrip {
    private static let priorWeeks: UInt64 = 8
    /// A median of fewer says nothing.
    private static let fewestPrior = 5

    /// Of all subjects whose recovery was measured in the period or in the eight weeks before it,
    /// or should have been in the period.
    static func all(_ book: DrillBook) -> [PeriodReport.RecoveryStrip] {
        book.subjects.compactMap { PeriodReport.RecoveryStrip($0, book) }
    }

    private init?(_ subject: Subject, _ book: DrillBook) {
        let start = book.period.start.subtractingClamped(Self.priorWeeks * 7 * 86_400_000_000)
        let drills = book.everJudged(of: subject).filter { $0.endTime >= start }
        let points = drills.compactMap { PeriodReport.RecoveryPoint($0, in: book.period) }
        let ofPeriod = points.filter(\.isInPeriod).map(\.milliseconds)
        let prior = points.filter { !$0.isInPeriod }.map(\.milliseconds)
        let limit = drills.last { $0.rtoTargetMs != nil }?.rtoTargetMs
        let unknown = book.judged(of: subject).count { $0.summary.end?.rtoMs == nil }
        if points.isEmpty && (limit == nil || unknown == 0) { return nil }
        self.init(
            subject: subject, points: points, limitMs: limit.map { Double($0) },
            priorMedianMs: prior.count < Self.fewestPrior ? nil : OrderStatistics.median(prior),
            medianMs: OrderStatistics.median(ofPeriod), maximumMs: ofPeriod.max(),
            count: ofPeriod.count,
            medianInterval: OrderStatistics.medianInterval(points.map(\.milliseconds)),
            difference: MannWhitney.p(ofPeriod, prior), unknown: unknown)
    }
}

extension PeriodReport.RecoveryPoint {
    /// It took longer than was asked for.
    var isMissed: Bool { limitMs.map { milliseconds > $0 } ?? false }

    /// - Returns: `nil` if the recovery time is not known.
    fileprivate init?(_ drill: DrillSummary, in period: Period) {
        guard let end = drill.end, let milliseconds = end.rtoMs else { return nil }
        self.init(
            test: drill.id, time: end.time, milliseconds: Double(milliseconds),
            limitMs: drill.rtoTargetMs.map { Double($0) },
            isInPeriod: period.contains(end.time))
    }
}

extension PeriodReport.Breakdown {
    static func all(_ book: DrillBook) -> [PeriodReport.Breakdown] {
        book.subjects.compactMap { subject in
            PeriodReport.Breakdown(subject, book.judged(of: subject))
        }
    }

    /// The parts in the order of the drill that has the most of them; what only others have comes
    /// after it.
    ///
    /// - Parameter runs: whose verdict counts.
    /// - Returns: `nil` if the recovery time of none is known in its parts.
    init?(_ subject: Subject, _ runs: [DrillRun]) {
        let divided = runs.map(\.measures.recoveryParts).filter { !$0.isEmpty }
        guard let fullest = divided.max(by: { $0.count < $1.count }) else { return nil }
        var labels: [String] = []
        for part in fullest + divided.joined() where !labels.contains(part.label) {
            labels.append(part.label)
        }
        let parts = labels.compactMap { label in
            let lengths = divided.flatMap { $0 }.filter { $0.label == label }
            return OrderStatistics.median(lengths.map { Double($0.lengthUs) / 1000 }).map {
                Part(label: label, milliseconds: $0)
            }
        }
        guard let longest = parts.max(by: { $0.milliseconds < $1.milliseconds }) else {
            return nil
        }
        self.init(subject: subject, count: divided.count, parts: parts, longest: longest.label)
    }
}
