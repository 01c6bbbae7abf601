internal import DRTesting
internal import FaultProxy

/// What a drill found of the loss and the return of service. Each type of scenario finds it in its
/// own way; what is unknown is `nil`.
struct Recovery: Sendable {
    /// Service was first lost.
    var impact: ContinuousClock.Instant?
    /// It was back, and stayed.
    var restored: ContinuousClock.Instant?
    /// Everything that belongs to a recovery had come true for good.
    var verified: ContinuousClock.Instant?
    /// How far the true moment of restoration may lie before `restored`.
    var resolution: Duration?
    var recoveryTime: Duration?
    var recoveryPoint: Duration?
    /// Other times that an objective may be set for.
    var times: [Objective.Kind: Duration] = [:]
    /// Further marks, by name.
    var marks: [(name: String, instant: ContinuousClock.Instant)] = []
    /// Further metrics in milliseconds, by name; `nil`: unknown.
    var metrics: [(name: String, value: Duration?)] = []
    /// Further rows of the verdict.
    var results: [ResultRecorded] = []
    /// Not all operations since the fault are known any more, so times cannot be told.
    var hasForgotten = false
    /// Of the faults that `recoveryTime` is about; `nil`: the last one.
    var course: Course?

    /// What the recovery time is split at.
    struct Course: Equatable, Sendable {
        var effective: ContinuousClock.Instant?
        var detected: ContinuousClock.Instant?
        var lifted: ContinuousClock.Instant?
        /// Of a fault; otherwise data was destroyed, and its moments have marks of their own.
        var isOfFault = true
    }

    /// Service was lost, and not everything is seen to be well again.
    var isUnrecovered: Bool { impact != nil && verified == nil }

    /// The end of the recovery time. Where another storage takes over, the rest is verified long
    /// after service was back.
    var recovered: ContinuousClock.Instant? {
        guard let impact, let recoveryTime else { return nil }
        return impact + recoveryTime
    }

    /// How long what broke service was held, how long it took to be noticed, and how long recovery
    /// took from its end on: by the names of their metrics. `nil`: unknown.
    func split(by course: Course) -> [(name: String, value: Duration?)] {
        func span(
            _ start: ContinuousClock.Instant?, _ end: ContinuousClock.Instant?
        ) -> Duration? {
            guard let start, let end else { return nil }
            return max(end - start, .zero)
        }
        return [
            ("fault_held_ms", span(course.effective, course.lifted)),
            ("time_to_detect_ms", span(impact, course.detected)),
            ("recovery_after_lift_ms", span(course.lifted, recovered)),
        ]
    }

    subscript(kind: Objective.Kind) -> Duration? {
        switch kind {
        case .recoveryTime: recoveryTime
        case .recoveryPoint: recoveryPoint
        default: times[kind]
        }
    }
}

/// What recovery is derived from, when the load has ended.
struct Evidence: Sendable {
    let facts: RunFacts.State
    let workload: Workload
    let probes: Probes
    let system: SystemUnderTest
    /// Up to when service must have held.
    let end: ContinuousClock.Instant
    let stableFor: Duration

    /// The checks of a recovery, each at the moment since which it has held.
    ///
    /// - Returns: the latest; `nil` if one of them does not hold, or if anything was lost.
    func verified(
        restored: ContinuousClock.Instant?, since lifted: ContinuousClock.Instant?
    ) -> ContinuousClock.Instant? {
        guard let comparison = facts.comparison, comparison.offences.isEmpty else { return nil }
        let served = lifted.flatMap { probes.servedForGood(since: $0) }
        let drained = facts.queueEmptied == nil ? nil : facts.lastDrained ?? restored
        // A breaker that never opened has been closed all the time.
        let closed = facts.breakerChanges.isEmpty ? restored : facts.breakerClosed
        let checks = [restored, closed, drained, served]
        return checks.allSatisfy { $0 != nil } ? checks.compactMap(\.self).max() : nil
    }

    func recoveryPoint(_ marks: RecoveryMarks) -> Duration? {
        guard let comparison = facts.comparison else { return nil }
        return LossAnalysis.recoveryPoint(
            losses: comparison.offences.map(\.acknowledged), marks: marks,
            firstAcknowledged: workload.ledger.book.firstAcknowledged)
    }

    /// Of an outage, and of every scenario that is of no other type.
    func outage() -> Recovery? {
        guard let fault = facts.faults.first else { return nil }
        let analysis = RecoveryAnalysis(
            workload.history.window(since: fault.effective), faultEffective: fault.effective,
            end: end, stableFor: stableFor)
        var recovery = Recovery()
        recovery.hasForgotten = !analysis.isComplete
        (recovery.impact, recovery.restored) = (analysis.impact, analysis.restored)
        recovery.resolution = analysis.resolution
        recovery.course = facts.outageCourse
        recovery.verified = verified(
            restored: analysis.restored, since: recovery.course?.lifted)
        if let verified = recovery.verified, let impact = analysis.impact {
            recovery.recoveryTime = verified - impact
        }
        if let impact = analysis.impact {
            recovery.recoveryPoint = recoveryPoint(
                RecoveryMarks(
                    impact: impact, restored: analysis.restored,
                    writersStopped: facts.writersStopped))
        }
        return recovery
    }
}
