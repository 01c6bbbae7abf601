/// How much acknowledged data was lost, measured in time. A pure value.
enum LossAnalysis {
    /// - Parameters:
    ///   - losses: when each write that is missing was acknowledged.
    ///   - marks: the moments at which data may be lost: impact, restored, writers stopped.
    ///   - acknowledgedBeforeImpact: whether there was anything to lose.
    /// - Returns: the longest time from an acknowledgement to the first mark after it; `nil` if it
    ///   cannot be known.
    static func recoveryPoint(
        losses: [ContinuousClock.Instant], marks: [ContinuousClock.Instant],
        acknowledgedBeforeImpact: Bool
    ) -> Duration? {
        if losses.isEmpty { return acknowledgedBeforeImpact ? .zero : nil }
        let sorted = marks.sorted()
        return losses.map { acknowledged in
            guard let mark = sorted.first(where: { $0 > acknowledged }) else { return .zero }
            return mark - acknowledged
        }.max()
    }
}
