internal import DRTesting

/// What a benchmark is judged by: how the storage system does under more load, compared with a
/// light one. A pure value; whatever cannot be told is `nil`.
struct BenchmarkAnalysis: Equatable, Sendable {
    /// The level at which latencies are compared.
    static let comparedClients = 8

    /// The first level of that many clients.
    let compared: LevelResult?
    /// Latencies with 8 clients by those of the baseline, at the 99th percentile.
    let p99Ratio: Double?
    /// The most that was served in a second with any number of clients, by the throughput of the
    /// baseline. What a heavier load than the storage can bear does to it does not count.
    let sweepThroughputRatio: Double?
    /// The same for the load at rising rates.
    let stressThroughputRatio: Double?

    /// - Parameters:
    ///   - baseline: at a light, constant rate.
    ///   - sweep: with more and more clients.
    ///   - stress: at higher and higher rates.
    init(baseline: LevelResult, sweep: [LevelResult], stress: [LevelResult]) {
        compared = sweep.first { $0.pressure == .clients(Self.comparedClients) }
        p99Ratio = Self.ratio(
            compared?.p99.map { $0 / .microseconds(1) },
            to: baseline.p99.map { $0 / .microseconds(1) })
        sweepThroughputRatio = Self.ratio(
            sweep.map(\.throughput).max(), to: baseline.throughput)
        stressThroughputRatio = Self.ratio(
            stress.map(\.throughput).max(), to: baseline.throughput)
    }

    private static func ratio(_ value: Double?, to base: Double?) -> Double? {
        guard let value, let base, base > 0 else { return nil }
        return value / base
    }
}
