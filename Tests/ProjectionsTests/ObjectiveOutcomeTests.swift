import DRTesting
import Projections
import Testing

struct ObjectiveOutcomeTests {
    private func metric(
        _ name: String, _ value: Double?, limit: Double? = nil, passed: Bool? = nil
    ) -> MetricRecorded {
        var metric = MetricRecorded()
        (metric.name, metric.value, metric.threshold) = (name, value, limit)
        metric.passed = passed
        return metric
    }

    private func run(
        _ results: [(Objective.Kind, Verdict)] = [], target: UInt64? = nil, steps: Int = 1
    ) -> TestRun {
        var request = RunRequested()
        request.rtoTargetMs = target
        var run = TestRun()
        run.apply(.runRequested(request))
        for _ in 0..<steps { run.apply(.stepStarted(StepStarted())) }
        for (kind, verdict) in results {
            var result = ResultRecorded()
            (result.component, result.testName) = ("objectives", kind.title)
            (result.verdict, result.errorMessage) = (verdict, verdict == .passed ? "" : "why")
            run.apply(.resultRecorded(result))
        }
        return run
    }

    private func labels(_ run: TestRun, _ metrics: [MetricRecorded]) -> [String] {
        ObjectiveOutcome.all(of: run, metrics: metrics).map(\.label)
    }

    private var outage: [MetricRecorded] {
        [
            metric("rto_actual_ms", 4000, limit: 300_000, passed: true),
            metric("rpo_actual_ms", nil, limit: 60_000), metric("fault_held_ms", 2000),
        ]
    }

    @Test func anOutageHasARecoveryTimeAndARecoveryPoint() {
        let run = run([(.recoveryTime, .passed), (.recoveryPoint, .inconclusive)])
        let outcomes = ObjectiveOutcome.all(of: run, metrics: outage)
        #expect(outcomes.map(\.label) == ["RTO", "RPO"])
        #expect(outcomes.map(\.title) == ["Recovery time (RTO)", "Recovery point (RPO)"])
        #expect(outcomes.map(\.measured) == [4000, nil])
        #expect(outcomes.map(\.limit) == [300_000, 60_000])
        #expect(outcomes.map(\.verdict) == [.passed, .inconclusive])
        #expect(outcomes.map(\.complaint) == ["", "why"])
        #expect(outcomes.map(\.isRecoveryTime) == [true, false])
    }

    @Test(arguments: [
        (Objective.Kind.responseTime, "Response time (RTO)"),
        (.restoreTime, "Restore time (RTO)"), (.failoverTime, "Failover time (RTO)"),
    ])
    func theObjectiveThatIsTheRecoveryTimeIsShownOnce(kind: Objective.Kind, label: String) {
        let metrics = [
            metric("rto_actual_ms", 900, limit: 1000), metric("rpo_actual_ms", 0),
            metric("failback_rto_ms", 700, limit: 1000),
            metric(kind.metricName, 900, limit: 1000),
        ]
        let outcomes = ObjectiveOutcome.all(of: run([(kind, .passed)]), metrics: metrics)
        #expect(Set(outcomes.map(\.label)) == [label, "Failback time", "RPO"])
        #expect(outcomes.filter(\.isRecoveryTime).map(\.kind) == [kind])
    }

    /// A scenario may have an objective for the whole, and a stricter one for the failover in it.
    @Test func objectivesThatAreNotTheSameAreShownBoth() {
        let metrics = [
            metric("rto_actual_ms", 900, limit: 1000), metric("failover_rto_ms", 400, limit: 500),
        ]
        let both = run([(.recoveryTime, .passed), (.failoverTime, .passed)])
        #expect(labels(both, metrics) == ["RTO", "Failover time"])
        let alike = [
            metric("rto_actual_ms", 900, limit: 1000), metric("failover_rto_ms", 900, limit: 1000),
        ]
        #expect(labels(both, alike) == ["RTO", "Failover time"])
    }

    @Test func whatCouldNotBeMeasuredIsUnknownAndNotLeftOut() {
        let outcomes = ObjectiveOutcome.all(of: run(target: 300_000), metrics: [])
        #expect(outcomes.map(\.label) == ["RTO"])
        #expect(outcomes.map(\.measured) == [nil] && outcomes.map(\.limit) == [300_000])
        #expect(outcomes.map(\.verdict) == [.none])
        // No step was taken, so nothing was to be measured.
        #expect(labels(run(target: 300_000, steps: 0), []) == [])
    }

    @Test func aRunThatIsNotAboutRecoveryHasNoObjectives() {
        #expect(labels(run(), [metric("baseline_p99_ms", 4)]) == [])
    }

    @Test func everyKindHasAMetricAndAResultOfItsOwn() {
        for kind in Objective.Kind.allCases {
            #expect(metric(kind.metricName, 1).isOfObjective, "\(kind)")
            #expect(run([(kind, .passed)]).results.map(\.isOfObjective) == [true], "\(kind)")
        }
        #expect(!metric("fault_held_ms", 1).isOfObjective)
        var result = ResultRecorded()
        (result.component, result.testName) = ("objectives", "Recovery of the service")
        #expect(!result.isOfObjective)
    }
}
