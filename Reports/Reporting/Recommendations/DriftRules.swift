internal import DRTesting

/// R17 and R18: what became slower without breaking.
enum DriftRules {
    /// An interval of the median needs as many.
    private static let fewestBaseline = 6
    /// The share of the baseline that counts as a loss.
    private static let loss = 0.1

    static func all(
        _ book: DrillBook, trends: [PeriodReport.Trend], benchmarks: [PeriodReport.BenchmarkRow]
    ) -> [Recommendation] {
        regressions(book, benchmarks) + missedLimits(book) + trends.compactMap { drift($0, book) }
    }

    /// R17, of the last benchmark of the period against the interval of the median of those before
    /// it.
    private static func regressions(
        _ book: DrillBook, _ rows: [PeriodReport.BenchmarkRow]
    ) -> [Recommendation] {
        book.subjects.flatMap { subject -> [Recommendation] in
            let runs = book.judged(of: subject).filter(\.summary.isBenchmark)
            guard let last = runs.last else { return [] }
            let found = rows.filter { $0.test == last.summary.id }.compactMap { row in
                regression(row, earlier: runs.dropLast()).map { "\(row.measure.printable()) \($0)" }
            }
            if found.isEmpty { return [] }
            return [
                Recommendation(
                    .benchmarkFellBack, .medium,
                    "\(subject.words) fell behind the benchmarks before it: "
                        + "\(found.joined(separator: ", ")). Find out what changed.",
                    evidence: runs.map(\.summary.id))
            ]
        }
    }

    /// - Returns: by how much, if the interval of the ratio lies wholly beyond the loss.
    private static func regression(
        _ row: PeriodReport.BenchmarkRow, earlier: ArraySlice<DrillRun>
    ) -> String? {
        guard let direction = Direction(unit: row.unit), let ratio = row.ratio else { return nil }
        let before = PeriodReport.BenchmarkRow.values(of: row.measure, in: earlier)
        guard before.count >= fewestBaseline, row.value > 0,
            let interval = OrderStatistics.medianInterval(before), interval.lowerBound > 0
        else { return nil }
        // The end of the interval that speaks most for the new value.
        let isWorse =
            switch direction {
            case .moreIsBetter: row.value / interval.lowerBound < 1 - loss
            case .lessIsBetter: interval.upperBound / row.value < 1 - loss
            }
        return isWorse ? "\(ReportText.decimal(ratio * 100)) % of the median" : nil
    }

    /// Which of two values is the better one, by the unit.
    private enum Direction {
        case moreIsBetter, lessIsBetter

        init?(unit: String) {
            switch unit {
            case "1/s", "bytes/s": self = .moreIsBetter
            case "ms", "us", "s": self = .lessIsBetter
            default: return nil
            }
        }
    }

    private struct MissedLimit {
        let test: UInt64
        let measure: DrillMeasures.Measure
    }

    /// R17, of measures with a limit of their own that is no objective: they fail no step, so that
    /// nothing else would tell.
    private static func missedLimits(_ book: DrillBook) -> [Recommendation] {
        book.subjects.compactMap { subject -> Recommendation? in
            let missed = book.judged(of: subject).flatMap { run in
                run.measures.measures.filter { $0.passed == false && !$0.isOfObjective }.map {
                    MissedLimit(test: run.summary.id, measure: $0)
                }
            }
            if missed.isEmpty { return nil }
            let words = missed.prefix(3).map { "\($0.measure.words) in test \($0.test)" }
            let more = missed.count - words.count
            return Recommendation(
                .benchmarkFellBack, .medium,
                "\(subject.words) missed \(missed.count.counted("limit")): "
                    + "\(words.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "").",
                evidence: missed.map(\.test))
        }
    }

    /// R18, of a sum that signals at the last drill of the period.
    private static func drift(_ trend: PeriodReport.Trend, _ book: DrillBook) -> Recommendation? {
        let severity: Recommendation.Severity
        switch trend.signal {
        case .slower: severity = .medium
        case .faster: severity = .low
        case .none, .tooFew: return nil
        }
        let drills = book.everJudged(of: trend.subject)
        guard book.endsInPeriod(drills) else { return nil }
        let since = trend.since.map { " since \($0)" } ?? ""
        let week = book.weeks.first { $0.name == trend.since }
        let tests = drills.filter { drill in week.map { drill.endTime >= $0.start } ?? false }
        return Recommendation(
            .recoveryDrifts, severity,
            "\(trend.subject.words) recovers \(trend.signal.rawValue)\(since), by a sum that "
                + "seldom grows so far by chance: find out what changed then.",
            evidence: tests.map(\.id))
    }
}

extension DrillMeasures.Measure {
    /// The rules about objectives speak of it.
    fileprivate var isOfObjective: Bool {
        DRTesting.Objective.Kind.allCases.contains { $0.metricName == name }
    }

    fileprivate var words: String {
        let number = value.map { "\(ReportText.decimal($0)) \(unit.printable())" } ?? "unknown"
        let limit = threshold.map { ", limit \(ReportText.decimal($0))" } ?? ""
        return "\(name.printable()) \(number)\(limit)"
    }
}
