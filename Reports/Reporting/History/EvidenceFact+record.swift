internal import DRTesting
internal import Projections

extension EvidenceFact {
    private typealias Finding = (fact: EvidenceFact, isThere: Bool)

    /// Which facts a run has recorded: the page *Evidence* of DRTesting says where each is.
    ///
    /// Those of the programme, of what followed and of the log itself are not those of one run; and
    /// what is not recorded anywhere is not here either.
    static func facts(of record: RunRecord) -> Set<EvidenceFact> {
        let findings =
            runFacts(record) + timeFacts(record) + dataFacts(record) + serviceFacts(record)
            + siteFacts(record)
        return Set(findings.filter { $0.isThere }.map { $0.fact })
    }

    private static func runFacts(_ record: RunRecord) -> [Finding] {
        let (run, requested) = (record.run, record.requested)
        let names = [
            requested.runKey, requested.scenarioName, requested.targetName, requested.purpose,
            requested.toolVersion,
        ]
        let isIdentified =
            names.allSatisfy { !$0.isEmpty } && run.started != nil && run.finished != nil
        let areStepsTaken = !run.steps.isEmpty && !run.results.isEmpty
        return [
            (.runIdentity, isIdentified),
            (
                .runConfigDigest,
                !requested.scenarioDigest.isEmpty && !requested.targetDigest.isEmpty
            ),
            (.runEnvironment, !requested.environment.isEmpty && !requested.scope.isEmpty),
            (.runInitiator, !requested.executedBy.isEmpty),
            (.runOutcome, run.finished != nil),
            (.runSteps, !requested.steps.isEmpty && areStepsTaken),
        ]
    }

    private static func timeFacts(_ record: RunRecord) -> [Finding] {
        let finished = record.run.finished
        let hasImpact = record.mark("impact") != nil
        let isRestored = record.mark("restored") != nil || record.mark("verified") != nil
        let isFaultSeen = record.faults.contains { $0.startUs != nil }
        let hasObjective = record.objectives.contains {
            $0.kind != .recoveryPoint && $0.limit != nil && $0.verdict != .none
        }
        return [
            (.timeInject, isFaultSeen || hasImpact || record.hasOutsideChanges),
            (.timeDetect, record.mark("detected") != nil || record.has("time_to_detect_ms")),
            (.timeRecovery, hasImpact && isRestored && finished?.rtoActualMs != nil),
            (.timeObjective, hasObjective),
            (.timeFailover, record.has("failover_rto_ms")),
        ]
    }

    /// Every key of the load is compared, body by body: that is the whole population.
    private static func dataFacts(_ record: RunRecord) -> [Finding] {
        let isCompared = record.comparisons.contains { $0.keys > 0 }
        let hasObjective = record.objectives.contains {
            $0.kind == .recoveryPoint && $0.limit != nil && $0.verdict != .none
        }
        return [
            (.dataRecoveryPoint, record.run.finished?.rpoActualMs != nil && isCompared),
            (.dataPointObjective, hasObjective),
            (.dataCounts, isCompared),
            (.dataDigests, isCompared),
            (.dataSample, isCompared),
            (.dataVolume, record.comparisons.contains { $0.bytesCompared > 0 }),
            (.dataReconcile, isCompared),
        ]
    }

    private static func serviceFacts(_ record: RunRecord) -> [Finding] {
        let phases = record.phases
        let isLoadSeen = phases.contains { $0.phase == "during" && $0.hasOperations }
        let capacity = ["baseline_throughput", "sweep_throughput_ratio", "stress_throughput"]
        let hasBaseline = record.metrics.contains {
            $0.name.hasPrefix("baseline_") && $0.value != nil
        }
        return [
            (.svcErrors, phases.contains { $0.hasOperations }),
            (.svcLatency, phases.contains { $0.served > 0 }),
            (.svcDegraded, isLoadSeen || record.has("served_or_deferred_ratio_min")),
            (.svcBreaker, record.changes.contains { $0.component == "circuit_breaker" }),
            (.svcCapacity, capacity.contains { record.has($0) }),
            (
                .svcBaseline,
                phases.contains { $0.phase == "before" && $0.hasOperations } || hasBaseline
            ),
        ]
    }

    private static func siteFacts(_ record: RunRecord) -> [Finding] {
        let roles = Set(record.requested.endpoints.filter { !$0.address.isEmpty }.map(\.role))
        let hasFailback =
            record.mark("failback started") != nil && record.mark("failback done") != nil
        let isSecondarySeen =
            record.mark("restored") != nil && record.mark("failback started") != nil
            && record.phases.contains { $0.phase == "during" && $0.hasOperations }
        return [
            (.sitePair, roles.isSuperset(of: ["primary", "secondary"])),
            (
                .siteSecondaryLoad,
                isSecondarySeen
                    || record.observed("secondary.reads_served", "secondary.writes_served")
            ),
            (
                .siteLag,
                record.comparisons.contains { $0.subject == "takeover" }
                    || record.has("failover_lag_operations")
            ),
            (.siteFailback, hasFailback || record.observed("failback.done")),
            (.backupAge, record.mark("snapshot") != nil && record.mark("impact") != nil),
            (.backupSeparation, roles.contains("backup")),
        ]
    }
}

extension RunRecord {
    /// Whether something was measured.
    fileprivate func has(_ metric: String) -> Bool { self.metric(metric)?.value != nil }

    /// Whether one of these was observed in a check.
    fileprivate func observed(_ names: String...) -> Bool {
        run.results.contains { result in
            result.observations.contains { names.contains($0.name) && !$0.value.isEmpty }
        }
    }
}

extension PhaseSummarized {
    fileprivate var hasOperations: Bool {
        served > 0 || deferred > 0 || refused > 0 || failed > 0 || indeterminate > 0
    }
}
