/// The seam at which the decisions of a failover are put in. The contract is that of `Failover`.
public protocol FailoverDeciding: Sendable {
    var state: Failover.State { get }
    /// Whether users' writes are taken now.
    ///
    /// - Parameter isHeld: they are to be refused by order.
    func acceptsWrites(isHeld: Bool) -> Bool
    /// Goes on where an earlier process stopped.
    mutating func resume(at active: SiteName)
    mutating func update(
        _ inputs: Failover.Inputs, at now: ContinuousClock.Instant
    ) -> Failover.Transition?
}

/// Which of two storages serves: when the secondary takes over, and when the primary does again.
///
/// A pure state machine. From one storage to the other it always goes through a state in which no
/// write is taken, and it leaves that for the other storage only when the other one has everything
/// that was acknowledged. If that takes longer than `readOnlyLimit`, or its reason is gone, it goes
/// back to where it came from. A switch that was given up doubles the patience before the next one,
/// up to 64 times: what cannot succeed must not make the storage read-only again and again.
public struct Failover: FailoverDeciding, Equatable, Sendable {
    public struct Configuration: Equatable, Sendable {
        /// For so long the primary is unhealthy before the secondary takes over.
        public var failoverAfter: Duration = .seconds(5)
        /// The secondary serves for at least so long: a primary that comes and goes must not make
        /// the storages change places all the time.
        public var dwell: Duration = .seconds(5)
        /// For so long the primary is healthy before it serves again.
        public var failbackAfter: Duration = .seconds(5)
        public var isFailbackAutomatic = true
        /// No write is refused for longer than so because of a change of storages.
        public var readOnlyLimit: Duration = .seconds(60)

        public init() {}
    }

    public enum State: String, CaseIterable, Sendable {
        case primary
        /// Read-only, until the secondary has everything that was acknowledged.
        case switchingOver = "switching over"
        case secondary
        /// Read-only, until the primary has everything that was acknowledged.
        case failingBack = "failing back"

        /// The storage that counts: what is there and in its queue is what was acknowledged.
        public var active: SiteName {
            switch self {
            case .primary, .switchingOver: .primary
            case .secondary, .failingBack: .secondary
            }
        }

        /// While the primary is being left, the secondary and its queue answer.
        var readSite: SiteName { self == .primary ? .primary : .secondary }
    }

    /// Asked for by somebody, whatever the health of the primary.
    public enum Order: Equatable, Sendable {
        case failOver, failBack
    }

    /// How far the comparison of the two storages has come that precedes a failback.
    public enum ReconciliationState: Equatable, Sendable {
        case pending, done, failed
    }

    public struct Inputs: Equatable, Sendable {
        public var primary: Health.State
        public var secondary: Health.State
        /// Acknowledged operations that the storage which does not serve has not got, and
        /// operations under way that may become such.
        public var backlog: Int
        public var reconciliation: ReconciliationState
        public var order: Order?

        public init(
            primary: Health.State, secondary: Health.State, backlog: Int,
            reconciliation: ReconciliationState = .pending, order: Order? = nil
        ) {
            (self.primary, self.secondary, self.backlog) = (primary, secondary, backlog)
            (self.reconciliation, self.order) = (reconciliation, order)
        }
    }

    public struct Transition: Equatable, Sendable {
        public let from: State
        public let to: State

        public init(from: State, to: State) { (self.from, self.to) = (from, to) }
    }

    private let configuration: Configuration
    public private(set) var state = State.primary
    /// When the state began; `nil` before the first update.
    private var since: ContinuousClock.Instant?
    private var unhealthySince: ContinuousClock.Instant?
    private var healthySince: ContinuousClock.Instant?
    /// A switch that was asked for does not end because the primary is healthy.
    private var isOrdered = false
    /// Switches given up since the last one that succeeded.
    private var failedSwitches = 0

    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    public func acceptsWrites(isHeld: Bool) -> Bool {
        !isHeld && (state == .primary || state == .secondary)
    }

    public mutating func resume(at active: SiteName) {
        state = active == .primary ? .primary : .secondary
        (since, unhealthySince, healthySince) = (nil, nil, nil)
        (isOrdered, failedSwitches) = (false, 0)
    }

    public mutating func update(
        _ inputs: Inputs, at now: ContinuousClock.Instant
    ) -> Transition? {
        let begin = since ?? now
        since = begin
        let duration = now - begin
        unhealthySince = inputs.primary == .unhealthy ? unhealthySince ?? now : nil
        healthySince = inputs.primary == .healthy ? healthySince ?? now : nil
        guard let next = next(inputs, inStateFor: duration, at: now) else { return nil }
        let transition = Transition(from: state, to: next)
        count(transition, isNeedless: inputs.primary == .healthy && !isOrdered && !isLate(duration))
        isOrdered = inputs.order == .failOver
        // Anew in each state: whoever goes back waits before trying again.
        (state, since, unhealthySince, healthySince) = (next, now, nil, nil)
        return transition
    }

    private func next(
        _ inputs: Inputs, inStateFor duration: Duration, at now: ContinuousClock.Instant
    ) -> State? {
        switch state {
        case .primary:
            let limit = patient(configuration.failoverAfter)
            let isDue = unhealthySince.map { now - $0 >= limit } ?? false
            guard isDue || inputs.order == .failOver else { return nil }
            return inputs.secondary == .unhealthy ? nil : .switchingOver
        case .switchingOver:
            let isNeedless = inputs.primary == .healthy && !isOrdered
            if isNeedless || isLate(duration) || inputs.secondary == .unhealthy { return .primary }
            return inputs.backlog == 0 ? .secondary : nil
        case .secondary:
            let isDue = healthySince.map { now - $0 >= configuration.failbackAfter } ?? false
            if inputs.order == .failBack && inputs.primary != .unhealthy { return .failingBack }
            let hasServedLong = duration >= patient(configuration.dwell)
            return configuration.isFailbackAutomatic && isDue && hasServedLong
                ? .failingBack : nil
        case .failingBack:
            if inputs.primary == .unhealthy || isLate(duration)
                || inputs.reconciliation == .failed
            {
                return .secondary
            }
            return inputs.reconciliation == .done && inputs.backlog == 0 ? .primary : nil
        }
    }

    private func isLate(_ duration: Duration) -> Bool { duration >= configuration.readOnlyLimit }

    private func patient(_ duration: Duration) -> Duration {
        duration * (1 << min(failedSwitches, 6))
    }

    /// - Parameter isNeedless: the primary is well again, in time.
    private mutating func count(_ transition: Transition, isNeedless: Bool) {
        switch (transition.from, transition.to) {
        case (.switchingOver, .secondary), (.failingBack, .primary): failedSwitches = 0
        case (.switchingOver, .primary): if !isNeedless { failedSwitches += 1 }
        case (.failingBack, .secondary): failedSwitches += 1
        default: break
        }
    }
}
