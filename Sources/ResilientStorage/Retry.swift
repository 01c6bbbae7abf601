/// When to try a failed call again: exponential backoff with full jitter, under a budget.
///
/// A pure value. The budget keeps retries from multiplying the load of a storage in trouble: every
/// call earns a part of a retry, every retry costs a whole one.
public struct Retry: Equatable, Sendable {
    public struct Configuration: Equatable, Sendable {
        /// Calls in all, the first included.
        public var maximumAttempts = 3
        public var baseDelay: Duration = .milliseconds(50)
        public var maximumDelay: Duration = .seconds(2)
        /// Retries earned by each call.
        public var budgetRatio = 0.2
        /// The most retries that can be saved up, and what there is at the start.
        public var maximumBudget = 20.0

        public init() {}
    }

    private let configuration: Configuration
    public private(set) var budget: Double

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
    public mutating func delay(afterAttempt attempt: Int, random: Double) -> Duration? {
        guard attempt < configuration.maximumAttempts, budget >= 1 else { return nil }
        budget -= 1
        let ceiling = min(
            configuration.baseDelay * (1 << min(attempt - 1, 20)), configuration.maximumDelay)
        return ceiling * random
    }
}
