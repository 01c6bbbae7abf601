internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// What shows which storage serves, and that both hold the same in the end.
extension ObservationBoard {
    func failover(_ name: String, _ facts: RunFacts.State) async -> Observation {
        let store = system.store
        switch name {
        case "failover.state":
            let state = await store.selfReport.failover
            return Observation(state.map { .text($0.rawValue) })
        case "failover.epoch":
            let epoch = await store.selfReport.epoch
            return Self.number(epoch.map { Double($0) })
        case "failover.lag_operations":
            let lag = try? await store.replicationLag()
            return Self.number(lag?.depth)
        case "failover.restored", "failback.restored": return restored(name, facts)
        case "failback.done":
            let sites = facts.siteHistory
            return Observation(sites.switched == nil ? nil : .flag(sites.returned != nil))
        case "proxy.writes_to_primary_while_secondary":
            return Self.number(await writesToPrimary(facts.siteHistory.reigns))
        default: return await compared(name, facts)
        }
    }

    private func restored(_ name: String, _ facts: RunFacts.State) -> Observation {
        let sites = facts.siteHistory
        let begun = name == "failover.restored" ? sites.switched : sites.failbackStarted
        let analysis = facts.failoverAnalysis(workload.history, until: .now, stableFor: stableFor)
        guard begun != nil, let analysis, analysis.isComplete else { return Observation(nil) }
        let time = name == "failover.restored" ? analysis.failoverTime : analysis.failbackTime
        return Observation(.flag(time.value != nil))
    }

    private func compared(_ name: String, _ facts: RunFacts.State) async -> Observation {
        let (takeovers, sites) = (facts.failover.takeovers, facts.failover.sites)
        switch name {
        case "secondary.compared": return Self.number(takeovers.map(\.keys).min())
        case "secondary.damaged":
            guard !takeovers.isEmpty else { return Observation(nil) }
            return Self.number(takeovers.reduce(0) { $0 + $1.offences.count })
        case "sites.compared": return Self.number(sites?.compared)
        case "sites.differences": return Self.number(sites?.differing.count)
        case "secondary.reads_served", "secondary.writes_served", "secondary.early_operations":
            return await secondary(name, facts)
        default: return await readOnly(name, facts)
        }
    }

    private func secondary(_ name: String, _ facts: RunFacts.State) async -> Observation {
        guard let fault = facts.faults.first, let secondary = system.secondary else {
            return Observation(nil)
        }
        await secondary.catchUp()
        if name == "secondary.early_operations" {
            // Since long before the run.
            let served = secondary.wire.served(since: fault.effective - .seconds(86_400))
            return Self.count(served) { $0.finished < fault.effective }
        }
        let isRead = name == "secondary.reads_served"
        return Self.count(secondary.wire.served(since: fault.effective)) { $0.isRead == isRead }
    }

    /// - Returns: nothing if some of that time are not known any more: fewer than there were would
    ///   be worse.
    static func count<Sample: TimedSample>(
        _ window: SampleWindow<Sample>, where holds: (Sample) -> Bool
    ) -> Observation {
        window.isComplete ? number(window.samples.count(where: holds)) : Observation(nil)
    }

    private func readOnly(_ name: String, _ facts: RunFacts.State) async -> Observation {
        guard let mode = facts.failover.readOnlyModes.last, let began = mode.began else {
            return Observation(nil)
        }
        let ended = mode.ended ?? .now
        let window = workload.history.window(since: began)
        switch name {
        case "readonly.writes_refused":
            return Self.count(window) {
                $0.kind != .read && $0.outcome == .refused && $0.finished <= ended
            }
        case "readonly.reads_served":
            return Self.count(window) { $0.kind == .read && $0.isServed && $0.finished <= ended }
        case "readonly.writes_on_wire":
            var sum = 0
            for place in [system.primary, system.secondary].compactMap(\.self) {
                let count = await Self.writes(
                    of: [system.storeAgent], at: place, from: began, to: ended)
                guard let count else { return Observation(nil) }
                sum += count
            }
            return Self.number(sum)
        default: return Observation(nil)
        }
    }

    // MARK: The wire

    /// - Returns: `nil` if the secondary has never served, or if that is too long ago to count.
    private func writesToPrimary(_ reigns: [SiteHistory.Reign]) async -> Int? {
        if reigns.isEmpty { return nil }
        // A service of others is all that writes there.
        let agents: [String?] =
            system.service == nil
            ? [SystemUnderTest.Agent.store, SystemUnderTest.Agent.replication] : [nil]
        var sum = 0
        for reign in reigns {
            let end = reign.end.map { system.store.earliest(of: $0) }
            let count = await Self.writes(
                of: agents, at: system.primary, from: reign.start, to: end)
            guard let count else { return nil }
            sum += count
        }
        return sum
    }

    /// What is sent, whatever became of it.
    ///
    /// - Parameter agents: `nil` among them stands for everybody.
    /// - Returns: `nil` if the proxy does not tell, or does not remember that time any more: fewer
    ///   than there were would be worse than none.
    private static func writes(
        of agents: [String?], at place: StoragePlace, from start: ContinuousClock.Instant,
        to end: ContinuousClock.Instant?
    ) async -> Int? {
        guard start > .now - .seconds(295) else { return nil }
        var sum = 0
        for agent in agents {
            let count = try? await place.proxy.requests(
                of: agent, since: start, until: end, methods: ["PUT", "POST", "DELETE"])
            guard let count else { return nil }
            sum += count
        }
        return sum
    }
}
