/// The seam at which retries are put in. The contract is that of `Retry`.
public protocol Retrying: Sendable {
    var budget: Double { get }
    var count: Int { get }
    mutating func began()
    mutating func delay(
        afterAttempt attempt: Int, of failure: FailureClass, random: Double
    ) -> Duration?
}

/// When to try a failed call again: exponential backoff with full jitter, under a budget.
///
/// A pure value. The budget keeps retries from multiplying the load of a storage in trouble: every
/// call earns a part of a retry, every retry costs a whole one.
public struct Retry: Retrying, Equatable, Sendable {
    public struct Configuration: Equatable, Sendable {
        /// Calls in all, the first included.
        public var maximumAttempts = 3
        public var baseDelay: Duration = .milliseconds(50)
        /// Instead of `baseDelay`, for a storage that asks for less: it needs time, not calls.
        public var throttledBaseDelay: Duration = .milliseconds(500)
        public var maximumDelay: Duration = .seconds(2)
        /// Retries earned by each call.
        public var budgetRatio = 0.2
        /// The most retries that can be saved up, and what there is at the start.
        public var maximumBudget = 20.0

        public init() {}
    }

    private let configuration: Configuration
    public private(set) var budget: Double
    /// Retries granted so far.
    public private(set) var count = 0

    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        self.budget = configuration.maximumBudget
    }

    /// A call begins.
    public mutating func began() {
        budget = min(budget + configuration.budgetRatio, configuration.maximumBudget)
    }

    /// How long to wait before the next attempt; `nil` to give up.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - random: at least 0 and less than 1.
    public mutating func delay(
        afterAttempt attempt: Int, of failure: FailureClass = .serverFault, random: Double
    ) -> Duration? {
        guard attempt < configuration.maximumAttempts, budget >= 1 else { return nil }
        budget -= 1
        count += 1
        let base =
            failure == .throttled ? configuration.throttledBaseDelay : configuration.baseDelay
        let ceiling = min(base * (1 << min(attempt - 1, 20)), configuration.maximumDelay)
        return ceiling * random
    }
}
