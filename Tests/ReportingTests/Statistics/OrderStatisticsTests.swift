import Testing

@testable import Reporting

struct OrderStatisticsTests {
    @Test func percentilesAgreeWithTheVectors() throws {
        let example = try StatisticsVectors.read().percentileExample
        let samples = example.samples
        #expect(example.nearestRank.count == 3 && example.linearType7.count == 3)
        for (name, expected) in example.nearestRank {
            let p = try #require(Double(name))
            #expect(OrderStatistics.nearestRank(p, of: samples) == expected)
        }
        for (name, expected) in example.linearType7 {
            let p = try #require(Double(name))
            #expect(StatisticsVectors.agree(OrderStatistics.linear(p, of: samples), expected))
        }
        #expect(OrderStatistics.median(samples) == example.median)
        #expect(OrderStatistics.mad(samples) == example.mad)
        #expect(StatisticsVectors.agree(OrderStatistics.scaledMAD(samples), example.madScaled))
    }

    @Test func theGreatestValueBoundsWhatTheVectorsSay() throws {
        let rows = try StatisticsVectors.read().percentileUpperBoundByMax
        #expect(rows.count == 5)
        for row in rows {
            #expect(row.confidence == 0.95)
            #expect(OrderStatistics.isMaximumBound(of: row.percentile, n: row.n))
            #expect(!OrderStatistics.isMaximumBound(of: row.percentile, n: row.n - 1))
            let runs = Proportion.zeroFailureRuns(
                reliability: row.percentile, confidence: row.confidence)
            #expect(runs == row.n)
        }
    }

    @Test func upperRanksAgreeWithTheVectors() throws {
        let rows = try StatisticsVectors.read().orderStatisticUpperRank95
        #expect(rows.count == 36)
        for row in rows { #expect(OrderStatistics.upperRank(of: row.p, n: row.n) == row.rank) }
    }

    @Test func medianRanksAgreeWithTheVectors() throws {
        let rows = try StatisticsVectors.read().medianCI95
        #expect(rows.count == 10)
        for row in rows {
            let ranks = OrderStatistics.medianRanks(row.n)
            guard let expected = row.ranks else {
                #expect(ranks == nil)
                continue
            }
            #expect(ranks.map { Double($0.lower) } == expected[0])
            #expect(ranks.map { Double($0.upper) } == expected[1])
            #expect(StatisticsVectors.agree(ranks?.coverage, expected[2]))
        }
    }

    @Test func theIntervalOfTheMedianGoesBetweenItsRanks() {
        let values = (1...10).map { Double($0 * $0) }
        #expect(OrderStatistics.medianInterval(values.reversed()) == 4...81)
        #expect(OrderStatistics.medianInterval(Array(values.prefix(5))) == nil)
        #expect(OrderStatistics.medianInterval(Array(values.prefix(6))) == 1...36)
    }

    @Test func theIntervalOfTheMedianHoldsItAndIsAsSureAsItSays() throws {
        for n in 6...200 {
            let values = (0..<n).map { Double($0 * 7919 % 1009) }
            let interval = try #require(OrderStatistics.medianInterval(values))
            let median = try #require(OrderStatistics.median(values))
            #expect(interval.contains(median))
            let ranks = try #require(OrderStatistics.medianRanks(n))
            #expect(ranks.lower + ranks.upper == n + 1)
            #expect(ranks.coverage >= 0.95 && ranks.coverage < 1)
        }
    }

    @Test func theMedianIsInTheMiddle() {
        #expect(OrderStatistics.median([7]) == 7)
        #expect(OrderStatistics.median([9, 1]) == 5)
        #expect(OrderStatistics.median([9, 1, 2]) == 2)
        #expect(OrderStatistics.mad([7]) == 0)
    }

    @Test func aSlowRunDoesNotMoveTheMedian() {
        #expect(OrderStatistics.median([400, 401, 402, 403, 404]) == 402)
        #expect(OrderStatistics.median([400, 401, 402, 403, 90_000]) == 402)
        #expect(OrderStatistics.mad([400, 401, 402, 403, 90_000]) == 1)
    }

    @Test func percentilesAreWithinTheValuesAndRise() {
        let values = [12.0, 3, 3, 8, 100]
        let shares = stride(from: 0.0, through: 1, by: 0.05).map { min($0, 1) }
        for rule in [OrderStatistics.nearestRank, OrderStatistics.linear] {
            let results = shares.compactMap { rule($0, values) }
            #expect(results.count == 21)
            #expect(results.first == 3 && results.last == 100)
            #expect(zip(results, results.dropFirst()).allSatisfy { $0.0 <= $0.1 })
        }
    }

    @Test func aWholeRankIsNotRoundedUp() {
        let values = (1...100).map { Double($0) }
        // 0.07 × 100 is a little more than 7 in a `Double`.
        #expect(OrderStatistics.nearestRank(0.07, of: values) == 7)
        #expect(OrderStatistics.nearestRank(0.071, of: values) == 8)
    }

    @Test func nothingIsSaidOfNoValues() {
        #expect(OrderStatistics.median([]) == nil)
        #expect(OrderStatistics.mad([]) == nil)
        #expect(OrderStatistics.nearestRank(0.5, of: []) == nil)
        #expect(OrderStatistics.linear(0.5, of: []) == nil)
        #expect(OrderStatistics.medianInterval([]) == nil)
        #expect(OrderStatistics.medianRanks(0) == nil)
        #expect(OrderStatistics.upperRank(of: 0.5, n: 0) == nil)
        #expect(!OrderStatistics.isMaximumBound(of: 0.5, n: 0))
    }

    @Test(arguments: [-0.1, 1.1, Double.nan])
    func whatIsNoShareHasNoPercentile(p: Double) {
        #expect(OrderStatistics.nearestRank(p, of: [1, 2]) == nil)
        #expect(OrderStatistics.linear(p, of: [1, 2]) == nil)
        #expect(OrderStatistics.upperRank(of: p, n: 100) == nil)
    }

    @Test(arguments: [Double.nan, .infinity])
    func valuesThatAreNotFiniteHaveNoOrder(value: Double) {
        let values = [1, 2, 3, 4, 5, 6, value]
        #expect(OrderStatistics.median(values) == nil)
        #expect(OrderStatistics.linear(0.5, of: values) == nil)
        #expect(OrderStatistics.medianInterval(values) == nil)
    }

    @Test func hugeValuesStayFinite() {
        let huge = Double.greatestFiniteMagnitude
        #expect(OrderStatistics.median([huge, huge]) == huge)
        #expect(OrderStatistics.median([-huge, huge]) == 0)
        #expect(OrderStatistics.linear(0.25, of: [-huge, huge])?.isFinite == true)
        #expect(OrderStatistics.linear(0, of: [-huge, huge]) == -huge)
        #expect(OrderStatistics.mad([-huge, huge]) == huge)
    }

    @Test func equalValuesAreCountedTogether() {
        #expect(OrderStatistics.tieSizes([]) == [])
        #expect(OrderStatistics.tieSizes([3]) == [1])
        #expect(OrderStatistics.tieSizes([3, 1, 3, 2, 3, 1]) == [2, 1, 3])
    }
}
