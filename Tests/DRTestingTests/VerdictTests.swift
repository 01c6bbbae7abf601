import DRTesting
import Testing

struct VerdictTests {
    @Test func theWorstIsTheGreatest() {
        #expect(
            [Verdict.passed, .failed, .inconclusive, .none].sorted()
                == [.none, .passed, .inconclusive, .failed])
        #expect([Verdict.passed, .inconclusive].max() == .inconclusive)
        #expect([Verdict.inconclusive, .failed].max() == .failed)
    }

    @Test func neitherObservedNorJudgedIsNotAnAnswer() {
        #expect(Verdict.passed.passed == true)
        #expect(Verdict.failed.passed == false)
        #expect(Verdict.inconclusive.passed == nil)
        #expect(Verdict.none.passed == nil)
    }

    @Test func verdictsAreNamedAsInTheTables() {
        let named = Verdict.allCases.map { "\($0.rawValue) \($0)" }.sorted()
        #expect(named == ["0 none", "1 passed", "2 inconclusive", "3 failed"])
    }

    @Test func statesAreNamedAsInTheTables() {
        let named = (UInt64(0)...10).compactMap { RunStatus(rawValue: $0)?.description }
        #expect(named == ["pending", "running", "completed", "failed", "cancelled"])
    }

    @Test func endingsAreNamedForPeople() {
        let named = (UInt64(0)...10).compactMap { RunEnding(rawValue: $0)?.description }
        #expect(named == ["finished", "cancelled", "timed out", "aborted", "runner lost"])
    }

    @Test func theDefaultsOfTheFormatAreTheFirstCases() {
        #expect(RunFinished().verdict == .none)
        #expect(RunFinished().status == .pending)
        #expect(RunFinished().ending == .finished)
    }
}
