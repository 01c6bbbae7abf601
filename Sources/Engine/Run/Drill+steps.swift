internal import DRTesting
internal import FaultProxy
internal import FoundationEssentials
internal import ResilientStorage
internal import S3

extension Drill {
    /// Takes the steps in order, until a required one does not pass, or one shows what was broken
    /// on purpose.
    ///
    /// - Returns: whether all were taken.
    func takeSteps() async throws -> Bool {
        for (index, step) in request.scenario.steps.enumerated() {
            var started = StepStarted()
            started.index = UInt64(index)
            (started.name, started.component) = (step.name, step.component)
            started.offsetUs = clock.offset(of: .now)
            try await journal.record(.beginStep(started))
            progress(.stepBegan(index))
            let result = try await take(step, index: index)
            try await journal.record(.recordResult(result))
            progress(.stepEnded(index, result))
            if result.verdict != .passed { await keepOperations(step: index) }
            if result.verdict != .passed && step.isRequired { return false }
            if request.sabotage?.isShown(by: result) == true { return false }
        }
        return true
    }

    private func take(_ step: Step, index: Int) async throws -> ResultRecorded {
        let start = ContinuousClock.now
        let before = facts.all.faults
        var result = ResultRecorded()
        result.stepIndex = UInt64(index)
        (result.component, result.testName) = (step.component, step.name)
        result.expectedResult = step.expectations.map(\.sentence).joined(separator: "; ")
        do {
            for action in step.actions { try await perform(action) }
            // Deadlines begin now: actions may take longer than they are, and have their own.
            let judgements = try await judge(step.expectations, since: .now)
            result.observations = judgements.map(\.made)
            result.verdict = judgements.map(\.verdict).max() ?? .inconclusive
            result.actualResult = judgements.map { judgement in
                let seen = judgement.seen.value?.description ?? "not seen"
                return "\(judgement.expectation.observation) was \(seen)"
            }.joined(separator: "; ")
            result.errorMessage = Self.complaint(about: judgements)
            try await record(step.measures)
        } catch {
            // A check that breaks has seen nothing.
            try Task.checkCancellation()
            result.verdict = .inconclusive
            result.errorMessage = "\(error)"
        }
        if await hasLostAFault(since: before) {
            result.verdict = .inconclusive
            result.errorMessage =
                "the fault ended before it was lifted: its lease ran out, or somebody else ended it"
        }
        // What the scenario itself has done outside may be just that.
        if facts.all.changes.isEmpty, let disturbance = await system?.disturbance {
            (result.verdict, result.errorMessage) = (.inconclusive, disturbance)
        }
        result.executionTimeUs = UInt64((ContinuousClock.now - start).microseconds)
        return result
    }

    private var board: ObservationBoard? {
        guard let system, let workload, let probes else { return nil }
        return ObservationBoard(
            system: system, workload: workload, probes: probes, facts: facts,
            stableFor: request.scenario.workload.stableFor, custom: custom)
    }

    private func judge(
        _ expectations: [Expectation], since start: ContinuousClock.Instant
    ) async throws -> [StepJudge.Judgement] {
        guard let board else { return [] }
        let judge = StepJudge(
            look: { await board.look(at: $0) },
            source: { [extensions] in extensions.entry(named: $0)?.source },
            waiting: { self.setWaiting($0) })
        return try await judge.judge(expectations, since: start)
    }

    /// Keeps what the step measures, as it is once its expectations are judged.
    private func record(_ measures: [Measure]) async throws {
        guard let board, !measures.isEmpty else { return }
        var metrics: [MetricRecorded] = []
        for measure in measures {
            let seen = await board.look(at: measure.observation)
            metrics.append(measure.metric(of: seen, time: clock.time(of: .now)))
        }
        facts.update { [metrics] in $0.metrics += metrics }
        try await journal.write(metrics.map { .metricRecorded($0) })
    }

    /// The first `abort_when` that holds, in words.
    func reasonToAbort() async -> String? {
        guard let board else { return nil }
        for expectation in request.scenario.abortWhen {
            let seen = await board.look(at: expectation.observation)
            if expectation.judge(seen) == .passed { return expectation.sentence }
        }
        return nil
    }

    private static func complaint(about judgements: [StepJudge.Judgement]) -> String {
        judgements.filter { $0.verdict != .passed }.map { judgement in
            let seen = judgement.seen.value.map { "it was \($0)" } ?? "nothing was seen"
            let samples = judgement.expectation.minimumSamples.map { minimum in
                ", from \(judgement.seen.samples ?? 0) of at least \(minimum) samples"
            }
            return "\(judgement.expectation.sentence): \(seen)\(samples ?? "")"
        }.joined(separator: "; ")
    }

    /// - Parameter before: the faults as they were known at the start of the step.
    private func hasLostAFault(since before: [RunFacts.FaultFact]) async -> Bool {
        guard let system else { return false }
        for fault in facts.all.faults.unended(in: before) {
            var ending = fault.ending
            if ending == nil { ending = await system.faults.ending(of: fault.name) }
            if ending?.reason == .expired { return true }
        }
        return false
    }

    // MARK: Actions

    private func perform(_ action: Action) async throws {
        switch action {
        case .injectFault(let plan):
            try await inject(plan)
            try await failOver(after: plan)
        case .changeFault(let name, let fraction): try await change(name, fraction: fraction)
        case .liftFault(let name): try await lift(name)
        case .wait(let duration):
            setWaiting("\(duration.words) to pass")
            try await Task.sleep(for: duration)
        case .pauseLoad: await pauseLoad()
        case .resumeLoad: resumeLoad()
        case .killQueue(let count):
            setWaiting("the queue to be killed after \(count) acknowledgements")
            let arguments = request.sabotage.map { ["--sabotage", $0.rawValue] } ?? []
            if system?.service != nil {
                throw RunnerError.notOffered("a queue of a service that a drill may kill")
            }
            let kill = QueueKill(
                child: request.queueChild + arguments, directory: directory + "/killed-queue")
            let outcome = try await kill.run(killingAfter: count)
            facts.update { $0.killedQueue = outcome }
        case .compareLedger(let limit): try await compareLedger(drainedWithin: limit)
        case .runEpisodes(let kinds, let opening, let closing):
            try await runEpisodes(kinds, openWithin: opening, closedWithin: closing)
        case .callStorage(let times): try await callStorage(times: times)
        case .createData, .takeBackup, .verifyBackup, .destroyObjects, .restoreBackup,
            .compareBackup:
            try await performBackup(action)
        case .setReadOnly, .awaitFailback, .compareSites: try await performFailover(action)
        case .measureBaseline, .sweepClients, .transferLarge, .stress, .rest:
            try await performBenchmark(action)
        case .callOutside(let action): try await callOutside(action)
        case .custom(let name, let parameters): try await performCustom(name, parameters)
        }
    }

    private func keepOperations(step: Int) async {
        guard let workload else { return }
        var kept = OperationsKept()
        kept.stepIndex = UInt64(step)
        kept.operations = await lastOperations(of: workload).map { note in
            let sample = note.sample
            var operation = OperationKept()
            operation.offsetUs = clock.offset(of: sample.finished)
            (operation.kind, operation.key) = (sample.kind.rawValue, note.key)
            // All of them must fit into one event.
            operation.detail = String(note.detail.prefix(200))
            operation.outcome = sample.outcome.rawValue
            operation.latencyUs = UInt64(max(sample.latency.microseconds, 0))
            return operation
        }
        await journal.note(.operationsKept(kept))
    }
}

extension [RunFacts.FaultFact] {
    /// Those that were not known to have ended. What a step lifts is among them: its lease may have
    /// run out before.
    ///
    /// - Parameter before: the same faults at an earlier moment; others were injected since.
    func unended(in before: [RunFacts.FaultFact]) -> [RunFacts.FaultFact] {
        let wereOver = before.map { $0.ending != nil }
        let known = zip(self, wereOver).filter { !$1 }.map { fault, _ in fault }
        return known + dropFirst(wereOver.count)
    }
}
