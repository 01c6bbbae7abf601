extension PeriodReport.Statistics {
    /// `total = passed + failed + inconclusive`, and `total + cancelled` is every drill that ended
    /// in the period.
    init(_ book: DrillBook) {
        let results = book.drills.map(\.summary.result)
        total = book.judged.count
        passed = results.count { $0 == .passed }
        failed = results.count { $0 == .failed }
        inconclusive = results.count { $0 == .inconclusive }
        cancelled = results.count { $0 == .cancelled }
        underWay = book.history.underWay.count(where: \.isDrill)
        notRecovered = book.judged.count { run in
            run.measures.mark("impact") != nil && run.summary.end?.rtoMs == nil
        }
        damaged = book.judged.count { !$0.measures.damagedLedgers.isEmpty }
        successRate = total == 0 ? nil : Double(passed) / Double(total) * 100
        let recoveryTimes = book.judged.compactMap { $0.summary.end?.rtoMs }
        let recoveryPoints = book.judged.compactMap { $0.summary.end?.rpoMs }
        (rtoCount, rpoCount) = (recoveryTimes.count, recoveryPoints.count)
        averageRTOMs = Self.average(recoveryTimes)
        averageRPOMs = Self.average(recoveryPoints)
    }

    private static func average(_ values: [UInt64]) -> Double? {
        values.isEmpty ? nil : values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    }
}
