internal import Wire
internal import ChaosToolkit
internal import DRTesting
internal import Synchronization

extension ExperimentDrill {
    /// One check of the steady state, which ends with the first probe that is not as it should be.
    struct Check: Sendable {
        var state = Journal.State(isMet: nil, probes: [])
        var verdict = Verdict.passed
        /// Why it is not met; empty if it is.
        var complaint = ""
        var observations: [ObservationMade] = []
    }

    private var hypothesis: Hypothesis? { experiment.experiment.hypothesis }

    // MARK: Before and after

    /// - Returns: whether the method may begin.
    func checkBefore() async throws -> Bool {
        let start = ContinuousClock.now
        try await begin(0)
        let check = try await check()
        state.withLock { $0.journal.before = check.state }
        var result = result(of: check, .before, since: start)
        if check.verdict != .passed {
            // It says nothing of what the method would have done.
            result.verdict = .inconclusive
            result.errorMessage = "\(check.complaint), so nothing was done"
        }
        try await end(0, result)
        return check.verdict == .passed
    }

    func checkAfter() async throws {
        let start = ContinuousClock.now
        let index = plan.steps.count - 1
        try await begin(index)
        let check = try await check()
        state.withLock { $0.journal.after = check.state }
        try await end(index, result(of: check, .after, since: start))
    }

    // MARK: During the method

    /// Checks again and again until the method is over, at least once.
    ///
    /// - Returns: the first check of the worst verdict, and how many there were of each.
    func checkThroughout() async throws -> (worst: Check, counts: [Verdict: Int]) {
        var worst: Check?
        var counts: [Verdict: Int] = [:]
        repeat {
            let check = try await check(isQuiet: true)
            state.withLock { $0.journal.during.append(check.state) }
            counts[check.verdict, default: 0] += 1
            if check.verdict > worst?.verdict ?? Verdict.none { worst = check }
            if check.verdict != .passed, experiment.isFailFast {
                state.withLock { $0.isGivenUp = true }
                break
            }
            try await pauseUnlessOver()
        } while !state.withLock({ $0.isMethodOver })
        return (worst ?? Check(), counts)
    }

    private func pauseUnlessOver() async throws {
        let end = ContinuousClock.now + experiment.hypothesisPause
        while ContinuousClock.now < end, !state.withLock({ $0.isMethodOver }) {
            try await Task.sleep(for: min(.milliseconds(50), end - ContinuousClock.now))
        }
    }

    func recordChecks(
        _ worst: Check, _ counts: [Verdict: Int], since start: ContinuousClock.Instant
    ) async throws {
        let index = plan.steps.count - (plan.strategy.isAfter ? 2 : 1)
        try await begin(index)
        var result = result(of: worst, .during, since: start)
        let all = counts.values.reduce(0, +)
        result.actualResult = "met in \(counts[.passed] ?? 0) of \(all.counted("check"))"
        if result.verdict != .passed {
            result.errorMessage = "\(result.actualResult): \(worst.complaint)"
        }
        try await end(index, result)
    }

    // MARK: One check

    private func check(isQuiet: Bool = false) async throws -> Check {
        var check = Check()
        for probe in hypothesis?.probes ?? [] {
            var made = try await make(probe.activity, isJudged: true, isQuiet: isQuiet)
            let (verdict, complaint) = try await judge(made, by: probe.tolerance)
            made.run.isWithinTolerance = verdict == .passed
            check.state.probes.append(made.run)
            let expected = redaction.apply(
                state.withLock { $0.substitution }.recordable(probe.tolerance.raw).text())
            check.observations.append(
                observation(of: made, expected: expected, verdict: verdict))
            try await pauseAfter(probe.activity)
            if verdict != .passed {
                check.verdict = verdict
                check.complaint = "\(probe.activity.name): \(complaint)"
                check.state.isMet = false
                return check
            }
        }
        check.state.isMet = true
        return check
    }

    /// A probe that got no answer has seen that there is none; one that could not be made has seen
    /// nothing.
    private func judge(
        _ made: Made, by tolerance: Tolerance
    ) async throws -> (Verdict, complaint: String) {
        if let failure = made.run.failure { return (made.verdict, failure) }
        let isWithin: Bool
        if let judge = tolerance.probe(for: made.run.output) {
            let asked = try await make(judge, isJudged: true, isQuiet: true)
            if asked.isUnmade {
                return (.inconclusive, asked.run.failure ?? "its tolerance cannot be asked")
            }
            isWithin = asked.run.failure == nil && judge.provider.accepts(asked.run.output)
        } else {
            do throws(ActivityError) {
                let substitution = state.withLock { $0.substitution }
                isWithin = try tolerance.judge(made.run.output, substituting: substitution)
            } catch {
                return (.inconclusive, redaction.apply(error.message))
            }
        }
        if isWithin { return (.passed, "") }
        return (.failed, "not within the tolerance: \(words(of: made))")
    }

    private func result(
        of check: Check, _ step: ExperimentPlan.Step, since start: ContinuousClock.Instant
    ) -> ResultRecorded {
        var result = ResultRecorded()
        (result.component, result.testName) = (step.component, step.name)
        result.expectedResult = redaction.apply(hypothesis?.title ?? "")
        result.actualResult = check.observations.map { "\($0.name): \($0.value)" }
            .joined(separator: "; ")
        (result.verdict, result.errorMessage) = (check.verdict, check.complaint)
        result.observations = check.observations
        result.executionTimeUs = UInt64((ContinuousClock.now - start).microseconds)
        return result
    }
}
