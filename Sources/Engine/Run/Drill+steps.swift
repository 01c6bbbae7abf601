internal import DRTesting
internal import FaultProxy
internal import FoundationEssentials
internal import ResilientStorage
internal import S3

extension Drill {
    /// Takes the steps in order, until a required one does not pass.
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
        }
        return true
    }

    private func take(_ step: Step, index: Int) async throws -> ResultRecorded {
        let start = ContinuousClock.now
        var result = ResultRecorded()
        result.stepIndex = UInt64(index)
        (result.component, result.testName) = (step.component, step.name)
        result.expectedResult = step.expectations.map(\.sentence).joined(separator: "; ")
        do {
            if let action = step.action { try await perform(action) }
            let judgements = try await judge(step.expectations, since: start)
            result.observations = judgements.map(\.made)
            result.verdict = judgements.map(\.verdict).max() ?? .inconclusive
            result.actualResult = judgements.map { judgement in
                let seen = judgement.seen.value?.description ?? "not seen"
                return "\(judgement.expectation.observation) was \(seen)"
            }.joined(separator: "; ")
            result.errorMessage = Self.complaint(about: judgements)
        } catch {
            // A check that breaks has seen nothing.
            try Task.checkCancellation()
            result.verdict = .inconclusive
            result.errorMessage = "\(error)"
        }
        if await hasLostItsFault() {
            result.verdict = .inconclusive
            result.errorMessage = "the lease of the fault ran out during the step"
        }
        result.executionTimeUs = UInt64((ContinuousClock.now - start).microseconds)
        return result
    }

    private var board: ObservationBoard? {
        guard let system, let workload, let probes else { return nil }
        return ObservationBoard(
            system: system, workload: workload, probes: probes, facts: facts,
            stableFor: request.scenario.workload.stableFor)
    }

    private func judge(
        _ expectations: [Expectation], since start: ContinuousClock.Instant
    ) async throws -> [StepJudge.Judgement] {
        guard let board else { return [] }
        let judge = StepJudge(
            look: { await board.look(at: $0) }, waiting: { self.setWaiting($0) })
        return try await judge.judge(expectations, since: start)
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

    private func hasLostItsFault() async -> Bool {
        guard let system, let fault = facts.all.fault else { return false }
        return await system.faults.ending(of: fault.name)?.reason == .expired
    }

    // MARK: Actions

    private func perform(_ action: Action) async throws {
        switch action {
        case .injectFault(let plan): try await inject(plan)
        case .liftFault(let name): try await lift(name)
        case .killQueue(let count):
            setWaiting("the queue to be killed after \(count) acknowledgements")
            let arguments = request.sabotage.map { ["--sabotage", $0.rawValue] } ?? []
            let kill = QueueKill(
                child: request.queueChild + arguments, directory: directory + "/killed-queue")
            let outcome = try await kill.run(killingAfter: count)
            facts.update { $0.killedQueue = outcome }
        case .compareLedger(let limit): try await compareLedger(drainedWithin: limit)
        }
    }

    private func inject(_ plan: FaultPlan) async throws {
        guard let system else { return }
        var planned = FaultPlanned()
        (planned.faultID, planned.endpoint, planned.kind) = (
            plan.name, plan.endpoint, plan.kind.rawValue
        )
        (planned.fraction, planned.seed) = (plan.fraction, request.seed)
        planned.leaseMs = UInt64(ProxyFaults.lease.milliseconds)
        planned.undo = "the lease runs out; the proxy ends with its runner"
        // Durable first: whatever happens then, it is known what has to be undone.
        try await journal.write([.faultPlanned(planned)])
        let lease = try await system.faults.inject(plan, seed: request.seed)
        // From here on the two grow together, so what was counted in between does not matter.
        let counts = system.proxy.counts()
        let passed = counts.requests - counts.faulted
        facts.update { state in
            state.fault = RunFacts.FaultFact(
                name: plan.name, effective: lease.effective, passedBefore: passed)
        }
        var effective = FaultEffective()
        effective.faultID = plan.name
        effective.time = clock.time(of: lease.effective)
        effective.offsetUs = clock.offset(of: lease.effective)
        try await journal.write([.faultEffective(effective)])
    }

    private func lift(_ name: String) async throws {
        guard let system else { return }
        try await system.faults.lift(name)
        guard let ending = await system.faults.ending(of: name) else { return }
        try await journal.write([noted(ending, of: name, system)])
    }

    /// Lifts what is still in force, without waiting for the log or for anybody.
    ///
    /// - Returns: whether no fault is in force any more.
    func liftFaults() async -> Bool {
        guard let system else { return true }
        let isLifted = await system.faults.liftAll()
        if let fault = facts.all.fault, fault.ending == nil,
            let ending = await system.faults.ending(of: fault.name)
        {
            await journal.note(noted(ending, of: fault.name, system))
        }
        return isLifted
    }

    private func noted(
        _ ending: FaultEnding, of name: String, _ system: SystemUnderTest
    ) -> TestEvent {
        let answered = system.proxy.counts(of: SystemUnderTest.storeAgent).answered
        facts.update { state in
            state.fault?.ending = ending
            state.fault?.answeredBeforeLift = answered
        }
        var ended = FaultEnded()
        (ended.faultID, ended.reason) = (name, ending.reason.rawValue)
        ended.time = clock.time(of: ending.ended)
        ended.offsetUs = clock.offset(of: ending.ended)
        return .faultEnded(ended)
    }

    // MARK: The ledger

    /// A scenario need not ask for the comparison, but without one nothing is known of losses.
    func compareIfNoStepDid() async throws {
        let facts = facts.all
        guard facts.fault?.ending != nil, facts.comparison == nil else { return }
        try await compareLedger(drainedWithin: .seconds(60))
    }

    private func compareLedger(drainedWithin limit: Duration) async throws {
        guard let system, let workload else { return }
        setWaiting("the last writes to end")
        await stopLoad()
        setWaiting("the queue to be empty")
        let deadline = ContinuousClock.now + limit
        while await system.store.queueDepth > 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
        if await system.store.queueDepth == 0 { facts.update { $0.queueEmptied = .now } }
        setWaiting("every key to be compared with the ledger")
        let stored = try await storedBodies(system)
        let comparison = LedgerComparison(ledger: workload.ledger.versions, stored: stored)
        facts.update { $0.comparison = comparison }
        try await journal.write([.ledgerCompared(comparison.recorded(clock: clock))])
    }

    /// Reads every object of the load, past the proxy.
    private func storedBodies(_ system: SystemUnderTest) async throws -> [String: [UInt8]] {
        let bucket = system.primary.bucket
        let keys = try await system.direct.listAll(bucket, prefix: prefix).map(\.key)
            .filter { $0 != prefix + "probe" }
        let client = system.direct
        return try await withThrowingTaskGroup(of: (String, [UInt8]).self) { group in
            var bodies: [String: [UInt8]] = [:]
            for (index, key) in keys.enumerated() {
                if index >= 8, let (key, body) = try await group.next() { bodies[key] = body }
                group.addTask { (key, try await client.get(key, in: bucket).body) }
            }
            for try await (key, body) in group { bodies[key] = body }
            return bodies
        }
    }

    private func keepOperations(step: Int) async {
        guard let workload else { return }
        var kept = OperationsKept()
        kept.stepIndex = UInt64(step)
        kept.operations = workload.history.last(50).map { sample in
            var operation = OperationKept()
            operation.offsetUs = clock.offset(of: sample.finished)
            (operation.kind, operation.key) = (sample.kind.rawValue, sample.key)
            // All of them must fit into one event.
            operation.detail = String(sample.detail.prefix(200))
            operation.outcome = sample.outcome.rawValue
            operation.latencyUs = UInt64(max(sample.latency.microseconds, 0))
            return operation
        }
        await journal.note(.operationsKept(kept))
    }
}

extension LedgerComparison {
    /// At most so many keys are named.
    private static let maximumNamed = 100

    func recorded(clock: RunClock) -> LedgerCompared {
        var compared = LedgerCompared()
        compared.acknowledged = UInt64(acknowledged)
        (compared.keys, compared.intact) = (UInt64(keys), UInt64(intact))
        compared.lost = UInt64(count(of: .lost))
        compared.stale = UInt64(count(of: .stale))
        compared.corrupt = UInt64(count(of: .corrupt))
        compared.resurrected = UInt64(count(of: .resurrected))
        compared.unexpected = UInt64(unexpected.count)
        compared.indeterminate = UInt64(indeterminate)
        compared.bytesCompared = UInt64(bytesCompared)
        let offending = offences.map { offence in
            var key = OffendingKey()
            (key.key, key.finding) = (offence.key, offence.finding.rawValue)
            key.acknowledgedUs = clock.offset(of: offence.acknowledged)
            return key
        }
        let strangers = unexpected.map { name in
            var key = OffendingKey()
            (key.key, key.finding) = (name, "unexpected")
            return key
        }
        compared.offending = Array((offending + strangers).prefix(Self.maximumNamed))
        return compared
    }
}
