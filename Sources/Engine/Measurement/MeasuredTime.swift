internal import DRTesting

/// A time that an objective may be set for, under the name of its metric.
struct MeasuredTime: Equatable, Sendable {
    let name: String
    /// `nil`: unknown, which is never 0.
    let value: Duration?

    /// - Returns: a measure without a value if either moment is unknown, or if they are in the
    ///   wrong order: then they do not belong together.
    init(_ name: String, from start: ContinuousClock.Instant?, to end: ContinuousClock.Instant?) {
        self.name = name
        if let start, let end, end >= start { value = end - start } else { value = nil }
    }
}

extension Duration {
    /// For what a time is known to within: it must not look finer than it is.
    var millisecondsRoundedUp: Int64 {
        let whole = milliseconds
        return self > .milliseconds(whole) ? whole + 1 : whole
    }
}
