internal import Synchronization

/// One request to the storage. An operation may take several: those that fail are tried again.
struct AttemptSample: Equatable, TimedSample {
    let started: ContinuousClock.Instant
    let finished: ContinuousClock.Instant
    let isFailed: Bool
}

/// The attempts at a storage, as they were seen on the wire: the latest of them.
final class AttemptHistory: Sendable {
    private let ring: Mutex<SampleRing<AttemptSample>>

    init(capacity: Int = OperationHistory.standardCapacity) {
        ring = Mutex(SampleRing(capacity: capacity))
    }

    func add(_ sample: AttemptSample) { ring.withLock { _ = $0.add(sample) } }

    /// All attempts that ended since a moment: for measures.
    func window(since start: ContinuousClock.Instant) -> SampleWindow<AttemptSample> {
        ring.withLock { $0 }.window(since: start)
    }

    /// Those that ended after a moment not long ago: for looking on.
    func ended(after start: ContinuousClock.Instant) -> [AttemptSample] {
        ring.withLock { $0.ended(after: start) }
    }
}

/// How many attempts failed in any stretch of time. A pure value.
struct AttemptCounts: Sendable {
    private let instants: [ContinuousClock.Instant]
    private let failed: RunningCounts

    /// - Parameters:
    ///   - attempts: in any order.
    ///   - instant: where in time each counts.
    init(_ attempts: [AttemptSample], at instant: (AttemptSample) -> ContinuousClock.Instant) {
        let placed = attempts.map { (instant: instant($0), isFailed: $0.isFailed) }
            .sorted { $0.instant < $1.instant }
        instants = placed.map(\.instant)
        failed = RunningCounts(placed.map(\.isFailed))
    }

    /// The share of those that failed, from `start` on and before `end`; `nil` if there are none.
    func errorShare(
        from start: ContinuousClock.Instant, before end: ContinuousClock.Instant
    ) -> Double? {
        share(in: place { $0 < start }, place { $0 < end })
    }

    /// The same after `start` and up to `end`.
    func errorShare(
        from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) -> Double? {
        share(in: place { $0 <= start }, place { $0 <= end })
    }

    private func share(in start: Int, _ end: Int) -> Double? {
        start < end ? failed.share(in: start..<end) : nil
    }

    /// How many of the instants, which are in order, are before a place.
    private func place(_ isBefore: (ContinuousClock.Instant) -> Bool) -> Int {
        var (low, high) = (0, instants.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(instants[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
