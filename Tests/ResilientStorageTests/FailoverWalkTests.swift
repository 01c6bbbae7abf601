import ResilientStorage
import Testing

/// Random healths, backlogs and orders, looked at again and again.
struct FailoverWalkTests {
    @Test(arguments: UInt64(0)..<100)
    func whateverHappensTheRulesHold(round: UInt64) throws {
        var walk = Walk(round: round)
        for step in 0..<2000 {
            let problem = walk.step()
            let context: Comment = "\(problem ?? "") at step \(step), \(Seed.note(round: round))"
            try #require(problem == nil, context)
        }
    }

    @Test(arguments: UInt64(0)..<100)
    func whenAllIsWellAgainThePrimaryServesInTheEnd(round: UInt64) {
        var walk = Walk(round: round)
        for _ in 0..<500 { _ = walk.step() }
        let isBack = walk.settle()
        #expect(isBack, Seed.note(round: round))
    }
}

private struct Walk {
    private let configuration: Failover.Configuration
    private let start = ContinuousClock.now
    private var random: SplitMix64
    private var failover: Failover
    private var inputs = Failover.Inputs(primary: .healthy, secondary: .healthy, backlog: 0)
    /// In milliseconds, as everything here.
    private var now = 0
    private var entered = 0
    private var unhealthySince: Int?
    private var healthySince: Int?

    init(round: UInt64) {
        random = SplitMix64(round: round)
        var configuration = Failover.Configuration()
        configuration.failoverAfter = .milliseconds(Int.random(in: 0...400, using: &random))
        configuration.dwell = .milliseconds(Int.random(in: 0...400, using: &random))
        configuration.failbackAfter = .milliseconds(Int.random(in: 0...400, using: &random))
        configuration.readOnlyLimit = .milliseconds(Int.random(in: 100...600, using: &random))
        configuration.isFailbackAutomatic = Bool.random(using: &random)
        self.configuration = configuration
        failover = Failover(configuration)
    }

    /// - Returns: which rule is broken.
    mutating func step() -> String? {
        now += Int.random(in: 0...60, using: &random)
        change()
        note()
        let before = failover.state
        let transition = failover.update(inputs, at: start + .milliseconds(now))
        if let transition, transition.from != before || transition.to != failover.state {
            return "the transition is not that of the state"
        }
        if let transition, let problem = problem(with: transition) { return problem }
        if transition != nil { entered = now }
        let isReadOnly = !failover.acceptsWrites(isHeld: false)
        let isLate = .milliseconds(now - entered) >= configuration.readOnlyLimit
        return isReadOnly && isLate ? "it is read-only for too long" : nil
    }

    private mutating func change() {
        let states: [Health.State] = [.healthy, .healthy, .degraded, .unhealthy, .unhealthy]
        if Int.random(in: 0..<10, using: &random) == 0 {
            inputs.primary = states.randomElement(using: &random) ?? .healthy
        }
        if Int.random(in: 0..<20, using: &random) == 0 {
            inputs.secondary = states.randomElement(using: &random) ?? .healthy
        }
        inputs.backlog = max(inputs.backlog + Int.random(in: -2...1, using: &random), 0)
        let progress: [Failover.ReconciliationState] = [.pending, .done, .done, .failed]
        if Int.random(in: 0..<4, using: &random) == 0 {
            inputs.reconciliation = progress.randomElement(using: &random) ?? .done
        }
        let orders: [Failover.Order] = [.failOver, .failBack]
        let isOrdered = Int.random(in: 0..<30, using: &random) == 0
        inputs.order = isOrdered ? orders.randomElement(using: &random) : nil
    }

    private mutating func note() {
        unhealthySince = inputs.primary == .unhealthy ? unhealthySince ?? now : nil
        healthySince = inputs.primary == .healthy ? healthySince ?? now : nil
    }

    private func hasLasted(_ limit: Duration, since instant: Int?) -> Bool {
        instant.map { .milliseconds(now - $0) >= limit } ?? false
    }

    private func problem(with transition: Failover.Transition) -> String? {
        switch (transition.from, transition.to) {
        case (.primary, .switchingOver):
            let isDue = hasLasted(configuration.failoverAfter, since: unhealthySince)
            return isDue || inputs.order == .failOver ? nil : "the primary was left too early"
        case (.switchingOver, .secondary):
            let isReady = inputs.backlog == 0 && inputs.secondary != .unhealthy
            return isReady ? nil : "a secondary serves that is not ready"
        case (.secondary, .failingBack):
            let isDue =
                configuration.isFailbackAutomatic
                && hasLasted(configuration.failbackAfter, since: healthySince)
                && hasLasted(configuration.dwell, since: entered)
            return isDue || inputs.order == .failBack ? nil : "the secondary was left too early"
        case (.failingBack, .primary):
            let isReady =
                inputs.backlog == 0 && inputs.reconciliation == .done
                && inputs.primary != .unhealthy
            return isReady ? nil : "a primary serves that is not ready"
        // Back to where it came from.
        case (.switchingOver, .primary), (.failingBack, .secondary): return nil
        default: return "\(transition.from) is never followed by \(transition.to)"
        }
    }

    /// - Returns: whether the primary serves when everything is well, after an order to go back.
    mutating func settle() -> Bool {
        for _ in 0..<200 where failover.state != .primary {
            now += 50
            let inputs = Failover.Inputs(
                primary: .healthy, secondary: .healthy, backlog: 0, reconciliation: .done,
                order: .failBack)
            _ = failover.update(inputs, at: start + .milliseconds(now))
        }
        return failover.state == .primary
    }
}
