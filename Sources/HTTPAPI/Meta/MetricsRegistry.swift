public import CoreMetrics
internal import Synchronization

/// What the server counts of itself, shown in the text format of Prometheus: the backend of
/// swift-metrics that this server has.
public final class MetricsRegistry: MetricsFactory {
    /// A metric with more combinations of labels does not show the rest: what comes with requests
    /// must not fill the memory.
    static let maximumSeries = 5000

    /// By the name of the metric, then by its labels as they are shown.
    private let families = Mutex<[String: [String: any MetricSeries]]>([:])

    public init() {}

    /// All metrics, in the order of their names and labels.
    public var text: String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            guard let kind = family.first?.value.kind else { continue }
            text += "# TYPE \(name) \(kind)\n"
            for (labels, series) in family.sorted(by: { $0.key < $1.key }) {
                series.write(name, labels: labels, to: &text)
            }
        }
        return text
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() }
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return series(label, dimensions) { HistogramSeries() } }
        return series(label, dimensions) { GaugeSeries() }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { HistogramSeries() }
    }

    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }

    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// The one that is there, or a new one.
    private func series<Series: MetricSeries>(
        _ label: String, _ dimensions: [(String, String)], make: () -> Series
    ) -> Series {
        let labels = ExpositionText.labels(dimensions)
        return families.withLock { families in
            let name = ExpositionText.name(label)
            let family = families[name] ?? [:]
            if let known = family[labels] as? Series { return known }
            let made = make()
            // One name has one kind.
            let fits = family.first.map { $0.value is Series } ?? true
            if fits, family.count < Self.maximumSeries {
                families[name, default: [:]][labels] = made
            }
            return made
        }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            for (name, family) in families {
                families[name] = family.filter { $0.value !== handler }
            }
        }
    }
}

/// Names and labels as the text format wants them.
enum ExpositionText {
    static func name(_ text: String) -> String {
        let bytes = text.utf8.map { isAllowed($0) ? $0 : UInt8(ascii: "_") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `{method="GET",route="/healthz"}`; empty if there are none.
    static func labels(_ dimensions: [(String, String)]) -> String {
        if dimensions.isEmpty { return "" }
        let pairs = dimensions.map { "\(name($0.0))=\"\(escaped($0.1))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// The labels with one more.
    static func labels(_ labels: String, adding name: String, _ value: String) -> String {
        let pair = "\(name)=\"\(value)\""
        return labels.isEmpty ? "{\(pair)}" : "\(labels.dropLast()),\(pair)}"
    }

    /// Whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        let isWhole = value == value.rounded() && value.magnitude < 9_007_199_254_740_992
        return isWhole ? String(Int64(value)) : value.description
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
