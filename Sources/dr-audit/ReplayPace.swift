import ArgumentParser

/// How many times as fast as it happened something is shown: `1`, `10x`, `0.5`.
struct ReplaySpeed: ExpressibleByArgument {
    let factor: Double

    init?(argument: String) {
        let digits = argument.hasSuffix("x") ? argument.dropLast() : argument[...]
        guard let factor = Double(digits), factor > 0, factor.isFinite else { return nil }
        self.factor = factor
    }
}

/// When each event is shown, counted from the first one. No clock, and no waiting.
struct ReplayPace {
    /// Nobody waits longer than this for one event: logs have gaps of days.
    static let longestPause: Duration = .seconds(10)

    private let speed: ReplaySpeed
    private var last: UInt64?
    private var elapsed: Duration = .zero

    init(speed: ReplaySpeed) { self.speed = speed }

    /// - Parameter recorded: of the next event, in microseconds since 1970.
    mutating func due(recorded: UInt64) -> Duration {
        let gap = recorded - min(last ?? recorded, recorded)
        last = recorded
        let pause = Double(gap) / 1_000_000 / speed.factor
        elapsed += min(Duration.seconds(min(pause, 1000)), Self.longestPause)
        return elapsed
    }
}
