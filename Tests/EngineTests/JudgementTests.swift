import DRTesting
import Foundation
import Testing

@testable import Engine

struct JudgementTests {
    /// What was recorded of a run before it was judged.
    struct Recorded: Sendable {
        var prerequisites: [Verdict] = [.passed, .passed]
        var results: [Verdict] = [.passed, .passed]
        /// Steps planned; one begins for each result.
        var planned = 2
        var recovery: Verdict? = .passed

        var run: TestRun {
            var run = TestRun()
            var request = RunRequested()
            request.steps = (0..<planned).map { PlannedStep(name: "step \($0)", component: "a") }
            run.apply(.runRequested(request))
            run.apply(.runStarted(.init()))
            for verdict in prerequisites {
                var checked = PrerequisiteChecked()
                (checked.name, checked.observed) = ("backup available", "403 AccessDenied")
                checked.verdict = verdict
                run.apply(.prerequisiteChecked(checked))
            }
            for (index, verdict) in results.enumerated() {
                var step = StepStarted()
                step.index = UInt64(index)
                run.apply(.stepStarted(step))
                run.apply(.resultRecorded(Self.result("step \(index)", verdict)))
            }
            if let recovery {
                run.apply(.resultRecorded(Self.result("Recovery time objective (RTO)", recovery)))
            }
            return run
        }

        private static func result(_ name: String, _ verdict: Verdict) -> ResultRecorded {
            var result = ResultRecorded()
            (result.testName, result.verdict) = (name, verdict)
            if verdict != .passed { result.errorMessage = "it was \(verdict)" }
            return result
        }
    }

    enum Cleanup: CaseIterable, Sendable {
        case complete, objectsLeft, faultLeft

        var finished: CleanupFinished {
            var cleanup = CleanupFinished()
            cleanup.actions = [
                CleanupAction(name: "lift faults", isDone: self != .faultLeft, detail: "a detail"),
                CleanupAction(
                    name: "remove the drill's objects", isDone: self != .objectsLeft,
                    detail: "timed out"),
            ]
            cleanup.isComplete = self == .complete
            return cleanup
        }
    }

    private func judge(
        _ recorded: Recorded, stop: StopReason? = nil, cleanup: Cleanup = .complete,
        problem: (any Error)? = nil, isUnrecovered: Bool = true
    ) -> Judgement {
        Judgement(
            run: recorded.run, stop: stop, cleanup: cleanup.finished, problem: problem,
            isUnrecovered: isUnrecovered)
    }

    // MARK: Runs that came to their end

    @Test func aRunOfWhichEverythingPassedIsCompleted() {
        let judgement = judge(Recorded())
        #expect(judgement.verdict == .passed)
        #expect(judgement.status == .completed)
        #expect(judgement.message == "")
    }

    @Test(arguments: [Verdict.inconclusive, .failed])
    func theWorstCheckDecides(_ verdict: Verdict) {
        let judgement = judge(Recorded(results: [.passed, verdict]))
        #expect(judgement.verdict == verdict)
        #expect(judgement.status == .failed)
        #expect(judgement.message == "step 1: it was \(verdict)")
    }

    @Test func anObjectiveThatIsMissedFailsTheRun() {
        let judgement = judge(Recorded(recovery: .failed))
        #expect(judgement.verdict == .failed)
        #expect(judgement.message == "Recovery time objective (RTO): it was failed")
    }

    @Test func aPrerequisiteThatIsNotMetIsInconclusive() {
        let judgement = judge(
            Recorded(prerequisites: [.passed, .inconclusive], results: [], recovery: nil),
            isUnrecovered: false)
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.status == .failed)
        #expect(
            judgement.message == "prerequisite 'backup available' is not met: 403 AccessDenied")
    }

    @Test func stepsThatWereNotTakenProveNothing() {
        let judgement = judge(Recorded(planned: 3))
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.status == .failed)
    }

    @Test func aRunWithoutAnyCheckProvesNothing() {
        let nothing = Recorded(prerequisites: [], results: [], planned: 0, recovery: nil)
        #expect(judge(nothing).verdict == .inconclusive)
    }

    @Test func anErrorOfTheRunnerIsInconclusiveAtBest() {
        let problem = RunnerError(.notRecorded, "the log is full")
        let passed = judge(Recorded(), problem: problem)
        #expect(passed.verdict == .inconclusive)
        #expect(passed.status == .failed)
        #expect(passed.message == "the log is full")
        #expect(judge(Recorded(results: [.failed]), problem: problem).verdict == .failed)
    }

    // MARK: Runs that were stopped

    @Test func aTimeOutFailsIfServiceWasLostAndNotRecovered() {
        let begun = Recorded(results: [.passed], recovery: nil)
        #expect(judge(begun, stop: .timedOut, isUnrecovered: true).verdict == .failed)
        #expect(judge(begun, stop: .timedOut, isUnrecovered: false).verdict == .inconclusive)
        #expect(judge(begun, stop: .timedOut).message == "timed out")
        #expect(judge(begun, stop: .timedOut).status == .failed)
    }

    @Test func anAbortedRunIsInconclusiveAtBest() {
        let aborted = judge(Recorded(results: [.passed]), stop: .aborted("queue.depth more than 9"))
        #expect(aborted.verdict == .inconclusive)
        #expect(aborted.status == .failed)
        #expect(aborted.message == "aborted: queue.depth more than 9")
        let failed = judge(Recorded(results: [.failed]), stop: .aborted("a"))
        #expect(failed.verdict == .failed)
    }

    @Test(arguments: [StopReason.cancelled(by: "sre"), .signal(15)])
    func aRunThatWasCalledOffIsNotJudged(_ stop: StopReason) {
        let verdicts: [[Verdict]] = [[.passed, .passed], [.failed], [.inconclusive], []]
        for results in verdicts {
            let judgement = judge(Recorded(results: results, recovery: nil), stop: stop)
            #expect(judgement.verdict == .none)
            #expect(judgement.status == .cancelled)
        }
        let judgement = judge(Recorded(recovery: nil), stop: stop)
        let expected = stop == .signal(15) ? "stopped by signal 15" : "cancelled by sre"
        #expect(judgement.message == expected)
    }

    @Test func everyReasonToStopIsAnEnding() {
        #expect(StopReason.cancelled(by: "sre").ending == .cancelled)
        #expect(StopReason.signal(2).ending == .cancelled)
        #expect(StopReason.timedOut.ending == .timedOut)
        #expect(StopReason.aborted("a").ending == .aborted)
    }

    // MARK: Cleanup

    @Test func whatWasNotPutBackIsNamed() {
        let judgement = judge(Recorded(), cleanup: .objectsLeft)
        #expect(judgement.verdict == .inconclusive)
        #expect(judgement.message == "cleanup: remove the drill's objects: timed out")
        let faulty = judge(Recorded(), cleanup: .faultLeft)
        #expect(faulty.verdict == .failed)
        #expect(faulty.message == "cleanup: lift faults: a detail")
    }

    @Test func whatBrokeTheRunAndItsCleanupIsToldOnce() {
        let reason = "no connection: 127.0.0.1:9: Connection refused"
        var run = TestRun()
        var checked = PrerequisiteChecked()
        (checked.name, checked.verdict) = ("primary available", .inconclusive)
        checked.observed = "http://127.0.0.1:9, bucket drills: \(reason)"
        run.apply(.prerequisiteChecked(checked))
        var cleanup = CleanupFinished()
        cleanup.actions = [
            CleanupAction(name: "remove the drill's objects", isDone: false, detail: reason),
            CleanupAction(name: "clear queue", isDone: false, detail: "no space"),
        ]
        let judgement = Judgement(
            run: run, stop: nil, cleanup: cleanup, problem: nil, isUnrecovered: false)
        #expect(judgement.message.components(separatedBy: reason).count == 2)
        let ending =
            "; cleanup: remove the drill's objects: for the same reason"
            + "; cleanup: clear queue: no space"
        #expect(judgement.message.hasSuffix(ending), "\(judgement.message)")
    }

    /// Every stop reason, cleanup and worst result together.
    @Test(arguments: Cleanup.allCases, [Verdict.passed, .inconclusive, .failed])
    func noCombinationPassesUnlessAllIsWell(cleanup: Cleanup, worst: Verdict) {
        let stops: [StopReason?] = [
            nil, .timedOut, .aborted("a"), .signal(2), .cancelled(by: "b"),
        ]
        for stop in stops {
            for isUnrecovered in [true, false] {
                let judgement = judge(
                    Recorded(results: [.passed, worst]), stop: stop, cleanup: cleanup,
                    isUnrecovered: isUnrecovered)
                let isWell = stop == nil && cleanup == .complete && worst == .passed
                #expect((judgement.verdict == .passed) == isWell)
                #expect((judgement.status == .completed) == isWell)
                #expect((judgement.status == .cancelled) == (judgement.verdict == .none))
                #expect(judgement.message.isEmpty == isWell)
                if cleanup == .faultLeft { #expect(judgement.verdict == .failed) }
            }
        }
    }
}
