internal import DRTesting

/// What a run does between its start and its verdict.
///
/// `Runner` keeps what all runs have in common: locks, the log, cancellation, the time limit and
/// the judgement. `perform` may be cancelled at any point. From `liftFaults` on everything is
/// called after it, in this order, however it ended.
protocol RunBody: Sendable {
    /// - Returns: whether the run got as far as its steps.
    func perform() async throws -> Bool
    /// Asked again and again while `perform` is under way, if the scenario says when to abort.
    ///
    /// - Returns: `nil` while nothing speaks against going on.
    func reasonToAbort() async -> String?
    /// Lifts what is still in force, without waiting for the log or for anybody.
    ///
    /// - Returns: whether no fault is in force any more.
    func liftFaults() async -> Bool
    func stopLoad() async
    /// - Parameter isJudged: a run that was called off has no objectives to meet.
    func measure(isJudged: Bool) async throws -> Measures
    /// Puts everything back. Goes on when one thing fails.
    func cleanUp() async -> CleanupFinished
    /// The rows that were recorded on the way.
    var metrics: [MetricRecorded] { get }
}

extension Drill: RunBody {
    var metrics: [MetricRecorded] { facts.all.metrics }
}
