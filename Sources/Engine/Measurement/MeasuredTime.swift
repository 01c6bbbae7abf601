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
