public import DRTesting

/// What came of one objective of a run: how much was needed of what was allowed.
public struct ObjectiveOutcome: Equatable, Sendable {
    public let kind: Objective.Kind
    /// In milliseconds; `nil`: unknown.
    public let measured: Double?
    /// In milliseconds, at most; `nil`: measured without a limit.
    public let limit: Double?
    /// `none` if it was not judged.
    public let verdict: Verdict
    /// Why it was not met; empty if it was.
    public let complaint: String
    /// It is the recovery time of the whole run too.
    public let isRecoveryTime: Bool
}

extension ObjectiveOutcome {
    /// For people, in full: `Recovery time (RTO)`, `Failover time (RTO)`, `Failback time`.
    public var title: String {
        let title = kind.title.replacing(" objective", with: "")
        return isRecoveryTime && kind != .recoveryTime ? "\(title) (RTO)" : title
    }

    /// For people, where there is little room: `RTO` and `RPO`, and all others in full.
    public var label: String {
        switch kind {
        case .recoveryTime: "RTO"
        case .recoveryPoint: "RPO"
        default: title
        }
    }

    /// Of a run and all metrics that were recorded of it: the times, then the recovery point.
    ///
    /// A run whose steps were taken, and of which nothing could be measured, has its objectives
    /// with nothing measured. One that is not about recovery has none.
    public static func all(of run: TestRun, metrics: [MetricRecorded]) -> [ObjectiveOutcome] {
        let results = run.results.filter { $0.component == "objectives" }
        let recoveryKind = recoveryKind(metrics, results)
        let kinds = Objective.Kind.allCases.filter { $0 != .recoveryPoint } + [.recoveryPoint]
        return kinds.compactMap { kind -> ObjectiveOutcome? in
            if kind == .recoveryTime, recoveryKind != .recoveryTime { return nil }
            let metric = metrics.first { $0.name == kind.metricName }
            guard metric != nil || run.target(of: kind) != nil else { return nil }
            let result = results.first { $0.testName == kind.title }
            let passed = metric?.passed.map { $0 ? Verdict.passed : .failed }
            return ObjectiveOutcome(
                kind: kind, measured: metric?.value,
                limit: metric == nil ? run.target(of: kind) : metric?.threshold,
                verdict: result?.verdict ?? passed ?? .none, complaint: result?.errorMessage ?? "",
                isRecoveryTime: kind == recoveryKind)
        }
    }

    /// The recovery time of a run is recorded once as such, and again under the name of the
    /// objective that it is: it is shown once.
    private static func recoveryKind(
        _ metrics: [MetricRecorded], _ results: [ResultRecorded]
    ) -> Objective.Kind {
        let title = Objective.Kind.recoveryTime.title
        guard !results.contains(where: { $0.testName == title }),
            let time = metrics.first(where: { $0.name == Objective.Kind.recoveryTime.metricName })
        else { return .recoveryTime }
        let others: [Objective.Kind] = [.responseTime, .restoreTime, .failoverTime]
        return others.first { kind in
            metrics.contains { metric in
                metric.name == kind.metricName && metric.value == time.value
                    && metric.threshold == time.threshold
            }
        } ?? .recoveryTime
    }
}

extension TestRun {
    /// In milliseconds, of a run whose steps were taken.
    fileprivate func target(of kind: Objective.Kind) -> Double? {
        if steps.isEmpty { return nil }
        switch kind {
        case .recoveryTime: return requested?.rtoTargetMs.map { Double($0) }
        case .recoveryPoint: return requested?.rpoTargetMs.map { Double($0) }
        default: return nil
        }
    }
}

extension MetricRecorded {
    /// Whether it says what was reached of an objective.
    public var isOfObjective: Bool { Objective.Kind.allCases.contains { $0.metricName == name } }
}

extension ResultRecorded {
    /// Whether it says if an objective was met.
    public var isOfObjective: Bool {
        component == "objectives" && Objective.Kind.allCases.contains { $0.title == testName }
    }
}
