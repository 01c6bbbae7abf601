import DRTesting
import Testing

/// What a run is, after what was recorded of it.
struct TestRunStateTests {
    private func run(_ events: TestEvent...) -> TestRun {
        var run = TestRun()
        for event in events { run.apply(event) }
        return run
    }

    private func result(_ verdict: Verdict) -> TestEvent {
        var result = ResultRecorded()
        result.verdict = verdict
        return .resultRecorded(result)
    }

    private func prerequisite(_ verdict: Verdict) -> TestEvent {
        var checked = PrerequisiteChecked()
        checked.verdict = verdict
        return .prerequisiteChecked(checked)
    }

    private func finished(_ status: RunStatus) -> TestEvent {
        var finish = RunFinished()
        finish.status = status
        return .runFinished(finish)
    }

    @Test func theStatusFollowsTheEvents() {
        let (asked, begun) = (TestEvent.runRequested(.full), TestEvent.runStarted(.full))
        #expect(TestRun().status == .pending)
        #expect(run(asked).status == .pending)
        #expect(run(asked, begun).status == .running)
        for status in [RunStatus.completed, .failed, .cancelled] {
            #expect(run(asked, begun, finished(status)).status == status)
        }
    }

    @Test func theWorstVerdictWins() {
        #expect(run(result(.passed)).verdict == .passed)
        #expect(run(result(.passed), result(.inconclusive)).verdict == .inconclusive)
        #expect(run(result(.inconclusive), result(.passed)).verdict == .inconclusive)
        #expect(
            run(result(.failed), result(.inconclusive), result(.passed)).verdict == .failed)
        #expect(run(prerequisite(.inconclusive), result(.passed)).verdict == .inconclusive)
        #expect(run(prerequisite(.passed), result(.failed)).verdict == .failed)
    }

    @Test func noDataIsNotAPass() {
        #expect(TestRun().verdict == .inconclusive)
        #expect(run(.runRequested(.full), .runStarted(.full)).verdict == .inconclusive)
    }

    @Test func stepsNotBegunAreThoseAfterTheLast() {
        var request = RunRequested()
        request.steps = ["a", "b", "c"].map { PlannedStep(name: $0, component: "") }
        var run = run(.runRequested(request))
        for expected in [["a", "b", "c"], ["b", "c"], ["c"], []] {
            #expect(run.stepsNotBegun == expected)
            run.apply(.stepStarted(StepStarted()))
        }
        #expect(TestRun().stepsNotBegun == [])
    }

    @Test func onlyTheFirstOfItsKindCounts() {
        var second = RunRequested()
        second.scenarioName = "another"
        let run = run(
            .runRequested(.full), .runRequested(second), .runStarted(.full),
            .runStarted(.init()), .cancelRequested(.full), .cancelRequested(.init()),
            .runFinished(.full), .runFinished(.init()))
        #expect(run.requested == .full)
        #expect(run.started == .full)
        #expect(run.cancellation == .full)
        #expect(run.finished == .full)
    }

    @Test(arguments: EventSample.full)
    func eventsThatSayNothingAboutTheRunChangeNothing(_ event: TestEvent) {
        let telling: Set<String> = [
            "run_requested", "run_started", "prerequisite_checked", "step_started",
            "result_recorded", "cancel_requested", "cleanup_finished", "run_finished",
            "external_change_planned",
        ]
        #expect((run(event) == TestRun()) == !telling.contains(event.name))
    }
}
