internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// What shows how the storage is called, and how its users are served.
extension ObservationBoard {
    func request(_ name: String, _ facts: RunFacts.State) async -> Observation {
        let primary = system.primary
        // What is counted as none must not just be on its way.
        if name.hasPrefix("wire.") { await primary.catchUp() }
        switch name {
        case "proxy.passed_during_fault":
            return Self.number(await passed(facts.fault))
        case "proxy.requests_per_second":
            // Of one second, however long it takes to ask.
            let now = ContinuousClock.now
            return Self.number(
                try? await primary.proxy.requests(
                    of: system.storeAgent, since: now - .seconds(1), until: now, methods: nil))
        case "proxy.answered_since_lift":
            guard let before = facts.lastLifted?.answeredBeforeLift,
                let counts = try? await primary.proxy.counts(of: system.storeAgent)
            else { return Observation(nil) }
            return Self.number(counted(from: before, to: counts.answered))
        case "probe.served_since_lift":
            let lifted = facts.lastLifted?.ending?.ended
            return Self.number(lifted.map { probes.served(since: $0) })
        case "probe.not_served_ratio":
            let second = ContinuousClock.now - .seconds(1)
            let last = probes.ended(after: facts.fault.map { max(second, $0.lastChange) } ?? second)
            return Self.ratio(last.count { !$0.isServed }, of: last.count)
        case "wire.order_violations": return Self.number(primary.wire.orderViolations)
        case "storage.objects": return await backup(name, facts)
        case "wire.duplicates": return Self.number(primary.wire.duplicates)
        default: return await attempts(name, facts)
        }
    }

    /// Requests that met no fault since this one became effective.
    private func passed(_ fault: RunFacts.FaultFact?) async -> Int? {
        guard let fault, let before = fault.passedBefore,
            let counts = try? await system.place(fault.endpoint).proxy.counts(of: nil)
        else { return nil }
        return counted(from: before, to: counts.requests - counts.faulted)
    }

    /// - Returns: `nil` for a proxy that counts from 0 again, since it was started anew.
    private func counted(from before: Int, to now: Int) -> Int? {
        now >= before ? now - before : nil
    }

    /// Faults, as the proxies know them.
    func fault(_ name: String, _ facts: RunFacts.State) async -> Observation {
        if name == "fault.in_force" { return Self.number(await faultsInForce) }
        guard let fault = facts.fault else { return Observation(nil) }
        switch name {
        case "fault.ended_by":
            let ending = await system.faults.ending(of: fault.name)
            return Observation(.text(ending?.reason.rawValue ?? "in force"))
        case "fault.struck": return Self.number(await system.faults.struck(by: fault.name))
        case "fault.fraction": return Self.number(fault.ending == nil ? fault.fraction : 0)
        default: return Observation(nil)
        }
    }

    /// `nil` if one of the proxies does not tell.
    private var faultsInForce: Int? {
        get async {
            var count = 0
            for place in system.places {
                guard let inForce = try? await place.proxy.faultsInForce else { return nil }
                count += inForce
            }
            return count
        }
    }

    func load(_ name: String, _ facts: RunFacts.State) -> Observation {
        switch name {
        case "workload.not_served_ratio":
            // What ended before the fault, or before its lift, says nothing about now.
            let second = ContinuousClock.now - .seconds(1)
            let since = facts.fault.map { max(second, $0.lastChange) } ?? second
            let last = workload.history.ended(after: since)
            return Self.ratio(last.count { !$0.isServed }, of: last.count)
        case "workload.deferred_writes":
            guard let fault = facts.fault else { return Observation(nil) }
            let after = workload.history.window(since: fault.effective).samples
            return Self.number(after.count { $0.outcome == .deferred && $0.kind != .read })
        case "workload.restored": return restored(facts)
        default: return partial(name, facts)
        }
    }

    /// Since the last fault; if no service was lost to that one, since the first.
    ///
    /// - Returns: nothing if service was never lost: then it cannot come back.
    private func restored(_ facts: RunFacts.State) -> Observation {
        guard let last = facts.fault, last.ending != nil else { return Observation(nil) }
        let others = facts.faults.dropLast().prefix(1)
        for fault in [last] + others {
            let analysis = RecoveryAnalysis(
                workload.history.window(since: fault.effective), faultEffective: fault.effective,
                end: .now, stableFor: stableFor)
            if analysis.impact != nil { return Observation(.flag(analysis.restored != nil)) }
        }
        return Observation(nil)
    }

    func message(_ name: String, _ facts: RunFacts.State) async -> Observation {
        switch name {
        case "queue.depth": return Self.number(await system.store.selfReport.queueDepth)
        case "queue.killed_acknowledged": return Self.number(facts.killedQueue?.acknowledged)
        case "queue.killed_missing": return Self.number(facts.killedQueue?.missing)
        case "receiver.early_notices", "receiver.degraded_notices": return receiver(name, facts)
        default: return await alert(name, facts)
        }
    }

    /// Notices about performance are told apart: they may come before the disaster is detected.
    private func receiver(_ name: String, _ facts: RunFacts.State) -> Observation {
        guard let notices = system.notices(since: facts.steadySince) else {
            return Observation(nil)
        }
        let received = notices.filter {
            $0.notice.kind == .degraded || $0.notice.kind == .recovered
        }
        // A change that is only polled may have been a little earlier, and told at once.
        let detected = facts.detected.map { system.store.earliest(of: $0) }
        let incident = incident(facts, received, detected: detected)
        guard let detected, let incident else {
            return Self.number(name == "receiver.early_notices" ? received.count : 0)
        }
        if name == "receiver.early_notices" {
            return Self.number(received.count { $0.instant < detected })
        }
        let lifted = facts.fault?.ending?.ended ?? .now
        return Self.number(
            received.count { item in
                item.notice.kind == .degraded && item.notice.incident == incident
                    && item.instant >= detected && item.instant <= lifted
            })
    }

    /// The one that users have to be told of. A service of others names it only in its notices: it
    /// is that of the first one after the service noticed the fault.
    private func incident(
        _ facts: RunFacts.State, _ received: [NoticeReceiver.Received],
        detected: ContinuousClock.Instant?
    ) -> String? {
        if system.service == nil { return facts.degraded?.incident }
        guard let detected else { return nil }
        let first = received.first { $0.notice.kind == .degraded && $0.instant >= detected }
        return first?.notice.incident ?? ""
    }
}
