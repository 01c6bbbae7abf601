/// When a storage that failed a part of its calls was felt, and when that was over: from the
/// attempts at the storage and the operations of the load. A pure value.
struct DegradationAnalysis: Equatable, Sendable {
    /// More failed attempts than this are felt.
    static let impactShare = 0.05
    private static let bin: Duration = .seconds(1)

    /// The start of the first second after the injection in which more than 5 % of the attempts
    /// failed.
    let impact: ContinuousClock.Instant?
    /// The end of the first operation served, with the fault at 0 %, after which service held and
    /// at most 1 % of the attempts failed.
    let restored: ContinuousClock.Instant?
    /// How far the true moment of restoration may lie before `restored`.
    let resolution: Duration?
    /// Whether all operations and attempts since the injection are known. If not, nothing is
    /// measured.
    let isComplete: Bool

    /// - Parameters:
    ///   - operations: at least those since the injection, in any order.
    ///   - attempts: likewise.
    ///   - cleared: when the fault was at 0 %; `nil`: it never was.
    ///   - end: up to when service must have held.
    init(
        operations: SampleWindow<OperationSample>, attempts: SampleWindow<AttemptSample>,
        injected: ContinuousClock.Instant, cleared: ContinuousClock.Instant?,
        end: ContinuousClock.Instant, stableFor: Duration
    ) {
        isComplete = operations.isComplete && attempts.isComplete
        let tried = attempts.samples.filter { $0.finished >= injected && $0.finished <= end }
        let impact = isComplete ? Self.impact(tried, injected: injected, end: end) : nil
        self.impact = impact
        let service = StableService(
            operations.samples.filter { $0.finished >= injected }, attempts: tried, end: end,
            stableFor: stableFor)
        restored = impact.flatMap { impact in
            cleared.flatMap { service.begins(intendedFrom: impact, endedFrom: max($0, impact)) }
        }
        resolution = restored.flatMap { restored in
            let failed = tried.filter { $0.isFailed && $0.finished <= restored }
            let last = [service.lastNotServed(by: restored), failed.map(\.finished).max()]
            return last.compactMap(\.self).max().map { max(restored - $0, .zero) }
        }
    }

    private static func impact(
        _ attempts: [AttemptSample], injected: ContinuousClock.Instant,
        end: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        // Where they began: one that hangs is felt from there, not when its time is over.
        let counts = AttemptCounts(attempts) { $0.started }
        var start = injected
        while start <= end {
            let share = counts.errorShare(from: start, before: start + bin)
            if let share, share > impactShare { return start }
            start += bin
        }
        return nil
    }
}
