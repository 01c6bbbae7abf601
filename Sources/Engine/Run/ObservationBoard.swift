internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// Looks at what scenarios can observe. Each name of `ObservationCatalog` is answered here, or in
/// the extension for its group; what the program has registered, by the program.
struct ObservationBoard: Sendable {
    let system: SystemUnderTest
    let workload: Workload
    let probes: Probes
    let facts: RunFacts
    let stableFor: Duration
    let custom: Custom

    /// What the program has registered, and what that may use.
    struct Custom: Sendable {
        let extensions: ScenarioExtensions
        let context: any DrillContext
    }

    /// - Returns: an observation without a value if there is nothing to see yet.
    func look(at name: String) async -> Observation {
        // First, since its group may be one of those below.
        if let observation = custom.extensions.observation(named: name) {
            return (try? await observation.look(custom.context)) ?? Observation(nil)
        }
        let facts = facts.all
        switch name.split(separator: ".").first {
        case _ where name == "proxy.writes_to_primary_while_secondary":
            return await failover(name, facts)
        case "proxy", "wire", "storage", "probe", "retry": return await request(name, facts)
        case "fault": return await fault(name, facts)
        case "workload", "calls": return load(name, facts)
        case "breaker", "episodes": return await breaker(name, facts)
        case "health", "queue", "receiver", "alerts": return await message(name, facts)
        case "ledger": return await ledger(name, facts)
        case "backup", "restore", "destroyed": return await backup(name, facts)
        case "failover", "failback", "secondary", "readonly", "sites":
            return await failover(name, facts)
        case "baseline", "sweep", "large", "stress", "resources":
            return performance(name, facts)
        default: return Observation(nil)
        }
    }

    static func number(_ count: Int?) -> Observation {
        Observation(count.map { .number(Double($0)) })
    }

    static func number(_ value: Double?) -> Observation { Observation(value.map { .number($0) }) }

    static func milliseconds(_ duration: Duration?) -> Observation {
        number(duration.map { Double($0.microseconds) / 1000 })
    }

    /// - Returns: a ratio of nothing has no value.
    static func ratio(_ part: Int, of whole: Int) -> Observation {
        guard whole > 0 else { return Observation(nil, samples: 0) }
        return Observation(.number(Double(part) / Double(whole)), samples: whole)
    }

    // MARK: The ledger

    private func ledger(_ name: String, _ facts: RunFacts.State) async -> Observation {
        switch name {
        case "ledger.compared": Self.number(facts.comparison?.keys)
        case "ledger.damaged": Self.number(facts.comparison?.offences.count)
        case "ledger.unexpected": Self.number(facts.comparison?.unexpected.count)
        default: await backup(name, facts)
        }
    }
}
