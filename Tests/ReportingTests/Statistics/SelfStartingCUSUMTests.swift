import Foundation
import Testing

@testable import Reporting

struct SelfStartingCUSUMTests {
    private func steps(_ values: [Double]) -> [SelfStartingCUSUM.Step?] {
        var chart = SelfStartingCUSUM()
        return values.map { chart.add($0) }
    }

    @Test func stepsAgreeWithTheVectors() throws {
        let example = try StatisticsVectors.read().selfStartingCusum
        var chart = SelfStartingCUSUM(k: example.k, h: example.h)
        let steps = example.samples.map { chart.add(timeMs: $0) }
        #expect(steps.prefix(example.firstScored).allSatisfy { $0 == nil })
        #expect(example.rows.count == steps.count - example.firstScored)
        for row in example.rows {
            let step = try #require(steps[row.index])
            #expect(row.value == example.samples[row.index] && row.df == row.index - 1)
            #expect(StatisticsVectors.agree(step.t, row.t))
            #expect(StatisticsVectors.agree(step.u, row.u))
            #expect(StatisticsVectors.agree(step.high, row.upper))
            #expect(StatisticsVectors.agree(step.low, row.lower))
            #expect(step.isSignal == row.signal)
            #expect(step.isHigh == row.signal && !step.isLow)
        }
    }

    @Test func timesAreScoredByTheirLogarithms() {
        let times: [Double] = [398, 402, 399, 410, 405, 412]
        var chart = SelfStartingCUSUM()
        #expect(times.map { chart.add(timeMs: $0) } == steps(times.map { log($0) }))
    }

    @Test func scoresDoNotDependOnTheUnit() throws {
        let values: [Double] = [398, 402, 399, 410, 405, 412, 401, 407, 431]
        let scaled = steps(values.map { $0 * 1000 - 7 })
        for (first, second) in zip(steps(values), scaled).dropFirst(3) {
            let step = try #require(first)
            #expect(StatisticsVectors.agree(second?.u, step.u))
        }
    }

    @Test func fallingMirrorsRising() throws {
        let values: [Double] = [398, 402, 399, 410, 405, 412, 401, 407, 431, 440]
        let mirrored = steps(values.map { -$0 })
        for (first, second) in zip(steps(values), mirrored).dropFirst(3) {
            let step = try #require(first)
            let other = try #require(second)
            #expect(StatisticsVectors.agree(other.high, step.low))
            #expect(StatisticsVectors.agree(other.low, step.high))
            #expect(step.isHigh == other.isLow)
        }
    }

    @Test func theSignalSaysWhereItBegan() throws {
        var values = (0..<20).map { 400 + Double($0 * 7 % 5) }
        values += [420, 421, 422]
        let all = steps(values)
        let last = try #require(all[22])
        #expect(last.isHigh && !last.isLow)
        // The value before the step was above the mean too.
        #expect(last.highSince == 19)
    }

    @Test func aSteadyProcessGivesNoSignal() {
        let values = (0..<200).map { 400 + Double($0 * 7 % 5) }
        #expect(steps(values).allSatisfy { $0?.isSignal != true })
    }

    @Test func withoutADeviationNothingIsScored() throws {
        let steps = steps([5, 5, 5, 5, 5, 5, 6, 5])
        #expect(steps.prefix(7).allSatisfy { $0 == nil })
        let last = try #require(steps[7])
        #expect(last.t.isFinite && last.u.isFinite && !last.isSignal)
    }

    @Test func theFirstThreeAreNotScored() {
        #expect(steps([1, 2, 3]).allSatisfy { $0 == nil })
        #expect(steps([1, 2, 3, 4])[3] != nil)
    }

    @Test func valuesThatAreNotFiniteAreLeftOut() throws {
        let plain = try #require(steps([1, 2, 3, 4])[3])
        for value in [Double.nan, .infinity, -.infinity, 1e200] {
            let all = steps([1, value, 2, 3, value, 4])
            #expect(all.dropLast().allSatisfy { $0 == nil })
            let last = try #require(all[5])
            #expect(last.t == plain.t && last.u == plain.u && last.high == plain.high)
            #expect(last.highSince == 5)
        }
    }

    @Test func extremeValuesHaveFiniteScores() throws {
        let far = steps([1, 2, 3, 1e150, -1e150, 1e150]).dropFirst(3)
        let close = steps([1, 1, 1 + 1e-15, 1e9, 1e-300]).dropFirst(3)
        for scored in Array(far) + Array(close) {
            let step = try #require(scored)
            #expect(step.u.isFinite && step.high.isFinite && step.low.isFinite)
        }
    }

    @Test func noTimeAtAllCountsAsAMillisecond() {
        var (none, one) = (SelfStartingCUSUM(), SelfStartingCUSUM())
        for time in [0.0, 5, 0, 7] { _ = none.add(timeMs: time) }
        for time in [1.0, 5, 1, 7] { _ = one.add(timeMs: time) }
        #expect(none == one)
        let unknown = none.add(timeMs: .nan)
        #expect(unknown == nil)
    }
}
