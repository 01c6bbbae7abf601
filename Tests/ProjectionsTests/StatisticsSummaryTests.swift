import DRTesting
import Testing

@testable import Projections

/// How days are put together, and what their numbers say.
struct StatisticsSummaryTests {
    private func bucket(
        _ day: String, _ type: String, completed: UInt64, failed: UInt64, times: [UInt64] = []
    ) -> StatisticsBucket {
        var bucket = StatisticsBucket()
        (bucket.day, bucket.testType) = (day, type)
        bucket.counts.statuses.completed = completed
        bucket.counts.statuses.failed = failed
        for time in times { bucket.counts.recoveryTimes.add(time) }
        bucket.counts.components.count(.passed, of: type)
        return bucket
    }

    @Test func daysOfThePeriodAreAddedUp() {
        let buckets = [
            bucket("2026-11-22", "full_outage", completed: 100, failed: 0),
            bucket("2026-11-24", "full_outage", completed: 1, failed: 1, times: [5, 9]),
            bucket("2026-11-23", "full_outage", completed: 2, failed: 0, times: [9]),
            bucket("2026-11-25", "circuit_breaker", completed: 0, failed: 1),
            bucket("2026-11-26", "full_outage", completed: 100, failed: 0),
        ]
        let summary = StatisticsSummary(buckets, days: "2026-11-23"..."2026-11-25")
        #expect(summary.overall.total == 5)
        #expect(summary.overall.successRate == 60)
        #expect(summary.byType.map(\.testType) == ["circuit_breaker", "full_outage"])
        #expect(summary.byType.map(\.counts.total) == [1, 4])
        #expect(summary.byType.map(\.counts.successRate) == [0, 75])
        #expect(summary.overall.recoveryTimes.entries.map(\.value) == [5, 9])
        #expect(summary.overall.recoveryTimes.entries.map(\.count) == [1, 2])
        #expect(summary.overall.components.map(\.verdicts.passed) == [1, 2])
    }

    @Test func ofNothingNothingIsKnown() {
        let summary = StatisticsSummary([StatisticsBucket](), days: "2026-11-23"..."2026-11-23")
        #expect(summary.overall == DrillCounts())
        #expect(summary.byType == [])
        #expect(summary.overall.total == 0)
        #expect(summary.overall.successRate == nil)
        let times = summary.overall.recoveryTimes
        #expect(times.count == 0)
        #expect(times.average == nil)
        #expect(times.median == nil)
        #expect(times.percentile(95) == nil)
        #expect(times.maximum == nil)
    }

    @Test func aPeriodEndsWithTheDayOfItsMoment() {
        let days = StatisticsSummary.days(7, upTo: TestClock.start)
        #expect(days == "2026-11-17"..."2026-11-23")
        #expect(StatisticsSummary.days(1, upTo: TestClock.start) == "2026-11-23"..."2026-11-23")
        #expect(StatisticsSummary.days(.max, upTo: TestClock.start).lowerBound == "1970-01-01")
    }

    /// The order of buckets, and how a day's drills are spread over them, do not matter.
    @Test func theOrderOfDaysDoesNotMatter() {
        var random = SplitMix64(seed: Seed.value)
        let types = ["a", "b", "c"]
        var buckets: [StatisticsBucket] = []
        for day in 10...29 {
            let type = types.randomElement(using: &random)!
            let times = (0..<5).map { _ in UInt64.random(in: 0...20, using: &random) }
            buckets.append(bucket("2026-11-\(day)", type, completed: 1, failed: 2, times: times))
        }
        let days = "2026-11-12"..."2026-11-27"
        let summary = StatisticsSummary(buckets, days: days)
        #expect(summary.overall.total == 48)
        for _ in 0..<20 {
            buckets.shuffle(using: &random)
            #expect(StatisticsSummary(buckets, days: days) == summary, Seed.note)
        }
    }

    // MARK: Distributions

    private func distribution(_ values: [UInt64]) -> Distribution {
        var distribution = Distribution()
        for value in values { distribution.add(value) }
        return distribution
    }

    /// An example that was worked out elsewhere.
    @Test func medianAndPercentilesAreThoseOfTheExample() {
        let times = distribution([
            412, 388, 455, 391, 402, 610, 398, 420, 405, 399, 417, 433,
        ])
        #expect(times.count == 12)
        #expect(times.median == 408.5)
        #expect(times.percentile(50) == 405)
        #expect(times.percentile(90) == 455)
        #expect(times.percentile(95) == 610)
        #expect(times.percentile(100) == 610)
        #expect(times.percentile(1) == 388)
        #expect(times.maximum == 610)
        #expect(times.average == 5130.0 / 12)
    }

    @Test func aDistributionIsItsSortedValues() {
        var random = SplitMix64(seed: Seed.value)
        for count in 1...60 {
            let values = (0..<count).map { _ in UInt64.random(in: 0...30, using: &random) }
            let whole = distribution(values)
            let sorted = values.sorted()
            let listed = whole.entries.flatMap { entry in
                Array(repeating: entry.value, count: Int(entry.count))
            }
            #expect(listed == sorted, Seed.note)
            for percent in 1...100 {
                // The nearest rank by its definition.
                let value = sorted.first { candidate in
                    let reached = values.count { $0 <= candidate }
                    return reached * 100 >= percent * count
                }
                #expect(whole.percentile(UInt64(percent)) == value, Seed.note)
            }
            let middle = (Double(sorted[(count - 1) / 2]) + Double(sorted[count / 2])) / 2
            #expect(whole.median == middle, Seed.note)
            let cut = Int.random(in: 0...count, using: &random)
            var parts = distribution(Array(values[cut...]))
            parts.add(distribution(Array(values[..<cut])))
            #expect(parts == whole, Seed.note)
        }
    }

    @Test func timesBeyondReasonDoNotTrap() {
        let times = distribution([.max, .max, 0])
        #expect(times.maximum == .max)
        #expect(times.median == Double(UInt64.max))
        #expect(times.percentile(33) == 0)
    }
}
