import Testing

@testable import Reporting

struct ProportionTests {
    private static let counts = [
        (0, 1), (1, 1), (1, 2), (3, 7), (12, 13), (50, 100), (999, 1000), (1, 1_000_000),
    ]

    @Test func intervalsAgreeWithTheVectors() throws {
        let rates = try StatisticsVectors.read().proportions
        #expect(rates.count == 17)
        for rate in rates {
            let (k, n) = (rate.k, rate.n)
            #expect(StatisticsVectors.agree(Proportion.wilson(k, of: n), rate.wilson))
            let exact = Proportion.clopperPearson(k, of: n)
            #expect(StatisticsVectors.agree(exact, rate.clopperPearson))
            #expect(StatisticsVectors.agree(Proportion.jeffreys(k, of: n), rate.jeffreys))
        }
    }

    @Test func runsNeededAgreeWithTheVectors() throws {
        let rows = try StatisticsVectors.read().zeroFailureRunsNeeded
        #expect(rows.count == 12)
        for row in rows {
            let runs = Proportion.zeroFailureRuns(
                reliability: row.reliability, confidence: row.confidence)
            #expect(runs == row.n)
        }
    }

    @Test func upperBoundsAgreeWithTheVectors() throws {
        let rows = try StatisticsVectors.read().zeroFailureUpperBound95
        #expect(rows.count == 7)
        for row in rows {
            let bound = Proportion.zeroFailureUpperBound(runs: row.n, confidence: 0.95)
            #expect(StatisticsVectors.agree(bound, row.exact))
            // The approximation is on the safe side.
            #expect(StatisticsVectors.agree(3 / Double(row.n), row.ruleOfThree))
            #expect(bound.map { $0 < row.ruleOfThree } == true)
        }
    }

    @Test(arguments: counts)
    func intervalsHoldTheRateThatWasSeen(k: Int, n: Int) throws {
        let share = Double(k) / Double(n)
        let wilson = try #require(Proportion.wilson(k, of: n))
        let exact = try #require(Proportion.clopperPearson(k, of: n))
        let jeffreys = try #require(Proportion.jeffreys(k, of: n))
        #expect(wilson.contains(share))
        #expect(exact.contains(share))
        #expect(jeffreys.contains(share) == (k > 0 && k < n))
        for interval in [wilson, exact, jeffreys] {
            #expect(interval.lowerBound >= 0 && interval.upperBound <= 1)
        }
    }

    @Test(arguments: counts)
    func intervalsOfFailuresMirrorThoseOfSuccesses(k: Int, n: Int) {
        for interval in [Proportion.wilson, Proportion.clopperPearson, Proportion.jeffreys] {
            let passed = interval(k, n)
            let failed = interval(n - k, n)
            let mirrored = passed.map { [1 - $0.upperBound, 1 - $0.lowerBound] } ?? []
            #expect(mirrored.count == 2 && StatisticsVectors.agree(failed, mirrored))
        }
    }

    @Test func moreSuccessesRaiseTheInterval() {
        for interval in [Proportion.wilson, Proportion.clopperPearson, Proportion.jeffreys] {
            let all = (0...30).compactMap { interval($0, 30) }
            #expect(all.count == 31)
            let rises = zip(all, all.dropFirst()).allSatisfy { less, more in
                less.lowerBound < more.lowerBound && less.upperBound < more.upperBound
            }
            #expect(rises)
        }
    }

    @Test func moreRunsOfTheSameRateNarrowTheInterval() {
        let intervals = [10, 100, 1000, 100_000, 10_000_000].compactMap { n in
            Proportion.wilson(n / 10 * 9, of: n)
        }
        let widths = intervals.map { $0.upperBound - $0.lowerBound }
        #expect(widths.count == 5)
        #expect(zip(widths, widths.dropFirst()).allSatisfy { $0.0 > $0.1 })
    }

    @Test(arguments: [(0, 0), (1, 0), (-1, 3), (4, 3), (0, -3)])
    func countsThatCannotBeHaveNoInterval(k: Int, n: Int) {
        #expect(Proportion.wilson(k, of: n) == nil)
        #expect(Proportion.clopperPearson(k, of: n) == nil)
        #expect(Proportion.jeffreys(k, of: n) == nil)
    }

    @Test func oneRunLessIsNotEnough() {
        for reliability in [0.5, 0.8, 0.9, 0.99, 0.999] {
            let runs = Proportion.zeroFailureRuns(reliability: reliability, confidence: 0.95)
            let enough = Proportion.zeroFailureUpperBound(runs: runs, confidence: 0.95)
            let less = Proportion.zeroFailureUpperBound(runs: runs - 1, confidence: 0.95)
            #expect(enough.map { $0 <= 1 - reliability } == true)
            #expect(less.map { $0 > 1 - reliability } ?? true)
        }
    }

    @Test func aWholeNumberOfRunsIsNotRoundedUp() {
        #expect(Proportion.zeroFailureRuns(reliability: 0.5, confidence: 0.75) == 2)
        #expect(Proportion.zeroFailureRuns(reliability: 0.1, confidence: 0.9) == 1)
        #expect(Proportion.zeroFailureRuns(reliability: 0.1, confidence: 0.99) == 2)
        #expect(Proportion.zeroFailureRuns(reliability: 0.01, confidence: 0.5) == 1)
    }

    @Test func withoutRunsNoFailureRateIsExcluded() {
        #expect(Proportion.zeroFailureUpperBound(runs: 0, confidence: 0.95) == nil)
        #expect(Proportion.zeroFailureUpperBound(runs: -1, confidence: 0.95) == nil)
    }
}
