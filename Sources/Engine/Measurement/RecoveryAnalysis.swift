/// When service was lost and when it was back, from the operations of the load. A pure value.
struct RecoveryAnalysis: Equatable, Sendable {
    /// The share of operations that must be served for service to count as restored.
    static let servedShare = 0.99
    /// Fewer reads or writes in the stable time prove nothing.
    static let minimumOfEach = 50

    /// The intended start of the first operation that was not served after the fault.
    let impact: ContinuousClock.Instant?
    /// The end of the first operation served after which service held.
    let restored: ContinuousClock.Instant?
    /// How far the true moment of restoration may lie before `restored`.
    let resolution: Duration?

    /// - Parameters:
    ///   - samples: operations in any order.
    ///   - end: up to when service must have held.
    init(
        samples: [OperationSample], faultEffective: ContinuousClock.Instant,
        end: ContinuousClock.Instant, stableFor: Duration
    ) {
        let after = samples.filter { $0.finished >= faultEffective && $0.finished <= end }
            .sorted { $0.finished < $1.finished }
        let notServed = after.filter { !$0.isServed }
        impact = notServed.map(\.intended).min()
        guard let impact else {
            (restored, resolution) = (nil, nil)
            return
        }
        let found = Self.restoration(in: after, after: impact, end: end, stableFor: stableFor)
        restored = found
        resolution = found.flatMap { restored in
            notServed.filter { $0.finished <= restored }.map(\.intended).max()
                .map { max(restored - $0, .zero) }
        }
    }

    private static func restoration(
        in samples: [OperationSample], after impact: ContinuousClock.Instant,
        end: ContinuousClock.Instant, stableFor: Duration
    ) -> ContinuousClock.Instant? {
        let served = RunningCounts(samples) { $0.isServed }
        let reads = RunningCounts(samples) { $0.kind == .read }
        var windowEnd = 0
        for (index, sample) in samples.enumerated() {
            guard sample.isServed, sample.intended >= impact else { continue }
            guard sample.finished + stableFor <= end else { return nil }
            while windowEnd < samples.count,
                samples[windowEnd].finished <= sample.finished + stableFor
            { windowEnd += 1 }
            let window = index + 1..<max(windowEnd, index + 1)
            let readCount = reads.count(in: window)
            let holds =
                readCount >= minimumOfEach && window.count - readCount >= minimumOfEach
                && served.share(in: window) >= servedShare
                && served.share(in: index + 1..<samples.count) >= servedShare
            if holds { return sample.finished }
        }
        return nil
    }

    /// How many of the first n samples have a property: counts of any range in one subtraction.
    private struct RunningCounts {
        private var counts = [0]

        init(_ samples: [OperationSample], where holds: (OperationSample) -> Bool) {
            for sample in samples {
                counts.append(counts[counts.count - 1] + (holds(sample) ? 1 : 0))
            }
        }

        func count(in range: Range<Int>) -> Int {
            counts[range.upperBound] - counts[range.lowerBound]
        }

        func share(in range: Range<Int>) -> Double {
            range.isEmpty ? 0 : Double(count(in: range)) / Double(range.count)
        }
    }
}
