internal import CoreMetrics
internal import Synchronization

/// The values of one metric with one set of labels.
protocol MetricSeries: AnyObject, Sendable {
    /// As the text format calls it.
    var kind: String { get }

    func write(_ name: String, labels: String, to text: inout String)
}

/// A number that only grows.
final class CounterSeries: MetricSeries, CounterHandler {
    private let value = Atomic<Int64>(0)

    let kind = "counter"

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { value.store(0, ordering: .relaxed) }

    func write(_ name: String, labels: String, to text: inout String) {
        text += "\(name)\(labels) \(value.load(ordering: .relaxed))\n"
    }
}

/// A number that goes up and down.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    let kind = "gauge"

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { self.value.withLock { $0 = value } }

    func increment(by amount: Double) { value.withLock { $0 += amount } }

    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }

    func write(_ name: String, labels: String, to text: inout String) {
        text += "\(name)\(labels) \(ExpositionText.number(value.withLock { $0 }))\n"
    }
}

/// How often values were at most so large. Of a timer, they are seconds.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
    private static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private struct State {
        /// The last one is for what is greater than all bounds.
        var counts = [UInt64](repeating: 0, count: HistogramSeries.bounds.count + 1)
        var sum = 0.0
    }

    private let state = Mutex(State())

    let kind = "histogram"

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func write(_ name: String, labels: String, to text: inout String) {
        let state = state.withLock { $0 }
        var count: UInt64 = 0
        for (bound, added) in zip(Self.bounds, state.counts) {
            count += added
            let labels = ExpositionText.labels(labels, adding: "le", ExpositionText.number(bound))
            text += "\(name)_bucket\(labels) \(count)\n"
        }
        count += state.counts[Self.bounds.count]
        text += "\(name)_bucket\(ExpositionText.labels(labels, adding: "le", "+Inf")) \(count)\n"
        text += "\(name)_sum\(labels) \(state.sum)\n\(name)_count\(labels) \(count)\n"
    }
}
