/// The seam at which health is put in. The contract is that of `Health`.
public protocol HealthWatching: Sendable {
    var state: Health.State { get }
    var lastSample: ContinuousClock.Instant? { get }
    mutating func observe(
        success: Bool, from source: Health.Source, at now: ContinuousClock.Instant
    ) -> Health.Transition?
}

/// What recent calls say about a storage. A pure state machine.
///
/// One failure of a healthy storage makes it degraded; `unhealthyThreshold` failures in a row make
/// it unhealthy; from there `healthyThreshold` successes in a row make it healthy again.
///
/// Operations and health checks are counted apart, and the worse of the two is the state: a storage
/// that answers a check of its bucket and fails every write is not healthy. So a check that
/// succeeds never takes back what operations saw. Only when no operation has been made for
/// `operationMemory` do `healthyThreshold` checks in a row speak for both: nobody calls a storage
/// that is known to fail, and without this rule it would never be found healthy again.
public struct Health: HealthWatching, Equatable, Sendable {
    public struct Configuration: Equatable, Sendable {
        public var unhealthyThreshold = 3
        public var healthyThreshold = 3
        /// How often the storage is asked when nobody else calls it.
        public var interval: Duration = .milliseconds(500)
        /// For how long the last operations count against checks that succeed.
        public var operationMemory: Duration = .seconds(10)

        public init() {}
    }

    public enum State: String, Sendable {
        case healthy, degraded, unhealthy

        fileprivate var severity: Int {
            switch self {
            case .healthy: 0
            case .degraded: 1
            case .unhealthy: 2
            }
        }
    }

    /// Where a sample comes from.
    public enum Source: Sendable {
        case operation, check
    }

    public struct Transition: Equatable, Sendable {
        public let from: State
        public let to: State
        public let instant: ContinuousClock.Instant
        /// From the first of the failures in a row to here; only if it has become unhealthy.
        public let detectionTime: Duration?

        public init(
            from: State, to: State, instant: ContinuousClock.Instant,
            detectionTime: Duration? = nil
        ) {
            (self.from, self.to) = (from, to)
            (self.instant, self.detectionTime) = (instant, detectionTime)
        }
    }

    /// The samples of one source.
    private struct Streak: Equatable {
        var state = State.healthy
        var failures = 0
        var successes = 0
        var firstFailure: ContinuousClock.Instant?
        var last: ContinuousClock.Instant?

        mutating func add(
            success: Bool, at now: ContinuousClock.Instant, _ configuration: Configuration
        ) {
            last = now
            firstFailure = success ? nil : firstFailure ?? now
            failures = success ? 0 : failures + 1
            successes = success ? successes + 1 : 0
            switch state {
            case _ where failures >= configuration.unhealthyThreshold: state = .unhealthy
            case .healthy where failures > 0: state = .degraded
            case .degraded where successes >= configuration.healthyThreshold,
                .unhealthy where successes >= configuration.healthyThreshold:
                state = .healthy
            default: break
            }
        }
    }

    private let configuration: Configuration
    public private(set) var state = State.healthy
    /// When the last call ended; `nil` before the first.
    public private(set) var lastSample: ContinuousClock.Instant?
    private var operations = Streak()
    private var checks = Streak()

    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    public mutating func observe(
        success: Bool, from source: Source = .operation, at now: ContinuousClock.Instant
    ) -> Transition? {
        lastSample = now
        switch source {
        case .operation: operations.add(success: success, at: now, configuration)
        case .check:
            checks.add(success: success, at: now, configuration)
            forgetOldOperations(at: now)
        }
        let next = [operations, checks].map(\.state).max { $0.severity < $1.severity } ?? state
        defer { state = next }
        if next == state { return nil }
        return Transition(
            from: state, to: next, instant: now,
            detectionTime: next == .unhealthy ? detectionTime(at: now) : nil)
    }

    private mutating func forgetOldOperations(at now: ContinuousClock.Instant) {
        guard let last = operations.last, now - last >= configuration.operationMemory,
            checks.successes >= configuration.healthyThreshold
        else { return }
        operations = Streak()
    }

    private func detectionTime(at now: ContinuousClock.Instant) -> Duration? {
        [operations, checks].filter { $0.state == .unhealthy }.compactMap(\.firstFailure).min()
            .map { now - $0 }
    }
}
