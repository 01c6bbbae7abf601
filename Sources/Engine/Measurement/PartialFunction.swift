/// Whether a degraded storage system still did a part of its work. A pure value.
struct PartialFunction: Equatable, Sendable {
    /// Of the operations of a bin, served or deferred.
    static let minimumShare = 0.4
    /// Served in every bin.
    static let minimumReads = 1
    static let bin: Duration = .seconds(5)

    /// Of the worst bin; `nil` if there is no bin.
    let lowestShare: Double?
    let fewestReads: Int?

    /// `nil`: the degradation did not last for one bin, or not all operations are known.
    var isKept: Bool? {
        guard let lowestShare, let fewestReads else { return nil }
        return lowestShare >= Self.minimumShare && fewestReads >= Self.minimumReads
    }

    /// - Parameters:
    ///   - operations: at least those that ended in `period`, in any order.
    ///   - period: while the storage was degraded.
    init(
        _ operations: SampleWindow<OperationSample>, during period: Range<ContinuousClock.Instant>
    ) {
        let starts = operations.isComplete ? Self.starts(in: period) : []
        var shares: [Double] = []
        var reads: [Int] = []
        for start in starts {
            let samples = operations.samples.filter { (start..<start + Self.bin) ~= $0.finished }
            let kept = samples.count { $0.isServed || $0.outcome == .deferred }
            // Nothing came back in five seconds: then nothing worked.
            shares.append(samples.isEmpty ? 0 : Double(kept) / Double(samples.count))
            reads.append(samples.count { $0.isServed && $0.kind == .read })
        }
        (lowestShare, fewestReads) = (shares.min(), reads.min())
    }

    /// Bins from the start on; what is left at the end is looked at with as much of what came
    /// before as makes a bin.
    private static func starts(
        in period: Range<ContinuousClock.Instant>
    ) -> [ContinuousClock.Instant] {
        var starts: [ContinuousClock.Instant] = []
        var start = period.lowerBound
        while start + bin <= period.upperBound {
            starts.append(start)
            start += bin
        }
        if !starts.isEmpty, start < period.upperBound { starts.append(period.upperBound - bin) }
        return starts
    }
}
