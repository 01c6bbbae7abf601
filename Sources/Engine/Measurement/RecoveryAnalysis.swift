/// When service was lost and when it was back, from the operations of the load. A pure value.
struct RecoveryAnalysis: Equatable, Sendable {
    /// The intended start of the first operation that was not served after the fault.
    let impact: ContinuousClock.Instant?
    /// The end of the first operation served after which service held.
    let restored: ContinuousClock.Instant?
    /// How far the true moment of restoration may lie before `restored`.
    let resolution: Duration?
    /// Whether all operations since the fault are known. If not, nothing is measured: what has
    /// been forgotten may be the impact.
    let isComplete: Bool

    /// - Parameters:
    ///   - window: operations in any order, at least those since the fault.
    ///   - end: up to when service must have held.
    init(
        _ window: SampleWindow<OperationSample>, faultEffective: ContinuousClock.Instant,
        end: ContinuousClock.Instant, stableFor: Duration
    ) {
        isComplete = window.isComplete
        let after = window.samples.filter { $0.finished >= faultEffective }
        let service = StableService(after, end: end, stableFor: stableFor)
        let notServed = service.samples.lazy.filter { !$0.isServed }
        let impact = isComplete ? notServed.map(\.intended).min() : nil
        self.impact = impact
        restored = impact.flatMap { service.begins(intendedFrom: $0, endedFrom: $0) }
        resolution = restored.flatMap { restored in
            service.lastNotServed(by: restored).map { max(restored - $0, .zero) }
        }
    }
}
