internal import ChaosToolkit
internal import DRTesting
internal import Synchronization

extension ExperimentDrill {
    private var isLeftAsItIs: Bool { experiment.rollbackStrategy == .never }

    /// The watchdog plays the rollbacks if this process dies: the last one is told first, since it
    /// undoes from the end.
    func armRollbacks() async throws {
        let rollbacks = experiment.experiment.rollbacks
        if isLeftAsItIs {
            if !rollbacks.isEmpty { await warn("rollbacks are not played, as was asked for") }
            return
        }
        for (place, activity) in rollbacks.enumerated().reversed() {
            do {
                let substitution = state.withLock { $0.substitution }
                let id = try await outside.arm(activity, substitution)
                state.withLock { $0.armed[place] = id }
            } catch let failure as ActivityFailure {
                await warn(
                    "rollback '\(activity.name)' is not played if the runner is killed: "
                        + failure.message)
            }
        }
    }

    /// Plays the rollbacks, and gives back at proxies what nobody gave back.
    func liftFaults() async -> Bool {
        progress(.cleaningUp)
        let isWanted = state.withLock { $0.hasBegun } || experiment.rollbackStrategy == .always
        if isWanted && !isLeftAsItIs {
            // To their end, whatever becomes of whoever waits for it.
            await Task { await rollBack() }.value
        }
        let lifted = await outside.liftFaults()
        state.withLock { $0.cleanup.append(lifted) }
        return lifted.isDone
    }

    private func rollBack() async {
        for (place, activity) in experiment.experiment.rollbacks.enumerated() {
            // Nobody cancels this task.
            guard let made = try? await make(activity) else { return }
            let isDone = made.run.failure == nil
            let detail = words(of: made)
            state.withLock { state in
                state.journal.rollbacks.append(made.run)
                state.cleanup.append(
                    CleanupAction(
                        name: "roll back '\(activity.name)'", isDone: isDone,
                        detail: made.run.failure ?? detail))
            }
            if let id = state.withLock({ $0.armed[place] }) {
                await outside.noteRolledBack(id, isDone: isDone, detail: detail)
            }
            await journal.note(.resultRecorded(result(ofRollback: made, at: place)))
            publish()
            try? await pauseAfter(activity)
        }
    }

    /// What was not put back may still be broken.
    private func result(ofRollback made: Made, at place: Int) -> ResultRecorded {
        var result = ResultRecorded()
        result.stepIndex = UInt64(plan.steps.count + 1 + place)
        result.component = made.run.activity.provider.component
        result.testName = "Rollback: \(made.run.activity.name)"
        (result.expectedResult, result.actualResult) = ("it is put back", words(of: made))
        result.verdict = made.run.failure == nil ? .passed : .failed
        result.errorMessage = made.run.failure ?? ""
        result.executionTimeUs = UInt64(max(made.took.microseconds, 0))
        result.observations = [
            observation(of: made, expected: "succeeds", verdict: result.verdict)
        ]
        return result
    }
}
