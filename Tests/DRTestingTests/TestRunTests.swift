import DRTesting
import Testing

/// What may be recorded of a run, and in which order.
struct TestRunTests {
    private static let request = requested(["Block", "Wait", "Restore"])

    private static func requested(_ steps: [String]) -> RunRequested {
        var request = RunRequested()
        request.runKey = "a"
        request.steps = steps.map { PlannedStep(name: $0, component: "storage") }
        return request
    }

    private static func step(_ index: UInt64) -> StepStarted {
        var step = StepStarted()
        (step.index, step.name) = (index, "step \(index)")
        return step
    }

    private static func result(_ name: String, _ verdict: Verdict) -> ResultRecorded {
        var result = ResultRecorded()
        (result.testName, result.verdict) = (name, verdict)
        return result
    }

    private static func cancellation(by name: String) -> CancelRequested {
        var request = CancelRequested()
        request.by = name
        return request
    }

    private static func finish(_ status: RunStatus) -> RunFinished {
        var finish = RunFinished()
        finish.status = status
        return finish
    }

    /// Decides and applies one command after another; all must be accepted.
    private func run(after commands: [TestRun.Command]) throws -> TestRun {
        var run = TestRun()
        for command in commands {
            for event in try TestRun.decide(command, in: run) { run.apply(event) }
        }
        return run
    }

    private func refusal(_ command: TestRun.Command, in run: TestRun) -> TestRun.Refusal? {
        do {
            _ = try TestRun.decide(command, in: run)
            return nil
        } catch {
            return error
        }
    }

    // MARK: The same again

    @Test func theSameCommandAgainAddsNothing() throws {
        let commands: [TestRun.Command] = [
            .request(Self.request), .start(RunStarted.full), .beginStep(Self.step(0)),
            .recordResult(Self.result("Block", .passed)), .beginStep(Self.step(1)),
            .recordResult(Self.result("Wait", .failed)), .cancel(Self.cancellation(by: "sre")),
            .finish(Self.finish(.cancelled)),
        ]
        var run = TestRun()
        for command in commands {
            let first = try TestRun.decide(command, in: run)
            #expect(first.count == 1, "\(command)")
            for event in first { run.apply(event) }
            let before = run
            #expect(try TestRun.decide(command, in: run) == [], "\(command)")
            #expect(run == before)
        }
    }

    @Test func aCommandAddsTheEventItStandsFor() throws {
        let started = try run(after: [.request(Self.request), .start(RunStarted())])
        #expect(
            try TestRun.decide(.request(Self.request), in: TestRun())
                == [.runRequested(Self.request)])
        #expect(
            try TestRun.decide(.beginStep(Self.step(0)), in: started)
                == [.stepStarted(Self.step(0))])
        #expect(
            try TestRun.decide(.finish(Self.finish(.failed)), in: started)
                == [.runFinished(Self.finish(.failed))])
    }

    @Test func decidingChangesNothing() throws {
        let before = try run(after: [.request(Self.request), .start(RunStarted())])
        let after = before
        _ = try TestRun.decide(.beginStep(Self.step(0)), in: after)
        #expect(after == before)
    }

    // MARK: Refusals

    @Test func nothingHappensToARunThatWasNotRequested() {
        let commands: [TestRun.Command] = [
            .start(RunStarted()), .beginStep(Self.step(0)),
            .recordResult(Self.result("a", .passed)), .cancel(CancelRequested()),
            .finish(RunFinished()),
        ]
        for command in commands {
            #expect(refusal(command, in: TestRun()) == .notRequested, "\(command)")
        }
    }

    @Test func anotherRequestOnTheSameStreamIsRefused() throws {
        let run = try run(after: [.request(Self.request)])
        let other = Self.requested(["Other"])
        #expect(refusal(.request(other), in: run) == .alreadyRequested)
    }

    @Test func stepsAndResultsNeedAStartedRun() throws {
        let run = try run(after: [.request(Self.request)])
        #expect(refusal(.beginStep(Self.step(0)), in: run) == .notRunning)
        #expect(refusal(.recordResult(Self.result("a", .passed)), in: run) == .notRunning)
    }

    @Test(arguments: [UInt64(1), 2, 3, .max])
    func aStepOutOfOrderIsRefused(index: UInt64) throws {
        let run = try run(after: [.request(Self.request), .start(RunStarted())])
        #expect(
            refusal(.beginStep(Self.step(index)), in: run) == .stepOutOfOrder(expected: 0))
    }

    @Test func aStepBeforeTheLastOneIsRefused() throws {
        let run = try run(after: [
            .request(Self.request), .start(RunStarted()), .beginStep(Self.step(0)),
            .beginStep(Self.step(1)),
        ])
        #expect(refusal(.beginStep(Self.step(0)), in: run) == .stepOutOfOrder(expected: 2))
        #expect(refusal(.beginStep(Self.step(3)), in: run) == .stepOutOfOrder(expected: 2))
    }

    @Test func aStepThatWasNotPlannedIsRefused() throws {
        let run = try run(after: [
            .request(Self.requested(["Only"])), .start(RunStarted()), .beginStep(Self.step(0)),
        ])
        #expect(refusal(.beginStep(Self.step(1)), in: run) == .stepNotPlanned)
    }

    @Test func nothingFollowsTheEnd() throws {
        let run = try run(after: [
            .request(Self.request), .start(RunStarted()), .finish(Self.finish(.failed)),
        ])
        #expect(refusal(.beginStep(Self.step(0)), in: run) == .alreadyFinished)
        #expect(refusal(.recordResult(Self.result("a", .passed)), in: run) == .alreadyFinished)
        #expect(refusal(.finish(Self.finish(.completed)), in: run) == .alreadyFinished)
    }

    @Test func cancellingAnEndedRunAddsNothing() throws {
        let run = try run(after: [
            .request(Self.request), .start(RunStarted()), .finish(Self.finish(.completed)),
        ])
        #expect(try TestRun.decide(.cancel(Self.cancellation(by: "late")), in: run) == [])
    }

    @Test func theFirstCancellationCounts() throws {
        let run = try run(after: [
            .request(Self.request), .cancel(Self.cancellation(by: "first")),
        ])
        #expect(try TestRun.decide(.cancel(Self.cancellation(by: "second")), in: run) == [])
        #expect(run.cancellation?.by == "first")
    }

    @Test func aRunThatNeverStartedCanBeClosed() throws {
        let run = try run(after: [.request(Self.request), .finish(Self.finish(.failed))])
        #expect(run.status == .failed)
        #expect(run.stepsNotBegun == ["Block", "Wait", "Restore"])
    }
}
