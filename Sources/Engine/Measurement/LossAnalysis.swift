/// The moments of a run between which data may be lost. Unknown ones are left out.
struct RecoveryMarks: Equatable, Sendable {
    var impact: ContinuousClock.Instant?
    var restored: ContinuousClock.Instant?
    var failbackStarted: ContinuousClock.Instant?
    var failbackDone: ContinuousClock.Instant?
    var writersStopped: ContinuousClock.Instant?

    /// The first mark after a moment.
    func next(after instant: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        [impact, restored, failbackStarted, failbackDone, writersStopped].compactMap(\.self)
            .filter { $0 > instant }.min()
    }
}

/// How much acknowledged data was lost, measured in time. A pure value.
enum LossAnalysis {
    /// - Parameters:
    ///   - losses: when each write that is missing was acknowledged.
    ///   - firstAcknowledged: when anything was acknowledged first.
    /// - Returns: the longest time from an acknowledgement to the first mark after it, never
    ///   negative. 0 if nothing was lost and something was acknowledged before the impact. `nil`
    ///   if it cannot be known: there was nothing to lose, no impact, or no mark after a loss.
    static func recoveryPoint(
        losses: [ContinuousClock.Instant], marks: RecoveryMarks,
        firstAcknowledged: ContinuousClock.Instant?
    ) -> Duration? {
        if losses.isEmpty {
            guard let firstAcknowledged, let impact = marks.impact else { return nil }
            return firstAcknowledged < impact ? .zero : nil
        }
        var longest: Duration = .zero
        for acknowledged in losses {
            guard let mark = marks.next(after: acknowledged) else { return nil }
            longest = max(longest, mark - acknowledged)
        }
        return longest
    }
}
