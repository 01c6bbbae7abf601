/// Something that was seen to happen at a moment.
protocol TimedSample: Sendable {
    /// When it ended.
    var finished: ContinuousClock.Instant { get }
}

extension OperationSample: TimedSample {}

/// Samples since a moment, and whether that is all of them.
struct SampleWindow<Sample: TimedSample>: Sendable {
    let samples: [Sample]
    /// No sample of that time has fallen out of its ring. A measure of what is left would be a
    /// guess.
    let isComplete: Bool

    init(_ samples: [Sample], isComplete: Bool = true) {
        (self.samples, self.isComplete) = (samples, isComplete)
    }
}

/// The latest of many samples, in the order in which they came. A pure value.
struct SampleRing<Sample: TimedSample>: Sendable {
    /// Samples may come so much later than they ended, when their task had to wait.
    private static var disorder: Duration { .seconds(10) }

    let capacity: Int
    private var samples: [Sample] = []
    /// Where the oldest one is, once it is full.
    private var oldest = 0
    /// When the latest of those that have fallen out ended.
    private var forgotten: ContinuousClock.Instant?

    init(capacity: Int) {
        precondition(capacity > 0, "A ring without room keeps nothing.")
        self.capacity = capacity
    }

    /// - Returns: the sample that falls out.
    mutating func add(_ sample: Sample) -> Sample? {
        if samples.count < capacity {
            samples.append(sample)
            return nil
        }
        let last = samples[oldest]
        samples[oldest] = sample
        oldest = (oldest + 1) % capacity
        forgotten = max(forgotten ?? last.finished, last.finished)
        return last
    }

    var all: [Sample] { samples.indices.map { self[$0] } }

    /// All that ended at `instant` or later. Looks at every sample.
    func window(since instant: ContinuousClock.Instant) -> SampleWindow<Sample> {
        let found = samples.indices.lazy.map { self[$0] }.filter { $0.finished >= instant }
        return SampleWindow(Array(found), isComplete: forgotten.map { $0 < instant } ?? true)
    }

    /// Those that ended after `instant`. Costs no more than there are, so a run can be watched for
    /// as long as it goes on; one that came very late may be missed.
    func ended(after instant: ContinuousClock.Instant) -> [Sample] {
        var first = samples.count
        while first > 0, self[first - 1].finished > instant - Self.disorder { first -= 1 }
        return (first..<samples.count).lazy.map { self[$0] }.filter { $0.finished > instant }
    }

    /// In the order in which they came.
    private subscript(_ index: Int) -> Sample { samples[(oldest + index) % samples.count] }
}
