internal import DRTesting

/// The verdict over a whole run. A pure value.
struct Judgement: Equatable {
    let verdict: Verdict
    let status: RunStatus
    /// Why it did not pass; empty if it did.
    let message: String

    /// - Parameters:
    ///   - run: with everything that was recorded of it.
    ///   - isUnrecovered: service was lost during the run, and not seen to have come back.
    init(
        run: TestRun, stop: StopReason?, cleanup: CleanupFinished, problem: (any Error)?,
        isUnrecovered: Bool
    ) {
        var verdicts: [Verdict] = [run.verdict]
        var complaints: [String] = []
        switch stop {
        case .cancelled(let by): complaints.append("cancelled by \(by)")
        case .signal(let number): complaints.append("stopped by signal \(number)")
        case .timedOut:
            verdicts.append(isUnrecovered ? .failed : .inconclusive)
            complaints.append("timed out")
        case .aborted(let reason):
            verdicts.append(.inconclusive)
            complaints.append("aborted: \(reason)")
        case nil: break
        }
        if let problem {
            verdicts.append(.inconclusive)
            complaints.append("\(problem)")
        }
        complaints += run.prerequisites.filter { $0.verdict != .passed }.map {
            "prerequisite '\($0.name)' is not met: \($0.observed)"
        }
        complaints += run.results.filter { $0.verdict != .passed }.map {
            "\($0.testName): \($0.errorMessage)"
        }
        if !run.stepsNotBegun.isEmpty && stop == nil { verdicts.append(.inconclusive) }
        for action in cleanup.actions where !action.isDone {
            verdicts.append(action.name == "lift faults" ? .failed : .inconclusive)
            // Often what broke the run breaks its cleanup too: it is told once.
            let isTold =
                !action.detail.isEmpty && complaints.contains { $0.contains(action.detail) }
            let reason = isTold ? "for the same reason" : action.detail
            complaints.append("cleanup: \(action.name): \(reason)")
        }
        let worst = verdicts.max() ?? .inconclusive
        switch stop {
        case .cancelled, .signal:
            // A run that was called off is not judged, unless it left something broken.
            let isClean = cleanup.isComplete
            (verdict, status) = isClean ? (.none, .cancelled) : (.failed, .failed)
        default:
            (verdict, status) = (worst, worst == .passed ? .completed : .failed)
        }
        message = complaints.joined(separator: "; ")
    }
}
