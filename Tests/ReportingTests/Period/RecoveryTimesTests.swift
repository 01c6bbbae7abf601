import DRTesting
import Testing

@testable import Reporting

/// How long recovery took, in what parts, and whether that changed.
struct RecoveryTimesTests {
    private typealias Fixture = HistoryFixture

    private func drills(_ times: [UInt64?], from days: Double, id: UInt64) -> [DrillSummary] {
        times.enumerated().map { index, milliseconds in
            Fixture.drill(
                id + UInt64(index) * 10, at: days + Double(index) / 10, rtoMs: milliseconds)
        }
    }

    private func strip(
        _ now: [UInt64?], prior: [UInt64?]
    ) throws -> PeriodReport.RecoveryStrip {
        let history = Fixture.history(
            runs: drills(now, from: 1, id: 1000).map { Fixture.run($0) },
            earlier: drills(prior, from: -10, id: 10))
        return try #require(PeriodReport(history).recoveryTimes.first)
    }

    @Test func aStripHasTheMedianAndTheMaximumOfThePeriod() throws {
        let strip = try strip([70_000, nil, 50_000, 90_000], prior: [])
        #expect(strip.medianMs == 70_000 && strip.maximumMs == 90_000)
        #expect(strip.count == 3 && strip.unknown == 1)
        #expect(strip.limitMs == 120_000 && strip.priorMedianMs == nil)
        #expect(strip.points.map(\.test) == [1000, 1020, 1030])
        #expect(!strip.points.contains { !$0.isInPeriod })
    }

    @Test func theMedianOfTheWeeksBeforeNeedsFiveDrills() throws {
        #expect(try strip([60_000], prior: [1, 2, 3, 4]).priorMedianMs == nil)
        #expect(try strip([60_000], prior: [1, 2, 3, 4, 9]).priorMedianMs == 3)
    }

    @Test func anIntervalOfTheMedianNeedsSixDrills() throws {
        #expect(try strip([60_000], prior: [1, 2, 3, 4]).medianInterval == nil)
        let all: ClosedRange<Double> = 1...60_000
        #expect(try strip([60_000], prior: [1, 2, 3, 4, 5]).medianInterval == all)
    }

    @Test func aDifferenceIsToldOnlyWhereItCouldBeSignificant() throws {
        let prior: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8]
        #expect(try strip([100], prior: prior).difference == nil)
        // All three are greater than all eight: 2 of C(11, 3) = 165 ways.
        let difference = try #require(try strip([100, 200, 300], prior: prior).difference)
        #expect(abs(difference - 2.0 / 165) < 1e-9)
    }

    @Test func drillsFromBeforeTheEightWeeksAreLeftOut() throws {
        let earlier = [Fixture.drill(10, at: -57), Fixture.drill(20, at: -55)]
        let history = Fixture.history(
            runs: [Fixture.run(Fixture.drill(100, at: 1))], earlier: earlier)
        let strip = try #require(PeriodReport(history).recoveryTimes.first)
        #expect(strip.points.map(\.test) == [20, 100])
        #expect(strip.points.map(\.isInPeriod) == [false, true])
    }

    @Test func aScenarioWithoutRecoveryHasNoStrip() {
        let drill = Fixture.drill(
            100, at: 1, testType: "performance_benchmark", rtoMs: nil, rtoTargetMs: nil)
        #expect(PeriodReport(Fixture.history(runs: [Fixture.run(drill)])).recoveryTimes.isEmpty)
        let unmeasured = Fixture.drill(100, .failed, at: 1, rtoMs: nil)
        let strips = PeriodReport(Fixture.history(runs: [Fixture.run(unmeasured)])).recoveryTimes
        #expect(strips.map(\.unknown) == [1] && strips.first?.medianMs == nil)
    }

    @Test func aBreakdownHasTheMedianOfEachPartAndNamesTheLongest() throws {
        let lengths: [[UInt64]] = [[1000, 8000], [3000, 4000], [2000, 6000]]
        let runs = lengths.enumerated().map { index, parts in
            Fixture.run(Fixture.drill(UInt64(index + 1) * 10, at: 1)) { measures in
                measures.recoveryParts = zip(["until detected", "detected until restored"], parts)
                    .map { label, length in
                        DrillMeasures.RecoveryPart(
                            label: label, end: "", lengthUs: length * 1000)
                    }
            }
        }
        let undivided = Fixture.run(Fixture.drill(100, at: 2))
        let breakdown = try #require(
            PeriodReport(Fixture.history(runs: runs + [undivided])).breakdowns.first)
        #expect(breakdown.count == 3)
        #expect(breakdown.parts.map(\.label) == ["until detected", "detected until restored"])
        #expect(breakdown.parts.map(\.milliseconds) == [2000, 6000])
        #expect(breakdown.longest == "detected until restored")
        #expect(PeriodReport(Fixture.history(runs: [undivided])).breakdowns.isEmpty)
    }

    // MARK: Trends

    private func trend(_ weekly: [UInt64]) throws -> PeriodReport.Trend {
        let first = -7 * Double(weekly.count - 1) + 1
        let drills = weekly.enumerated().map { index, milliseconds in
            Fixture.drill(
                UInt64(index + 1) * 10, at: first + 7 * Double(index), rtoMs: milliseconds)
        }
        let history = Fixture.history(
            runs: drills.suffix(1).map { Fixture.run($0) }, earlier: Array(drills.dropLast()))
        return try #require(PeriodReport(history).trends.first)
    }

    private let steady: [UInt64] = [
        60_000, 61_000, 60_000, 61_000, 60_000, 61_000, 60_000, 61_000, 60_000, 61_000,
    ]

    @Test func aStepIsASignalSinceTheWeekThatItBeganIn() throws {
        let slower = try trend(steady.dropLast() + [120_000])
        #expect(slower.signal == .slower && slower.since == "2026-W48")
        #expect(slower.points.count == 10 && slower.points.last?.medianMs == 120_000)
        #expect(slower.points.prefix(3).allSatisfy { $0.high == nil })
        #expect(slower.points[3].high != nil)
        let faster = try trend(steady + [30_000])
        #expect(faster.signal == .faster && faster.since == "2026-W48")
    }

    @Test func whatDoesNotChangeIsNoSignal() throws {
        let trend = try trend(steady)
        #expect(trend.signal == .none && trend.since == nil)
        #expect(trend.slopeMs != nil && trend.slopeP != nil)
    }

    @Test func nothingIsSaidBelowEightWeeks() throws {
        let trend = try trend(Array(steady.prefix(6)) + [600_000])
        #expect(trend.signal == .tooFew && trend.since == nil)
        #expect(trend.slopeMs == nil && trend.slopeP == nil)
    }

    @Test func aSlopeIsInMillisecondsAWeekAlsoWhereWeeksAreMissing() throws {
        let weeks = [0, 1, 2, 3, 5, 6, 8, 9]
        let drills = weeks.map { week in
            Fixture.drill(
                UInt64(week + 1) * 10, at: 7 * Double(week - 9) + 1,
                rtoMs: 50_000 + UInt64(week) * 500)
        }
        let history = Fixture.history(
            runs: drills.suffix(1).map { Fixture.run($0) }, earlier: Array(drills.dropLast()))
        let trend = try #require(PeriodReport(history).trends.first)
        #expect(trend.slopeMs.map { abs($0 - 500) < 1e-9 } == true)
        #expect(trend.points.map(\.count) == Array(repeating: 1, count: 8))
    }
}
