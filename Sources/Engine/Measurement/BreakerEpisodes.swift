/// One kind of failure, from its first bad call until the breaker had closed again.
struct BreakerEpisode: Equatable, Sendable {
    /// For example `status`, `hang` or `mixed`.
    let kind: String
    let firstBadCall: ContinuousClock.Instant?
    /// For good, in this episode.
    let closedAgain: ContinuousClock.Instant?

    var responseTime: MeasuredTime {
        MeasuredTime("response_time_\(kind)_ms", from: firstBadCall, to: closedAgain)
    }
}

/// How a breaker did over all kinds of failure. A pure value.
struct BreakerAnalysis: Equatable, Sendable {
    /// With fewer acknowledged writes there was nothing to lose.
    static let minimumAcknowledged = 20

    let episodes: [BreakerEpisode]
    /// The longest response of all; `nil` if one of them is unknown.
    let recoveryTime: Duration?
    /// From the first bad call of all to the last closing.
    let marks: RecoveryMarks

    init(_ episodes: [BreakerEpisode], writersStopped: ContinuousClock.Instant?) {
        self.episodes = episodes
        let times = episodes.compactMap(\.responseTime.value)
        recoveryTime = times.count == episodes.count ? times.max() : nil
        marks = RecoveryMarks(
            impact: episodes.compactMap(\.firstBadCall).min(),
            restored: episodes.compactMap(\.closedAgain).max(), writersStopped: writersStopped)
    }

    /// - Parameters:
    ///   - losses: when each write that is missing was acknowledged.
    ///   - acknowledgedBefore: how many writes were, before the first episode.
    func recoveryPoint(
        losses: [ContinuousClock.Instant], acknowledgedBefore: Int,
        firstAcknowledged: ContinuousClock.Instant?
    ) -> Duration? {
        if losses.isEmpty, acknowledgedBefore < Self.minimumAcknowledged { return nil }
        return LossAnalysis.recoveryPoint(
            losses: losses, marks: marks, firstAcknowledged: firstAcknowledged)
    }
}
