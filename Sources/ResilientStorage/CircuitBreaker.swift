/// Stops calling a storage that fails, and finds out carefully when it works again.
///
/// A pure state machine: time comes in with each call. Closed: calls pass, and consecutive
/// failures are counted. Open: no call passes until `openDuration` is over. Half-open: so many
/// trial calls pass at once; all must succeed to close it, one failure opens it again.
public struct CircuitBreaker: Equatable, Sendable {
    public struct Configuration: Equatable, Sendable {
        /// Consecutive failures that open it.
        public var failureThreshold = 3
        /// How long it stays open before trial calls pass.
        public var openDuration: Duration = .seconds(3)
        /// Trial calls that pass while half-open; so many successes close it.
        public var trialCount = 2
        /// A call that succeeds only after more than this counts as a failure; `nil` for none.
        public var slowCallLimit: Duration?

        public init() {}
    }

    public enum State: String, Sendable {
        case closed, open
        case halfOpen = "half-open"
    }

    /// A change of state, for those who watch.
    public struct Transition: Equatable, Sendable {
        public let from: State
        public let to: State

        public init(from: State, to: State) { (self.from, self.to) = (from, to) }
    }

    /// Whether a call may be made, and in which phase it was admitted: a result that comes when
    /// that phase is over says nothing about the next one.
    public enum Admission: Equatable, Sendable {
        case pass(Int)
        /// Let through to see whether the storage works again.
        case trial(Int)
        case refused
    }

    private enum Phase: Equatable {
        case closed(failures: Int)
        case open(since: ContinuousClock.Instant)
        case halfOpen(inFlight: Int, successes: Int)
    }

    private let configuration: Configuration
    private var phase = Phase.closed(failures: 0)
    /// Counts the changes of state.
    private var phaseNumber = 0

    public init(_ configuration: Configuration = Configuration()) {
        precondition(
            configuration.failureThreshold > 0 && configuration.trialCount > 0,
            "A circuit breaker needs at least one failure to open and one trial to close.")
        self.configuration = configuration
    }

    public var state: State {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    /// Asks to make a call. Every admitted call must be followed by `succeeded`, `failed` or
    /// `abandoned`.
    public mutating func admit(at now: ContinuousClock.Instant) -> (Admission, Transition?) {
        switch phase {
        case .closed:
            return (.pass(phaseNumber), nil)
        case .open(let since) where now >= since + configuration.openDuration:
            let transition = change(to: .halfOpen(inFlight: 1, successes: 0))
            return (.trial(phaseNumber), transition)
        case .open:
            return (.refused, nil)
        case .halfOpen(let inFlight, let successes):
            guard inFlight + successes < configuration.trialCount else { return (.refused, nil) }
            phase = .halfOpen(inFlight: inFlight + 1, successes: successes)
            return (.trial(phaseNumber), nil)
        }
    }

    /// Whether a call that succeeded after `duration` is to be reported by `failed`.
    public func isSlow(_ duration: Duration) -> Bool {
        configuration.slowCallLimit.map { duration > $0 } ?? false
    }

    /// - Parameter admission: what the call was admitted as; late results of other phases do not
    ///   count.
    public mutating func succeeded(_ admission: Admission) -> Transition? {
        guard isOfThisPhase(admission) else { return nil }
        switch phase {
        case .closed:
            phase = .closed(failures: 0)
            return nil
        case .halfOpen(let inFlight, let successes):
            if successes + 1 >= configuration.trialCount { return change(to: .closed(failures: 0)) }
            phase = .halfOpen(inFlight: max(inFlight - 1, 0), successes: successes + 1)
            return nil
        case .open:
            return nil
        }
    }

    public mutating func failed(
        _ admission: Admission, at now: ContinuousClock.Instant
    ) -> Transition? {
        guard isOfThisPhase(admission) else { return nil }
        switch phase {
        case .closed(let failures):
            if failures + 1 >= configuration.failureThreshold {
                return change(to: .open(since: now))
            }
            phase = .closed(failures: failures + 1)
            return nil
        case .halfOpen:
            return change(to: .open(since: now))
        case .open:
            return nil
        }
    }

    /// The caller gave up: that tells nothing about the storage.
    public mutating func abandoned(_ admission: Admission) {
        guard isOfThisPhase(admission), case .halfOpen(let inFlight, let successes) = phase else {
            return
        }
        phase = .halfOpen(inFlight: max(inFlight - 1, 0), successes: successes)
    }

    /// Closes it, whatever it has seen: for the cleanup after a drill.
    public mutating func reset() -> Transition? {
        if state != .closed { return change(to: .closed(failures: 0)) }
        phase = .closed(failures: 0)
        return nil
    }

    private func isOfThisPhase(_ admission: Admission) -> Bool {
        switch admission {
        case .pass(let number), .trial(let number): number == phaseNumber
        case .refused: false
        }
    }

    private mutating func change(to next: Phase) -> Transition {
        let from = state
        phase = next
        phaseNumber += 1
        return Transition(from: from, to: state)
    }
}
