import DRTesting
import Testing

@testable import Reporting

/// Numbers and times as people read them.
struct ReportTextTests {
    @Test func largeCountsAreDividedIntoThousands() {
        let counts = [0, 999, 1000, 1_204_311, -5, -999, -1234]
        let words = ["0", "999", "1,000", "1,204,311", "-5", "-999", "-1,234"]
        #expect(counts.map { ReportText.count($0) } == words)
        #expect(ReportText.count(UInt64.max) == "18,446,744,073,709,551,615")
    }

    @Test func probabilitiesHaveThreeDecimals() {
        #expect(ReportText.thousandths(0.0444) == "0.044")
        #expect(ReportText.thousandths(-1.5) == "-1.500")
        #expect(ReportText.thousandths(12) == "12.000")
        #expect(ReportText.probability(0.0004) == "p < 0.001")
        #expect(ReportText.probability(0.2) == "p = 0.200")
    }

    @Test func intervalsAreInWholePerCent() {
        #expect(ReportText.percents(0.3006...0.9544) == "30 % to 95 %")
        #expect(ReportText.percents(0...1) == "0 % to 100 %")
        #expect(ReportText.percent(1.0 / 3) == "33.3 %")
    }

    @Test func howOftenIsInTheLargestWholeUnit() {
        let lengths: [UInt64] = [
            604_800_000, 86_400_000, 129_600_000, 5_400_000, 60_000, 1500, 0,
        ]
        let words = ["7 days", "1 day", "36 h", "90 min", "1 min", "1.5 s", "0 ms"]
        #expect(lengths.map { ReportText.interval(milliseconds: $0) } == words)
        #expect(!ReportText.interval(milliseconds: .max).isEmpty)
    }

    @Test func momentsAreToTheSecond() {
        #expect(ReportText.moment(1_795_003_200_999_999) == "2026-11-18 12:00:00")
        #expect(ReportText.day(1_795_003_200_999_999) == "2026-11-18")
        #expect(ReportText.moment(0) == "1970-01-01 00:00:00")
        // Far away, years have more digits.
        #expect(ReportText.day(.max).count > 10)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300])
    func numbersWithoutAnEndAreSurvived(_ value: Double) {
        let texts = [
            ReportText.decimal(value), ReportText.thousandths(value), ReportText.percent(value),
            ReportText.probability(value), ReportText.milliseconds(value),
        ]
        #expect(texts.allSatisfy { !$0.isEmpty })
    }
}
