/// Where in a stretch of operations service began to hold. A pure value.
///
/// Service holds after an operation if at least 99 % of those that follow are served: in the
/// stable time, with at least 50 reads and 50 writes, and up to the end of the phase. Where
/// attempts at the storage are known too, at most 1 % of them may fail in both stretches.
struct StableService: Sendable {
    /// The share of operations that must be served for service to count as restored.
    static let servedShare = 0.99
    /// Fewer reads or writes in the stable time prove nothing.
    static let minimumOfEach = 50
    /// The share of attempts that may fail.
    static let attemptErrorShare = 0.01

    /// In the order in which they ended.
    let samples: [OperationSample]
    /// `nil`: not looked at.
    private let attempts: AttemptCounts?
    private let end: ContinuousClock.Instant
    private let stableFor: Duration
    private let served: RunningCounts
    private let reads: RunningCounts

    /// - Parameters:
    ///   - samples: in any order.
    ///   - end: of the phase: up to when service must have held.
    init(
        _ samples: [OperationSample], attempts: [AttemptSample]? = nil,
        end: ContinuousClock.Instant, stableFor: Duration
    ) {
        let ended = samples.filter { $0.finished <= end }.sorted { $0.finished < $1.finished }
        self.samples = ended
        self.attempts = attempts.map { attempts in
            AttemptCounts(attempts.filter { $0.finished <= end }) { $0.finished }
        }
        (self.end, self.stableFor) = (end, stableFor)
        served = RunningCounts(ended.map(\.isServed))
        reads = RunningCounts(ended.map { $0.kind == .read })
    }

    /// The end of the first operation served after which service held.
    ///
    /// - Parameters:
    ///   - start: operations that should have started earlier do not begin it.
    ///   - earliest: nor do those that ended earlier.
    func begins(
        intendedFrom start: ContinuousClock.Instant, endedFrom earliest: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        var windowEnd = 0
        for (index, sample) in samples.enumerated() {
            guard sample.isServed, sample.intended >= start, sample.finished >= earliest
            else { continue }
            let limit = sample.finished + stableFor
            guard limit <= end else { return nil }
            while windowEnd < samples.count, samples[windowEnd].finished <= limit {
                windowEnd += 1
            }
            let window = index + 1..<max(windowEnd, index + 1)
            if isServed(in: window), attemptsSucceed(from: sample.finished, to: limit) {
                return sample.finished
            }
        }
        return nil
    }

    private func isServed(in window: Range<Int>) -> Bool {
        let readCount = reads.count(in: window)
        return readCount >= Self.minimumOfEach && window.count - readCount >= Self.minimumOfEach
            && served.share(in: window) >= Self.servedShare
            && served.share(in: window.lowerBound..<samples.count) >= Self.servedShare
    }

    private func attemptsSucceed(
        from start: ContinuousClock.Instant, to limit: ContinuousClock.Instant
    ) -> Bool {
        guard let attempts else { return true }
        return [limit, end].allSatisfy { end in
            // Nothing was tried: then nothing is known.
            attempts.errorShare(from: start, to: end).map { $0 <= Self.attemptErrorShare } ?? false
        }
    }

    /// When the last of what was not served by `instant` should have started.
    func lastNotServed(by instant: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        samples.filter { !$0.isServed && $0.finished <= instant }.map(\.intended).max()
    }
}

/// How many of the first n things have a property: counts of any range in one subtraction.
struct RunningCounts: Sendable {
    private var counts = [0]

    init(_ flags: [Bool]) {
        counts.reserveCapacity(flags.count + 1)
        for flag in flags { counts.append(counts[counts.count - 1] + (flag ? 1 : 0)) }
    }

    func count(in range: Range<Int>) -> Int { counts[range.upperBound] - counts[range.lowerBound] }

    /// 0 of nothing.
    func share(in range: Range<Int>) -> Double {
        range.isEmpty ? 0 : Double(count(in: range)) / Double(range.count)
    }
}
