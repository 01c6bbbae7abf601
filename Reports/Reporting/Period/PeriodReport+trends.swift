extension PeriodReport.Trend {
    /// With fewer weeks nothing is said of a drift: neither a sum nor a slope finds one in them.
    static let fewestWeeks = MonotoneTrend.fewestPoints

    /// Of all subjects whose recovery time is known in at least two of the last 26 weeks.
    static func all(_ book: DrillBook) -> [PeriodReport.Trend] {
        book.subjects.compactMap { PeriodReport.Trend($0, book) }
    }

    private init?(_ subject: Subject, _ book: DrillBook) {
        let weekly = Self.medians(of: book.everJudged(of: subject), in: book.weeks)
        if weekly.count < 2 { return nil }
        var sums = SelfStartingCUSUM()
        let steps = weekly.map { sums.add(timeMs: $0.medianMs) }
        let points = zip(weekly, steps).map { week, step in
            Point(
                week: week.name, medianMs: week.medianMs, count: week.count, high: step?.high,
                low: step?.low)
        }
        let isEnough = weekly.count >= Self.fewestWeeks
        let last = isEnough ? steps.last.flatMap { $0 } : nil
        let line = weekly.map { (x: Double($0.index), y: $0.medianMs) }
        self.init(
            subject: subject, points: points,
            signal: isEnough ? Self.signal(last) : .tooFew,
            since: Self.since(last).map { weekly[$0].name },
            slopeMs: MonotoneTrend.theilSen(line), slopeP: MonotoneTrend.kendallP(line))
    }

    private struct WeeklyMedian {
        /// Among the weeks that are looked at.
        let index: Int
        let name: String
        let medianMs: Double
        let count: Int
    }

    /// Of the weeks in which a recovery time is known.
    private static func medians(
        of drills: [DrillSummary], in weeks: [Period]
    ) -> [WeeklyMedian] {
        weeks.enumerated().compactMap { index, week in
            let times = drills.filter { week.contains($0.endTime) }.compactMap { drill in
                drill.end?.rtoMs.map { Double($0) }
            }
            return OrderStatistics.median(times).map {
                WeeklyMedian(index: index, name: week.name, medianMs: $0, count: times.count)
            }
        }
    }

    /// A sum that signalled and fell back says nothing of now.
    private static func signal(_ step: SelfStartingCUSUM.Step?) -> Signal {
        guard let step else { return .none }
        return step.isHigh ? .slower : step.isLow ? .faster : .none
    }

    private static func since(_ step: SelfStartingCUSUM.Step?) -> Int? {
        guard let step else { return nil }
        return step.isHigh ? step.highSince : step.isLow ? step.lowSince : nil
    }
}
