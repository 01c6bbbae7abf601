import DRTesting
import Testing

@testable import Reporting

struct FaultCourseTests {
    private func windows(_ events: [TestEvent]) -> [FaultWindow] {
        var course = FaultCourse()
        for event in events { course.apply(event, start: SampleLog.start) }
        return course.windows
    }

    @Test func aFaultHasTheSharesThatItWasGiven() throws {
        let windows = windows(
            TestEvent.fault("failures", "status", fraction: 0.5, at: 100)
                + [
                    .faultChange("failures", to: 0.25, at: 200),
                    .faultChange("failures", to: 0, at: 300), .faultEnd("failures", at: 400),
                ])
        let window = try #require(windows.first)
        #expect(windows.count == 1)
        #expect(window.shares.map(\.fraction) == [0.5, 0.25, 0])
        #expect(window.shares.map(\.offsetUs) == [100, 200, 300])
        #expect(window.startUs == 100 && window.endUs == 400 && window.endedBy == "lifted")
    }

    @Test func faultsAtOnceAreKeptApart() {
        let windows = windows(
            TestEvent.fault("a", "hang", at: 1) + TestEvent.fault("b", "reset", at: 2)
                + [
                    .faultChange("b", to: 0.1, at: 3), .faultEnd("a", at: 4), .faultEnd("b", at: 5),
                ])
        #expect(windows.map(\.plan.faultID) == ["a", "b"])
        #expect(windows.map(\.endUs) == [4, 5])
        #expect(windows.map(\.shares.count) == [1, 2])
    }

    /// As in episodes, each of which injects its fault anew.
    @Test func aNameThatComesAgainIsAnotherFault() {
        let once = { (start: UInt64) in
            TestEvent.fault("episode", "hang", at: start)
                + [.faultEnd("episode", at: start + 1)]
        }
        let windows = windows(once(10) + once(20))
        #expect(windows.map(\.startUs) == [10, 20])
        #expect(windows.map(\.endUs) == [11, 21])
    }

    @Test func whatWasNeverEffectiveHasNoWindow() {
        let planned = TestEvent.fault("a", "hang", at: 1).prefix(1)
        let windows = windows(
            planned + [.faultChange("a", to: 0.5, at: 2), .faultEnd("a", at: 3)])
        #expect(windows.map(\.startUs) == [nil])
        #expect(windows.map(\.endUs) == [nil])
    }

    @Test(arguments: ["", "half", "nan", "-0.1", "1.5", "inf"])
    func aShareThatIsNoneIsPassedOver(fraction: String) {
        var entry = LogRecorded()
        entry.time = SampleLog.start + 2
        entry.metadata = [NamedValue("fault", "a"), NamedValue("fraction", fraction)]
        let windows = windows(TestEvent.fault("a", "hang", at: 1) + [.logRecorded(entry)])
        #expect(windows.map(\.shares.count) == [1])
    }
}
