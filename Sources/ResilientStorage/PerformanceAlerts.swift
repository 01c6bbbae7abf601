/// The seam at which performance alerts are put in. The contract is that of `PerformanceAlerts`.
public protocol PerformanceAlerting: Sendable {
    mutating func observe(_ call: PerformanceAlerts.Call) -> [PerformanceAlerts.Change]
}

/// Whether calls fail too often or take too long. A pure state machine over a sliding window.
///
/// An alert is raised when more than the limit's share of at least `minimumCalls` calls is bad, and
/// ended only when that share has fallen to `clearingPart` of the limit: a share that swings about
/// the limit is one alert. Without calls nothing changes: silence is no evidence of health.
public struct PerformanceAlerts: PerformanceAlerting, Equatable, Sendable {
    public struct Configuration: Equatable, Sendable {
        public var window: Duration = .seconds(10)
        /// Fewer calls in the window decide nothing.
        public var minimumCalls = 20
        /// Share of the calls that may fail.
        public var errorRateLimit = 0.05
        /// What the 95th percentile of latency may be: not more than one call in 20 takes longer.
        public var latencyLimit: Duration = .seconds(1)
        public var clearingPart = 0.5

        public init() {}
    }

    public enum Kind: String, CaseIterable, Sendable {
        case errorRate = "error rate"
        case latency
    }

    /// A call to the storage that has ended.
    public struct Call: Equatable, Sendable {
        public let isFailure: Bool
        public let duration: Duration
        public let instant: ContinuousClock.Instant

        public init(isFailure: Bool, duration: Duration, instant: ContinuousClock.Instant) {
            (self.isFailure, self.duration, self.instant) = (isFailure, duration, instant)
        }
    }

    /// An alert was raised, or ended.
    public struct Change: Equatable, Sendable {
        public let kind: Kind
        public let isRaised: Bool
        /// Of the calls in the window: those that failed, or took longer than the limit.
        public let share: Double
        public let calls: Int
        public let instant: ContinuousClock.Instant

        public init(
            kind: Kind, isRaised: Bool, share: Double, calls: Int,
            instant: ContinuousClock.Instant
        ) {
            (self.kind, self.isRaised, self.share) = (kind, isRaised, share)
            (self.calls, self.instant) = (calls, instant)
        }
    }

    /// A tenth of the window.
    private struct Slice: Equatable {
        let number: Int
        var calls = 0
        var failures = 0
        var slow = 0
    }

    private static let slicesPerWindow = 10
    private static let slowShareLimit = 0.05

    private let configuration: Configuration
    private var origin: ContinuousClock.Instant?
    /// Ascending. The window moves by whole slices.
    private var slices: [Slice] = []
    /// The alerts that are raised now.
    public private(set) var raised: Set<Kind> = []

    public init(_ configuration: Configuration = Configuration()) {
        precondition(
            configuration.window > .zero && configuration.minimumCalls > 0,
            "Alerts need a window of some length and at least one call in it.")
        self.configuration = configuration
    }

    public mutating func observe(_ call: Call) -> [Change] {
        add(call)
        let calls = slices.reduce(0) { $0 + $1.calls }
        guard calls >= configuration.minimumCalls else { return [] }
        return Kind.allCases.compactMap { kind in
            let bad = slices.reduce(0) { $0 + (kind == .errorRate ? $1.failures : $1.slow) }
            let share = Double(bad) / Double(calls)
            let isRaised = isRaised(kind, bad: Double(bad), of: Double(calls))
            guard isRaised != raised.contains(kind) else { return nil }
            if isRaised { raised.insert(kind) } else { raised.remove(kind) }
            return Change(
                kind: kind, isRaised: isRaised, share: share, calls: calls, instant: call.instant)
        }
    }

    private func isRaised(_ kind: Kind, bad: Double, of calls: Double) -> Bool {
        let limit = kind == .errorRate ? configuration.errorRateLimit : Self.slowShareLimit
        return raised.contains(kind)
            ? bad > limit * configuration.clearingPart * calls : bad > limit * calls
    }

    private mutating func add(_ call: Call) {
        let origin = origin ?? call.instant
        self.origin = origin
        let width = configuration.window / Self.slicesPerWindow
        // Calls that end at the same time come in any order: a late one counts as of now.
        let number = max(Int((call.instant - origin) / width), slices.last?.number ?? 0)
        if slices.last?.number != number { slices.append(Slice(number: number)) }
        slices.removeAll { $0.number <= number - Self.slicesPerWindow }
        let last = slices.count - 1
        slices[last].calls += 1
        if call.isFailure { slices[last].failures += 1 }
        if call.duration > configuration.latencyLimit { slices[last].slow += 1 }
    }
}
