/// How long it took until the secondary storage served, and until the primary one did again. A
/// pure value.
struct FailoverAnalysis: Equatable, Sendable {
    struct Course: Equatable, Sendable {
        var faultEffective: ContinuousClock.Instant
        /// The secondary took reads and writes.
        var switched: ContinuousClock.Instant?
        var failbackStarted: ContinuousClock.Instant?
        /// The primary took reads and writes again.
        var returned: ContinuousClock.Instant?
        /// Everything written to the secondary was on the primary.
        var reconciled: ContinuousClock.Instant?
        var writersStopped: ContinuousClock.Instant
        /// The drill had the secondary refuse writes: what it served up to then is looked at.
        var readOnlyOrdered: ContinuousClock.Instant?

        fileprivate var secondaryEnd: ContinuousClock.Instant {
            [failbackStarted, readOnlyOrdered].compactMap(\.self).min() ?? writersStopped
        }
    }

    /// From the impact until the secondary served stably.
    let failoverTime: MeasuredTime
    /// From the start of the failback until the primary served stably and was reconciled. How long
    /// the secondary was stayed on is in neither.
    let failbackTime: MeasuredTime
    /// How far the true moment at which the secondary served may lie before the measured one.
    let resolution: Duration?
    let marks: RecoveryMarks
    /// Whether all operations since the fault are known. If not, nothing is measured.
    let isComplete: Bool

    /// - Parameter window: operations in any order, at least those since the fault.
    init(
        _ window: SampleWindow<OperationSample>, course: Course, stableFor: Duration
    ) {
        isComplete = window.isComplete
        let after =
            window.isComplete
            ? window.samples.filter { $0.finished >= course.faultEffective } : []
        let service = StableService(
            after, end: course.secondaryEnd, stableFor: stableFor)
        let impact = service.samples.filter { !$0.isServed }.map(\.intended).min()
        var secondary: ContinuousClock.Instant?
        if let impact, let switched = course.switched {
            secondary = service.begins(intendedFrom: impact, endedFrom: max(switched, impact))
        }
        resolution = secondary.flatMap { secondary in
            service.lastNotServed(by: secondary).map { max(secondary - $0, .zero) }
        }
        let returned = Self.returned(after, course: course, stableFor: stableFor)
        failoverTime = MeasuredTime("failover_rto_ms", from: impact, to: secondary)
        failbackTime = MeasuredTime("failback_rto_ms", from: course.failbackStarted, to: returned)
        marks = RecoveryMarks(
            impact: impact, restored: secondary, failbackStarted: course.failbackStarted,
            failbackDone: returned, writersStopped: course.writersStopped)
    }

    private static func returned(
        _ samples: [OperationSample], course: Course, stableFor: Duration
    ) -> ContinuousClock.Instant? {
        guard let started = course.failbackStarted, let returned = course.returned,
            let reconciled = course.reconciled
        else { return nil }
        let service = StableService(samples, end: course.writersStopped, stableFor: stableFor)
        return service.begins(intendedFrom: started, endedFrom: max(returned, started))
            .map { max($0, reconciled) }
    }
}
