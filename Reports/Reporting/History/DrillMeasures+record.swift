internal import DRTesting
internal import Projections

extension DrillMeasures {
    private static let mostFailedChecks = 20
    /// A run of this type is about its measures, with or without limits.
    private static let benchmark = "performance_benchmark"

    /// What is kept of a run. Its log lines, its course over time, its notices and its last
    /// operations change nothing here.
    public init(_ record: RunRecord) {
        self.init()
        let run = record.run
        startedAt = run.started?.time
        detectMs = record.metric("time_to_detect_ms")?.value
        heldMs = record.metric("fault_held_ms")?.value
        recoveryAfterLiftMs = record.metric("recovery_after_lift_ms")?.value
        recoveryParts = Self.parts(of: record)
        failedChecks = Self.failedChecks(of: record)
        checks = run.results.count
        prerequisitesNotMet = run.prerequisites.filter { $0.verdict != .passed }.map(\.name)
        objectives = record.objectives.map { Objective($0) }
        ledgers = zip(record.comparisons, record.comparisonPositions).map {
            Ledger($0, position: $1)
        }
        phases = record.phases
        breakerChanges = record.changes.filter { $0.component == "circuit_breaker" }
        marks = record.marks
        let isBenchmark = record.requested.testType == Self.benchmark
        measures = record.metrics.filter { isBenchmark || $0.threshold != nil }.map { Measure($0) }
        endpoints = record.requested.endpoints
        faults = record.faults.count { $0.startUs != nil }
        isCleanupComplete = record.cleanup?.isComplete
        clockSource = record.requested.clockSource
        facts = EvidenceFact.facts(of: record)
    }

    private static func parts(of record: RunRecord) -> [RecoveryPart] {
        let split = RecoverySplit(
            record.marks, recoveryTimeMs: record.metric("rto_actual_ms")?.value)
        return (split?.parts ?? []).map {
            RecoveryPart(label: $0.label, end: $0.end, lengthUs: $0.lengthUs)
        }
    }

    /// The worst first, and those of one verdict in their order.
    private static func failedChecks(of record: RunRecord) -> [FailedCheck] {
        let checks = zip(record.run.results, record.resultPositions).filter { result, _ in
            result.verdict == .failed || result.verdict == .inconclusive
        }
        let sorted = checks.sorted {
            ($1.0.verdict, $0.1) < ($0.0.verdict, $1.1)
        }
        return sorted.prefix(mostFailedChecks).map { result, position in
            FailedCheck(
                component: result.component, name: result.testName, verdict: result.verdict,
                message: result.errorMessage, position: position)
        }
    }
}

extension DrillMeasures.Objective {
    init(_ outcome: ObjectiveOutcome) {
        self.init(
            title: outcome.title, measuredMs: outcome.measured, limitMs: outcome.limit,
            verdict: outcome.verdict, complaint: outcome.complaint,
            isRecoveryTime: outcome.isRecoveryTime)
    }
}

extension DrillMeasures.Ledger {
    init(_ comparison: LedgerCompared, position: UInt64) {
        self.init(
            subject: comparison.subject, position: position,
            acknowledged: comparison.acknowledged, keys: comparison.keys,
            intact: comparison.intact, lost: comparison.lost, stale: comparison.stale,
            corrupt: comparison.corrupt, resurrected: comparison.resurrected,
            unexpected: comparison.unexpected, indeterminate: comparison.indeterminate,
            bytesCompared: comparison.bytesCompared)
    }
}

extension DrillMeasures.Measure {
    init(_ metric: MetricRecorded) {
        self.init(
            name: metric.name, value: metric.value, unit: metric.unit,
            threshold: metric.threshold, passed: metric.passed)
    }
}
