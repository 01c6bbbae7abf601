internal import DRTesting
internal import Histogram

/// How long operations took, so that percentiles can be told however many there were. A pure value
/// whose size depends on the longest latency only.
struct Latencies: Sendable {
    enum Precision: Sendable {
        /// To the nearest thousandth. Up to some 60 KiB.
        case summary
        /// To the nearest hundredth, in some 8 KiB: for those of which there are many.
        case bin

        fileprivate var digits: SignificantDigits { self == .summary ? .three : .two }
    }

    /// In microseconds.
    private var histogram: Histogram<UInt32>

    init(_ precision: Precision = .summary) {
        histogram = Histogram(numberOfSignificantValueDigits: precision.digits)
    }

    var count: Int { Int(histogram.totalCount) }

    /// 0 if there is none.
    var maximumUs: UInt64 { histogram.max }

    mutating func add(_ latency: Duration) {
        // An answer may be stamped before its request was due; and nothing takes longer than a day.
        histogram.record(UInt64(min(max(latency.microseconds, 0), 86_400_000_000)))
    }

    /// - Parameter other: of the same precision.
    mutating func add(_ other: Latencies) { histogram.add(other.histogram) }

    /// 0 if there is none.
    func percentileUs(_ percentile: Double) -> UInt64 { histogram.valueAtPercentile(percentile) }

    /// `nil` if there is none.
    func percentile(_ percentile: Double) -> Duration? {
        count == 0 ? nil : .microseconds(Int64(percentileUs(percentile)))
    }
}

extension Latencies {
    /// Those of the samples.
    init(of samples: some Sequence<OperationSample>) {
        self.init()
        for sample in samples { add(sample.latency) }
    }
}
