internal import DRTesting

/// Counts and latencies of operations in bins of equal length, while a run goes on. A pure value.
///
/// When there are too many bins, neighbours are merged and every bin is twice as long: a longer
/// run is seen less closely, but it does not take more memory.
struct Timeline: Sendable {
    static let standardWidth: Duration = .milliseconds(500)
    /// Ten minutes of bins of half a second.
    static let maximumBins = 1200
    /// So many of them fit into one event.
    private static let binsInRecord = 500

    private struct Bin: Sendable {
        var counts = OutcomeCounts()
        var probesServed = 0
        var probesFailed = 0
        /// Of the operations served.
        var latencies: Latencies?

        mutating func add(_ other: Bin) {
            counts += other.counts
            probesServed += other.probesServed
            probesFailed += other.probesFailed
            guard let more = other.latencies else { return }
            if latencies == nil { latencies = more } else { latencies?.add(more) }
        }
    }

    private let clock: RunClock
    private var widthUs: UInt64
    /// The number of the first bin, counted in widths since the start of the run.
    private var first: UInt64
    private var bins: [Bin] = []

    /// - Parameter start: the bin in which it lies is the first; `nil`: the start of the run.
    init(
        clock: RunClock, from start: ContinuousClock.Instant? = nil,
        width: Duration = standardWidth
    ) {
        self.clock = clock
        widthUs = UInt64(width.microseconds)
        first = clock.offset(of: start ?? clock.start) / widthUs
    }

    /// Counts it where it ended. What ended before the first bin is left out.
    mutating func add(_ sample: OperationSample) {
        guard let index = binIndex(of: sample.finished) else { return }
        bins[index].counts.add(sample.outcome)
        guard sample.isServed else { return }
        if bins[index].latencies == nil { bins[index].latencies = Latencies(.bin) }
        bins[index].latencies?.add(sample.latency)
    }

    mutating func add(_ probe: Probes.Sample) {
        guard let index = binIndex(of: probe.finished) else { return }
        if probe.isServed {
            bins[index].probesServed += 1
        } else {
            bins[index].probesFailed += 1
        }
    }

    /// Puts together what was counted apart over the same run.
    mutating func add(_ other: Timeline) {
        var other = other
        while widthUs < other.widthUs { mergeNeighbours() }
        while other.widthUs < widthUs { other.mergeNeighbours() }
        for (index, bin) in other.bins.enumerated() {
            let number = other.first + UInt64(index)
            guard number >= first else { continue }
            let place = Int(number - first)
            while bins.count <= place { bins.append(Bin()) }
            bins[place].add(bin)
        }
    }

    /// Makes room for it. `nil`: it lies before the first bin.
    private mutating func binIndex(of instant: ContinuousClock.Instant) -> Int? {
        let offset = clock.offset(of: instant)
        if offset / widthUs < first { return nil }
        while offset / widthUs - first >= UInt64(Self.maximumBins) { mergeNeighbours() }
        let index = Int(offset / widthUs - first)
        while bins.count <= index { bins.append(Bin()) }
        return index
    }

    private mutating func mergeNeighbours() {
        var merged: [Bin] = []
        for (index, bin) in bins.enumerated() {
            let place = Int((first + UInt64(index)) / 2 - first / 2)
            if place < merged.count { merged[place].add(bin) } else { merged.append(bin) }
        }
        bins = merged
        first /= 2
        widthUs *= 2
    }

    /// The bins up to the one in which `end` lies.
    func recorded(to end: ContinuousClock.Instant) -> TimelineRecorded {
        var whole = self
        let last = whole.binIndex(of: end)
        var timeline = TimelineRecorded()
        (timeline.startUs, timeline.binUs) = (whole.first * whole.widthUs, whole.widthUs)
        timeline.bins = last.map { whole.bins[...$0].map(Self.recorded) } ?? []
        return timeline
    }

    /// The same in pieces, each of which fits into an event.
    func pieces(to end: ContinuousClock.Instant) -> [TimelineRecorded] {
        let whole = recorded(to: end)
        return stride(from: 0, to: whole.bins.count, by: Self.binsInRecord).map { start in
            var piece = whole
            piece.startUs += UInt64(start) * whole.binUs
            piece.bins = Array(whole.bins[start...].prefix(Self.binsInRecord))
            return piece
        }
    }

    private static func recorded(_ bin: Bin) -> TimelineBin {
        var recorded = TimelineBin()
        recorded.served = UInt64(bin.counts.served)
        recorded.deferred = UInt64(bin.counts.deferred)
        recorded.refused = UInt64(bin.counts.refused)
        recorded.failed = UInt64(bin.counts.failed)
        recorded.indeterminate = UInt64(bin.counts.indeterminate)
        recorded.p50Us = bin.latencies?.percentileUs(50) ?? 0
        recorded.p99Us = bin.latencies?.percentileUs(99) ?? 0
        recorded.probesServed = UInt64(bin.probesServed)
        recorded.probesFailed = UInt64(bin.probesFailed)
        return recorded
    }
}
