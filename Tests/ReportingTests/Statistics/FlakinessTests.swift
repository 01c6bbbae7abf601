import Testing

@testable import Reporting

struct FlakinessTests {
    @Test func aSwitchIsAResultThatDiffersFromTheOneBefore() {
        #expect(Flakiness.switches([]) == 0)
        #expect(Flakiness.switches([true]) == 0)
        #expect(Flakiness.switches([true, true, false, false, true]) == 2)
        #expect(Flakiness.switches([false, true, false, true]) == 3)
    }

    @Test func theShareIsOfAllThatCouldSwitch() {
        #expect(Flakiness.share([]) == nil)
        #expect(Flakiness.share([true]) == nil)
        #expect(Flakiness.share([true, true, false, false, true]) == 0.5)
        #expect(Flakiness.share([false, true, false]) == 1)
    }

    @Test func aFailureAndItsRepairAreTwoSwitches() {
        #expect(!Flakiness.isUnstable([true, true, false, false]))
        #expect(Flakiness.isUnstable([true, true, false, true]))
    }

    @Test func onlyTheLastTenCount() {
        let steady = [Bool](repeating: true, count: 10)
        #expect(!Flakiness.isUnstable([true, false, true, false] + steady))
        #expect(Flakiness.isUnstable([true, false] + steady.dropLast(2) + [false]))
    }
}
