/// How the built-in storage system is set up for a scenario.
public struct SystemPlan: Equatable, Sendable {
    /// How long its circuit breaker stays open before trial calls pass.
    public let breakerOpenFor: Duration
    /// How many failures in a row open it.
    public let breakerFailures: Int

    public init(breakerOpenFor: Duration = .seconds(3), breakerFailures: Int = 3) {
        (self.breakerOpenFor, self.breakerFailures) = (breakerOpenFor, breakerFailures)
    }
}
