internal import DRTesting
internal import FaultProxy

/// Faults, from their plan to their end.
extension Drill {
    func inject(_ plan: FaultPlan) async throws {
        guard let system else { return }
        var planned = FaultPlanned()
        (planned.faultID, planned.endpoint, planned.kind) = (
            plan.name, plan.endpoint, plan.kind.rawValue
        )
        (planned.fraction, planned.seed) = (plan.fraction, request.seed)
        planned.leaseMs = UInt64(ProxyFaults.lease.milliseconds)
        planned.undo =
            system.place(plan.endpoint).remote == nil
            ? "the lease runs out; the proxy ends with its runner"
            : "the lease runs out at the proxy"
        // Durable first: whatever happens then, it is known what has to be undone.
        try await journal.write([.faultPlanned(planned)])
        let lease = try await system.faults.inject(plan, seed: request.seed)
        // From here on the two grow together, so what was counted in between does not matter.
        let counts = try? await system.place(plan.endpoint).proxy.counts(of: nil)
        var fact = RunFacts.FaultFact(
            name: plan.name, began: lease.began, effective: lease.effective,
            passedBefore: counts.map { $0.requests - $0.faulted })
        (fact.endpoint, fact.fraction) = (plan.endpoint, plan.fraction)
        facts.update { [fact] in $0.faults.append(fact) }
        workload?.history.begin(phase: "during", at: lease.effective)
        var effective = FaultEffective()
        effective.faultID = plan.name
        effective.time = clock.time(of: lease.effective)
        effective.offsetUs = clock.offset(of: lease.effective)
        try await journal.write([.faultEffective(effective)])
    }

    /// Changes the share of requests that a fault strikes.
    func change(_ name: String, fraction: Double) async throws {
        guard let system else { return }
        let instant = try await system.faults.change(name, fraction: fraction)
        facts.update { state in
            state.updateFault(name) { ($0.fraction, $0.changed) = (fraction, instant) }
        }
        let percent = "\(Int((fraction * 100).rounded())) %"
        await log(
            .info, "storage", "fault '\(name)' strikes \(percent) of the requests from now on",
            [("fault", name), ("fraction", "\(fraction)")])
    }

    func lift(_ name: String) async throws {
        guard let system else { return }
        try await system.faults.lift(name)
        guard let ending = await system.faults.ending(of: name) else { return }
        try await journal.write([await noted(ending, of: name, system)])
    }

    /// Lifts what is still in force, without waiting for the log or for anybody.
    ///
    /// - Returns: whether no fault is in force any more.
    func liftFaults() async -> Bool {
        guard let system else { return true }
        let isLifted = await system.faults.liftAll()
        for fault in facts.all.faults where fault.ending == nil {
            if let ending = await system.faults.ending(of: fault.name) {
                await journal.note(await noted(ending, of: fault.name, system))
            }
        }
        return isLifted
    }

    private func noted(
        _ ending: FaultEnding, of name: String, _ system: SystemUnderTest
    ) async -> TestEvent {
        let answered = try? await system.primary.proxy.counts(of: system.storeAgent).answered
        facts.update { state in
            state.updateFault(name) { ($0.ending, $0.answeredBeforeLift) = (ending, answered) }
        }
        workload?.history.begin(phase: "after", at: ending.ended)
        var ended = FaultEnded()
        (ended.faultID, ended.reason) = (name, ending.reason.rawValue)
        ended.time = clock.time(of: ending.ended)
        ended.offsetUs = clock.offset(of: ending.ended)
        return .faultEnded(ended)
    }
}
