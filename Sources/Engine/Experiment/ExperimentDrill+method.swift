internal import ChaosToolkit
internal import DRTesting
internal import Synchronization

extension ExperimentDrill {
    // MARK: Steps

    /// A step whose predecessors were left out has no place among those that were taken; its result
    /// is recorded all the same.
    func begin(_ index: Int) async throws {
        guard await journal.run.steps.count == index else { return }
        let step = plan.steps[index]
        var started = StepStarted()
        started.index = UInt64(index)
        (started.name, started.component) = (step.name, step.component)
        started.offsetUs = clock.offset(of: .now)
        try await journal.record(.beginStep(started))
        progress(.stepBegan(index))
    }

    func end(_ index: Int, _ result: ResultRecorded) async throws {
        var result = result
        result.stepIndex = UInt64(index)
        try await journal.record(.recordResult(result))
        progress(.stepEnded(index, result))
        publish()
    }

    // MARK: The method

    private enum Part: Sendable {
        case method
        case steadyState(Check, [Verdict: Int])
    }

    /// Takes the method, while the steady state is checked if the strategy says so.
    func takeMethod() async throws {
        let start = ContinuousClock.now
        let checks = try await withThrowingTaskGroup(of: Part.self) {
            group -> (worst: Check, counts: [Verdict: Int])? in
            group.addTask {
                defer { self.state.withLock { $0.isMethodOver = true } }
                try await self.takeActivities()
                return .method
            }
            if plan.strategy.isDuring {
                group.addTask {
                    let (worst, counts) = try await self.checkThroughout()
                    return .steadyState(worst, counts)
                }
            }
            return try await outcome(of: &group)
        }
        if let checks { try await recordChecks(checks.worst, checks.counts, since: start) }
    }

    private func outcome(
        of group: inout ThrowingTaskGroup<Part, any Error>
    ) async throws -> (worst: Check, counts: [Verdict: Int])? {
        var checks: (worst: Check, counts: [Verdict: Int])?
        while let result = await group.nextResult() {
            switch result {
            case .success(.method): break
            case .success(.steadyState(let worst, let counts)):
                checks = (worst, counts)
                // The rest of the method is left out, and what is under way is given up.
                if state.withLock({ $0.isGivenUp }) { group.cancelAll() }
            case .failure(let error):
                let isGivenUp = state.withLock({ $0.isGivenUp }) && error is CancellationError
                if Task.isCancelled || !isGivenUp { throw error }
            }
        }
        return checks
    }

    /// Those in the background go on beside the others, and are awaited at the end.
    private func takeActivities() async throws {
        try await withThrowingTaskGroup(of: Void.self) { background in
            for (place, activity) in experiment.experiment.method.enumerated() {
                try Task.checkCancellation()
                try await begin(plan.firstOfMethod + place)
                if activity.isBackground {
                    background.addTask { try await self.take(activity, at: place) }
                } else {
                    try await take(activity, at: place)
                }
            }
            setWaiting("activities in the background")
            try await background.waitForAll()
        }
    }

    private func take(_ activity: Activity, at place: Int) async throws {
        let made = try await make(activity) { run in
            state.withLock { $0.methodRuns[place] = run }
            publish()
        }
        state.withLock { $0.methodRuns[place] = made.run }
        try await end(plan.firstOfMethod + place, result(of: made))
        try await pauseAfter(activity)
    }

    private func result(of made: Made) -> ResultRecorded {
        var result = ResultRecorded()
        result.component = made.run.activity.provider.component
        result.testName = made.run.activity.name
        result.expectedResult = "\(made.run.activity.kind.rawValue) succeeds"
        result.actualResult = words(of: made)
        (result.verdict, result.errorMessage) = (made.verdict, made.run.failure ?? "")
        result.executionTimeUs = UInt64(max(made.took.microseconds, 0))
        result.observations = [
            observation(of: made, expected: "succeeds", verdict: made.verdict)
        ]
        return result
    }

    // MARK: What can be shown

    /// A fault that was not there all the time has not been withstood.
    func noteLostFaults() async throws {
        let lost = await outside.lostFaults
        if lost.isEmpty { return }
        try await note(
            "Faults in force", expected: "faults end when the experiment ends them",
            "the lease of a fault ran out during the method: \(lost.joined(separator: ", "))")
    }

    func noteThatNothingIsExpected() async throws {
        try await note(
            "Something is expected",
            expected: "a steady state is checked once the method has begun",
            "nothing was expected of the system once something was done to it, so nothing is shown")
    }

    /// A rollback that turns out to be a mistake after the method undoes nothing.
    func areFunctionsUsable() async throws -> Bool {
        setWaiting("functions of Python to be found")
        do {
            try await outside.check(experiment.activities, state.withLock { $0.substitution })
            return true
        } catch let failure as ActivityFailure {
            try await note(
                "Functions of Python", expected: "they can be called",
                redaction.apply(failure.message) + ", so nothing was done")
            return false
        }
    }

    private func note(_ name: String, expected: String, _ complaint: String) async throws {
        state.withLock { $0.journal.isInconclusive = true }
        var result = ResultRecorded()
        result.stepIndex = UInt64(plan.steps.count)
        (result.component, result.testName) = ("experiment", name)
        (result.expectedResult, result.errorMessage) = (expected, complaint)
        result.verdict = .inconclusive
        try await journal.record(.recordResult(result))
    }
}
