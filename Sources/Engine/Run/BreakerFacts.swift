internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// What a run has learned of breakers.
struct BreakerFacts: Sendable {
    /// A kind of failure that the load met for a while.
    struct Episode: Sendable {
        let kind: Action.Episode
        /// Its first fault; `nil`: the episode has not begun.
        var began: ContinuousClock.Instant?
        var effective: ContinuousClock.Instant?
        var opened: ContinuousClock.Instant?
        var lifted: ContinuousClock.Instant?
        var firstBadCall: ContinuousClock.Instant?
        /// In time, and for good in this episode.
        var closedAgain: ContinuousClock.Instant?
        var ended: ContinuousClock.Instant?

        var isCompleted: Bool { ended != nil && closedAgain != nil }
        var hasFailed: Bool { ended != nil && closedAgain == nil }

        var measured: BreakerEpisode {
            BreakerEpisode(
                kind: kind.rawValue, firstBadCall: firstBadCall, closedAgain: closedAgain)
        }
    }

    /// Those of the last `call_storage`; `nil`: there was none.
    var calls: [OperationSample]?
    /// All that are planned, so that one which was never reached is not taken for a good one.
    var episodes: [Episode] = []
    var acknowledgedBeforeEpisodes = 0
}

extension RunFacts.State {
    /// From when to when the breaker before the primary storage was in a state.
    ///
    /// - Parameter end: of the last one, if the breaker still is.
    func breakerSpans(
        _ state: CircuitBreaker.State, to end: ContinuousClock.Instant
    ) -> [Range<ContinuousClock.Instant>] {
        let changes = breakerChanges
        return changes.indices.filter { changes[$0].change.to == state }.map { index in
            let start = changes[index].instant
            let next = index + 1 < changes.count ? changes[index + 1].instant : end
            return start..<max(next, start)
        }
    }

    /// From when to when the breaker before the primary storage was open, and no call under way
    /// that it had let through before.
    func quietSpans(to end: ContinuousClock.Instant) -> [Range<ContinuousClock.Instant>] {
        let quiesced = events.compactMap { event -> ContinuousClock.Instant? in
            guard case .quiesced(.primary, let instant) = event else { return nil }
            return instant
        }
        return breakerSpans(.open, to: end).compactMap { span in
            quiesced.first { span.contains($0) }.map { $0..<span.upperBound }
        }
    }

    func breakerCount(_ state: CircuitBreaker.State) -> Int {
        breakerChanges.count { $0.change.to == state }
    }

    func breakerOpened(since instant: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        breakerChanges.first { $0.change.to == .open && $0.instant >= instant }?.instant
    }
}

extension RunFacts.FaultFact {
    /// Since when it strikes nothing any more.
    var cleared: ContinuousClock.Instant? {
        if fraction == 0, let changed { return changed }
        return ending?.ended
    }
}
