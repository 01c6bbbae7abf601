import DRTesting
import Testing

@testable import Engine

/// Whether stalls of the runner spoil what was measured. Times in milliseconds.
struct LoadJudgementTests {
    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    /// A load of ten seconds of which one operation was late.
    private static func pace(due: Int, late: Int) -> Pace.Record {
        let pace = Pace()
        for time in stride(from: 0, to: 10_000, by: 25) {
            pace.sent(intended: at(time), at: at(time == due ? time + late : time))
        }
        return pace.record
    }

    /// Lost at 1000, back at 5000, with everything well at 6000.
    private static func recovery(resolution: Int = 30) -> Recovery {
        var recovery = Recovery()
        (recovery.impact, recovery.restored) = (at(1000), at(5000))
        recovery.verified = at(6000)
        recovery.resolution = .milliseconds(resolution)
        return recovery
    }

    private static func judge(_ pace: Pace.Record, _ recovery: Recovery?) -> ResultRecorded? {
        LoadJudgement(pace, for: recovery, until: at(10_000)).result
    }

    @Test(arguments: [750, 1000, 3000, 5000, 6000])
    func aStallWhileRecoveryIsTimedIsInconclusive(due: Int) {
        let result = Self.judge(Self.pace(due: due, late: 1001), Self.recovery())
        #expect(result?.verdict == .inconclusive)
        #expect(result?.errorMessage.hasPrefix("the runner stalled") == true)
        #expect(Self.judge(Self.pace(due: due, late: 1000), Self.recovery()) == nil)
    }

    @Test(arguments: [6025, 9000])
    func aStallAtAnotherTimeSpoilsNothing(due: Int) {
        #expect(Self.judge(Self.pace(due: due, late: 1200), Self.recovery()) == nil)
    }

    @Test(arguments: [(3000, 700, 700), (3000, 20, 30), (6025, 700, 30), (0, 700, 30)])
    func aRecoveryIsKnownNoBetterThanTheRunnerWasAwake(due: Int, late: Int, resolution: Int) {
        var recovery = Self.recovery()
        recovery.coarsen(by: Self.pace(due: due, late: late), until: Self.at(10_000))
        #expect(recovery.resolution == .milliseconds(resolution))
    }

    @Test func whatIsNotKnownIsNotMadeKnownByAStall() {
        var recovery = Self.recovery()
        recovery.resolution = nil
        recovery.coarsen(by: Self.pace(due: 3000, late: 700), until: Self.at(10_000))
        #expect(recovery.resolution == nil)
    }

    @Test func whatNeverCameBackIsTimedToTheEnd() {
        var recovery = Self.recovery()
        (recovery.restored, recovery.verified, recovery.resolution) = (nil, nil, nil)
        #expect(Self.judge(Self.pace(due: 9000, late: 1300), recovery) != nil)
    }

    @Test func withoutALossNothingIsTimed() {
        #expect(Self.judge(Self.pace(due: 3000, late: 900), nil) == nil)
        #expect(Self.judge(Self.pace(due: 3000, late: 900), Recovery()) == nil)
    }

    @Test func aRateThatWasNotHeldIsInconclusiveAlways() {
        let pace = Pace()
        for number in 0..<99 { pace.sent(intended: Self.at(number), at: Self.at(number)) }
        pace.withheld()
        #expect(Self.judge(pace.record, nil) == nil)
        pace.withheld()
        let result = Self.judge(pace.record, nil)
        #expect(result?.verdict == .inconclusive)
        #expect(result?.errorMessage.hasPrefix("the rate was not held") == true)
    }
}
