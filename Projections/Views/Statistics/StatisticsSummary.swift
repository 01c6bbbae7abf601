/// The statistics of a period: its days, put together.
public struct StatisticsSummary: Equatable, Sendable {
    /// The drills of one type.
    public struct OfType: Equatable, Sendable {
        public let testType: String
        public let counts: DrillCounts
    }

    /// The first and the last, as `2026-11-23`.
    public let days: ClosedRange<String>
    public private(set) var overall = DrillCounts()
    /// In the order of their names.
    public private(set) var byType: [OfType] = []

    /// - Parameter buckets: any rows of `statistics`, of whichever environments and targets are
    ///   asked for. Those of other days are left out.
    public init(_ buckets: some Sequence<StatisticsBucket>, days: ClosedRange<String>) {
        self.days = days
        var types: [String: DrillCounts] = [:]
        for bucket in buckets where days.contains(bucket.day) {
            overall.add(bucket.counts)
            types[bucket.testType, default: DrillCounts()].add(bucket.counts)
        }
        byType = types.map { OfType(testType: $0.key, counts: $0.value) }
            .sorted { $0.testType < $1.testType }
    }

    /// The last days, in UTC, up to and with the one that a moment lies in.
    ///
    /// - Parameters:
    ///   - count: at least 1.
    ///   - time: microseconds since 1970.
    public static func days(_ count: UInt64, upTo time: UInt64) -> ClosedRange<String> {
        precondition(count > 0, "A period has at least one day.")
        let last = time / microsecondsOfDay
        let first = last - min(count - 1, last)
        return day(of: first * microsecondsOfDay)...day(of: time)
    }

    static func day(of time: UInt64) -> String { String(RFC3339.text(time).prefix(10)) }

    private static let microsecondsOfDay: UInt64 = 86_400_000_000
}
