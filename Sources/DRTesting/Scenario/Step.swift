/// One thing to do and to observe.
public struct Step: Equatable, Sendable {
    public let name: String
    /// The part of the storage system that is tested.
    public let component: String
    /// Taken one after another, before anything is observed.
    public let actions: [Action]
    /// At least one.
    public let expectations: [Expectation]
    /// Taken once the expectations are judged.
    public let measures: [Measure]
    /// Without it the steps after it make no sense: they are not taken if it does not pass.
    public let isRequired: Bool

    public init(
        name: String, component: String, actions: [Action] = [], expectations: [Expectation],
        measures: [Measure] = [], isRequired: Bool = false
    ) {
        precondition(!expectations.isEmpty, "A step without an expectation proves nothing.")
        (self.name, self.component, self.actions) = (name, component, actions)
        (self.expectations, self.measures) = (expectations, measures)
        self.isRequired = isRequired
    }
}

/// An observation that is kept as a metric.
///
/// It is for reports and comparisons: whether a step passes, its expectations alone decide.
public struct Measure: Equatable, Sendable {
    public enum Limit: Equatable, Sendable {
        case atMost(Double), atLeast(Double)

        public var threshold: Double {
            switch self {
            case .atMost(let threshold), .atLeast(let threshold): threshold
            }
        }

        public func holds(_ value: Double) -> Bool {
            switch self {
            case .atMost(let threshold): value <= threshold
            case .atLeast(let threshold): value >= threshold
            }
        }
    }

    public let name: String
    /// For example `throughput`, `latency` or `custom`.
    public let type: String
    /// An observation that is a number.
    public let observation: String
    public let unit: String
    public let limit: Limit?

    public init(
        name: String, type: String = "custom", observation: String, unit: String,
        limit: Limit? = nil
    ) {
        (self.name, self.type, self.observation) = (name, type, observation)
        (self.unit, self.limit) = (unit, limit)
    }

    /// The row to record. What was not seen has no value, and neither passed nor failed.
    ///
    /// - Parameter time: microseconds since 1970.
    public func metric(of seen: Observation, time: UInt64) -> MetricRecorded {
        var metric = MetricRecorded()
        (metric.name, metric.type, metric.unit) = (name, type, unit)
        if case .number(let value) = seen.value { metric.value = value }
        if let limit {
            metric.threshold = limit.threshold
            metric.passed = metric.value.map { limit.holds($0) }
        }
        metric.time = time
        return metric
    }
}
