import Testing

@testable import Reporting

struct CUSUMTests {
    @Test func sumsOfAKnownProcessAgreeWithTheVectors() throws {
        let example = try StatisticsVectors.read().cusumExample
        #expect(example.rows.count == 8)
        var sums = CUSUM(k: example.k, h: example.h)
        for (place, row) in example.rows.enumerated() {
            sums.add((row.value - example.mean) / example.sigma, at: place)
            #expect(StatisticsVectors.agree(sums.high, row.high))
            #expect(StatisticsVectors.agree(sums.low, row.low))
            #expect((sums.isHigh || sums.isLow) == row.isSignal)
        }
        #expect(sums.isHigh && !sums.isLow)
        // 415 is the first of the values that the sum was made of.
        #expect(sums.highSince == 3 && sums.lowSince == nil)
    }

    @Test func aSumThatReturnsToNothingBeginsAnew() {
        var sums = CUSUM(k: 0.5, h: 2)
        for (place, score) in [1.0, -3, 0, 2, 2].enumerated() { sums.add(score, at: place) }
        #expect(sums.high == 3 && sums.isHigh)
        #expect(sums.highSince == 3)
        #expect(sums.low == 0 && sums.lowSince == nil)
    }

    @Test func scoresWithinTheAllowanceLeaveNoSum() {
        var sums = CUSUM()
        for place in 0..<1000 { sums.add(place.isMultiple(of: 3) ? 0.5 : -0.5, at: place) }
        #expect(sums.high == 0 && sums.low == 0)
    }

    @Test func aSumAtTheLimitIsNoSignal() {
        var sums = CUSUM(k: 0.5, h: 5)
        sums.add(5.5, at: 0)
        #expect(sums.high == 5 && !sums.isHigh)
        sums.add(0.75, at: 1)
        #expect(sums.isHigh)
    }
}
