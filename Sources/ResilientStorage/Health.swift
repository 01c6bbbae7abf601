/// What recent calls say about a storage. A pure state machine.
///
/// One failure of a healthy storage makes it degraded; `unhealthyThreshold` failures in a row make
/// it unhealthy; from there `healthyThreshold` successes in a row make it healthy again.
public struct Health: Equatable, Sendable {
    public struct Configuration: Equatable, Sendable {
        public var unhealthyThreshold = 3
        public var healthyThreshold = 3
        /// How often the storage is asked when nobody else calls it.
        public var interval: Duration = .milliseconds(500)

        public init() {}
    }

    public enum State: String, Sendable {
        case healthy, degraded, unhealthy
    }

    public struct Transition: Equatable, Sendable {
        public let from: State
        public let to: State
        public let instant: ContinuousClock.Instant
    }

    private let configuration: Configuration
    public private(set) var state = State.healthy
    /// When the last call ended; `nil` before the first.
    public private(set) var lastSample: ContinuousClock.Instant?
    private var failures = 0
    private var successes = 0

    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    public mutating func observe(
        success: Bool, at now: ContinuousClock.Instant
    ) -> Transition? {
        lastSample = now
        failures = success ? 0 : failures + 1
        successes = success ? successes + 1 : 0
        let next: State =
            switch state {
            case _ where failures >= configuration.unhealthyThreshold: .unhealthy
            case .healthy where failures > 0: .degraded
            case .degraded, .unhealthy:
                successes >= configuration.healthyThreshold ? .healthy : state
            case .healthy: .healthy
            }
        defer { state = next }
        return next == state ? nil : Transition(from: state, to: next, instant: now)
    }
}
