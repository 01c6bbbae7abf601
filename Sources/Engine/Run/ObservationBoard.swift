internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// Looks at what scenarios can observe. Each name of `ObservationCatalog` is answered here.
struct ObservationBoard: Sendable {
    let system: SystemUnderTest
    let workload: Workload
    let probes: Probes
    let facts: RunFacts
    let stableFor: Duration

    /// - Returns: an observation without a value if there is nothing to see yet.
    func look(at name: String) async -> Observation {
        let facts = facts.all
        switch name.split(separator: ".").first {
        case "proxy", "wire": return wire(name, facts)
        case "workload": return load(name, facts)
        case "breaker": return await breaker(name, facts)
        case "queue": return await queue(name, facts)
        case "receiver": return receiver(name, facts)
        case "ledger": return ledger(name, facts)
        case "fault": return await fault(facts)
        case "probe":
            let lifted = facts.fault?.ending?.ended
            return Self.number(lifted.map { probes.served(since: $0) })
        default: return Observation(nil)
        }
    }

    private static func number(_ count: Int?) -> Observation {
        Observation(count.map { .number(Double($0)) })
    }

    private func wire(_ name: String, _ facts: RunFacts.State) -> Observation {
        switch name {
        case "proxy.passed_during_fault":
            let counts = system.proxy.counts()
            let passed = counts.requests - counts.faulted
            return Self.number(facts.fault.map { passed - $0.passedBefore })
        case "proxy.requests_per_second":
            let since = ContinuousClock.now - .seconds(1)
            return Self.number(
                system.proxy.requests(of: SystemUnderTest.storeAgent, since: since))
        case "proxy.answered_since_lift":
            guard let fault = facts.fault, fault.ending != nil else { return Observation(nil) }
            let answered = system.proxy.counts(of: SystemUnderTest.storeAgent).answered
            return Self.number(answered - fault.answeredBeforeLift)
        case "wire.order_violations": return Self.number(system.wire.orderViolations)
        default: return Self.number(system.wire.duplicates)
        }
    }

    private func load(_ name: String, _ facts: RunFacts.State) -> Observation {
        switch name {
        case "workload.not_served_ratio":
            // What ended before the fault, or before its lift, says nothing about now.
            let second = ContinuousClock.now - .seconds(1)
            let since = facts.fault.map { max(second, $0.lastChange) } ?? second
            let last = workload.history.ended(after: since)
            guard !last.isEmpty else { return Observation(nil, samples: 0) }
            let ratio = Double(last.count { !$0.isServed }) / Double(last.count)
            return Observation(.number(ratio), samples: last.count)
        case "workload.deferred_writes":
            guard let fault = facts.fault else { return Observation(nil) }
            let after = workload.history.ended(after: fault.effective)
            return Self.number(after.count { $0.outcome == .deferred && $0.kind != .read })
        default:
            guard let fault = facts.fault, fault.ending != nil else { return Observation(nil) }
            let analysis = RecoveryAnalysis(
                samples: workload.history.all, faultEffective: fault.effective, end: .now,
                stableFor: stableFor)
            return Observation(.flag(analysis.restored != nil))
        }
    }

    private func breaker(_ name: String, _ facts: RunFacts.State) async -> Observation {
        switch name {
        case "breaker.state": return Observation(.text(await system.store.breakerState.rawValue))
        case "breaker.failed_calls": return Self.number(facts.failedCallsBeforeOpening)
        default:
            guard let lifted = facts.fault?.ending?.ended else { return Observation(nil) }
            // The trial that finds the storage working may have begun just before the lift.
            let closedSince = facts.breakerClosed.map { $0 > lifted } ?? false
            return Observation(.flag(facts.wasHalfOpen(since: lifted) || closedSince))
        }
    }

    private func queue(_ name: String, _ facts: RunFacts.State) async -> Observation {
        switch name {
        case "queue.depth": return Self.number(await system.store.queueDepth)
        case "queue.killed_acknowledged": return Self.number(facts.killedQueue?.acknowledged)
        default: return Self.number(facts.killedQueue?.missing)
        }
    }

    private func receiver(_ name: String, _ facts: RunFacts.State) -> Observation {
        let received = system.receiver.received
        guard let detected = facts.detected, let degraded = facts.degraded else {
            return name == "receiver.early_notices" ? Self.number(received.count) : Self.number(0)
        }
        if name == "receiver.early_notices" {
            return Self.number(received.count { $0.instant < detected })
        }
        let lifted = facts.fault?.ending?.ended ?? .now
        return Self.number(
            received.count { item in
                item.notice.kind == .degraded && item.notice.incident == degraded.incident
                    && item.instant >= detected && item.instant <= lifted
            })
    }

    private func fault(_ facts: RunFacts.State) async -> Observation {
        guard let fault = facts.fault, let ending = await system.faults.ending(of: fault.name)
        else {
            return Observation(nil)
        }
        return Observation(.text(ending.reason.rawValue))
    }

    private func ledger(_ name: String, _ facts: RunFacts.State) -> Observation {
        guard let comparison = facts.comparison else { return Observation(nil) }
        switch name {
        case "ledger.compared": return Self.number(comparison.keys)
        case "ledger.damaged": return Self.number(comparison.offences.count)
        default: return Self.number(comparison.unexpected.count)
        }
    }
}
