import Testing

@testable import Reporting

struct MonotoneTrendTests {
    private func weekly(_ values: [Double]) -> [MonotoneTrend.Point] {
        values.enumerated().map { (x: Double($0.offset), y: $0.element) }
    }

    @Test func theExampleAgreesWithTheVectors() throws {
        let example = try StatisticsVectors.read().trendExample
        let points = zip(example.weeks, example.medianRecoverySeconds).map { (x: $0.0, y: $0.1) }
        let slope = MonotoneTrend.theilSen(points)
        #expect(StatisticsVectors.agree(slope, example.theilSenSlope))
        let interval = MonotoneTrend.slopeInterval(points)
        #expect(StatisticsVectors.agree(interval, example.slopeCI95))
        #expect(MonotoneTrend.kendallS(points) == example.mannKendallS)
        #expect(StatisticsVectors.agree(MonotoneTrend.kendallTau(points), example.kendallTau))
        #expect(StatisticsVectors.agree(MonotoneTrend.kendallP(points), example.pExact))
    }

    /// The chance, by trying every order of the values.
    private func tried(_ values: [Double]) -> Double {
        func s(_ values: [Double]) -> Int {
            var sum = 0
            for first in values.indices {
                for second in values.indices where second > first {
                    if values[second] > values[first] { sum += 1 }
                    if values[second] < values[first] { sum -= 1 }
                }
            }
            return sum
        }
        let observed = abs(s(values))
        var (all, asFar) = (0, 0)
        func permute(_ values: inout [Double], from start: Int) {
            if start == values.count {
                all += 1
                if abs(s(values)) >= observed { asFar += 1 }
            }
            for index in start..<values.count {
                values.swapAt(start, index)
                permute(&values, from: start + 1)
                values.swapAt(start, index)
            }
        }
        var copy = values
        permute(&copy, from: 0)
        return Double(asFar) / Double(all)
    }

    @Test func equalValuesAreCountedHonestly() {
        for values in [[1.0, 1, 2, 3, 3, 3, 4, 2], [5, 3, 5, 1, 2, 1, 0, 5]] {
            let p = MonotoneTrend.kendallP(weekly(values))
            #expect(StatisticsVectors.agree(p, tried(values)))
        }
    }

    @Test func aLineHasItsSlope() {
        let points = (0..<12).map { (x: Double($0 * 3), y: 400 - Double($0)) }
        #expect(StatisticsVectors.agree(MonotoneTrend.theilSen(points), -1 / 3.0))
        #expect(MonotoneTrend.kendallS(points) == -66)
        #expect(MonotoneTrend.kendallTau(points) == -1)
        let interval = MonotoneTrend.slopeInterval(points)
        #expect(StatisticsVectors.agree(interval, [-1 / 3.0, -1 / 3.0]))
    }

    @Test func theOrderOfThePointsDoesNotMatter() {
        let points = weekly([398, 402, 399, 410, 415, 412, 421, 430])
        let mixed = [3, 0, 7, 1, 6, 2, 5, 4].map { points[$0] }
        #expect(MonotoneTrend.theilSen(mixed) == MonotoneTrend.theilSen(points))
        #expect(MonotoneTrend.kendallS(mixed) == 24)
        #expect(MonotoneTrend.kendallP(mixed) == MonotoneTrend.kendallP(points))
    }

    @Test func fallingMirrorsRising() throws {
        let points = weekly([398, 402, 399, 410, 415, 412, 421, 430])
        let mirrored = points.map { (x: $0.x, y: -$0.y) }
        let slope = try #require(MonotoneTrend.theilSen(points))
        #expect(StatisticsVectors.agree(MonotoneTrend.theilSen(mirrored), -slope))
        let interval = try #require(MonotoneTrend.slopeInterval(points))
        let ends = [-interval.upperBound, -interval.lowerBound]
        #expect(StatisticsVectors.agree(MonotoneTrend.slopeInterval(mirrored), ends))
        #expect(MonotoneTrend.kendallS(mirrored) == -24)
        #expect(MonotoneTrend.kendallP(mirrored) == MonotoneTrend.kendallP(points))
    }

    @Test func oneSlowWeekDoesNotMakeATrend() throws {
        let points = weekly([400, 401, 400.5, 400.2, 400.8, 400.3, 400.7, 9000])
        let slope = try #require(MonotoneTrend.theilSen(points))
        #expect(abs(slope) < 0.2)
        let p = try #require(MonotoneTrend.kendallP(points))
        #expect(p > 0.05)
    }

    @Test func theIntervalHoldsTheSlope() throws {
        for count in [8, 9, 15, 40, 41, 60] {
            let points = weekly((0..<count).map { Double($0 * 7919 % 101) })
            let slope = try #require(MonotoneTrend.theilSen(points))
            let interval = try #require(MonotoneTrend.slopeInterval(points))
            #expect(interval.contains(slope))
        }
    }

    @Test func nothingIsSaidBelowEightPoints() {
        let points = weekly([1, 2, 3, 4, 5, 6, 7])
        for points in [points, [], Array(points.prefix(1))] {
            #expect(MonotoneTrend.theilSen(points) == nil)
            #expect(MonotoneTrend.slopeInterval(points) == nil)
            #expect(MonotoneTrend.kendallS(points) == nil)
            #expect(MonotoneTrend.kendallTau(points) == nil)
            #expect(MonotoneTrend.kendallP(points) == nil)
        }
    }

    @Test func pointsWithoutAnOrderHaveNoTrend() {
        var points = weekly([1, 2, 3, 4, 5, 6, 7, 8])
        points[3].x = 0
        #expect(MonotoneTrend.theilSen(points) == nil)
        #expect(MonotoneTrend.kendallP(points) == nil)
        for value in [Double.nan, .infinity] {
            let points = weekly([1, 2, 3, 4, 5, 6, 7, value])
            #expect(MonotoneTrend.theilSen(points) == nil)
            #expect(MonotoneTrend.slopeInterval(points) == nil)
            #expect(MonotoneTrend.kendallP(points) == nil)
        }
    }

    @Test func equalValuesHaveNoTrend() {
        for count in [8, 50] {
            let points = weekly([Double](repeating: 7, count: count))
            #expect(MonotoneTrend.theilSen(points) == 0)
            #expect(MonotoneTrend.slopeInterval(points) == 0...0)
            #expect(MonotoneTrend.kendallS(points) == 0)
            #expect(MonotoneTrend.kendallTau(points) == nil)
            #expect(MonotoneTrend.kendallP(points) == 1)
        }
    }

    @Test func hugeValuesGiveNoWrongNumber() {
        let huge = Double.greatestFiniteMagnitude
        let points = weekly([-huge, huge, -huge, huge, -huge, huge, -huge, huge])
        #expect(MonotoneTrend.theilSen(points).map { $0.isFinite } ?? true)
        #expect(MonotoneTrend.slopeInterval(points) == nil)
        #expect(MonotoneTrend.kendallP(points).map { $0 > 0 && $0 <= 1 } == true)
    }

    @Test func countingAndTheNormalDistributionAgreeOnManyPoints() {
        let different = Array(repeating: 1, count: 40)
        let tied = Array(repeating: 4, count: 10)
        for s in [0, 60, 120, 200, 260] {
            for sizes in [different, tied] {
                let counted = MonotoneTrend.countedP(s, tieSizes: sizes)
                let normal = MonotoneTrend.normalP(s, tieSizes: sizes)
                #expect(abs(counted - normal) < 0.01)
            }
        }
    }
}
