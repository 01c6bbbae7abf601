internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// What a run has measured.
struct Measures: Sendable {
    /// `nil`: the scenario is not about recovery.
    var recovery: Recovery?
    var marks: [(name: String, instant: ContinuousClock.Instant)] = []
    var metrics: [MetricRecorded] = []
    /// The rows that say whether the objectives were met.
    var results: [ResultRecorded] = []
}

extension Drill {
    /// Derives marks, RTO and RPO from the operations and what else was seen, and records them.
    ///
    /// - Parameter isJudged: a run that was called off has no objectives to meet.
    func measure(isJudged: Bool) async throws -> Measures {
        guard let workload, let probes, let system else { return Measures() }
        for place in system.places { await place.catchUp() }
        let facts = facts.all
        let end = facts.writersStopped ?? .now
        let evidence = Evidence(
            facts: facts, workload: workload, probes: probes, system: system, end: end,
            stableFor: request.scenario.workload.stableFor)
        var measures = Measures()
        // Once there was a step, an objective of which nothing was measured has not been met.
        let hasBegun = await !journal.run.steps.isEmpty
        let isAsked = hasBegun && !request.scenario.objectives.all.isEmpty
        measures.recovery = recovery(from: evidence) ?? (isAsked ? Recovery() : nil)
        measures.recovery?.coarsen(by: workload.pace.record, until: end)
        measures.recovery?.coarsen(by: await system.clockError)
        if let recovery = measures.recovery {
            addMarks(recovery, facts, to: &measures)
            addTimes(recovery, facts, to: &measures)
            if isJudged {
                measures.results += recovery.results
                measures.results += recovery.results(for: request.scenario.objectives)
            }
        }
        // A benchmark puts on a load of its own, and measures that.
        if facts.performance.baseline.results.isEmpty {
            addLoad(workload, probes, facts, end: end, to: &measures)
        }
        try await record(measures, workload, probes, facts, end: end)
        return measures
    }

    /// - Returns: `nil` if nothing was broken.
    private func recovery(from evidence: Evidence) -> Recovery? {
        switch request.scenario.type {
        case "partial_degradation": evidence.degradation()
        case "circuit_breaker": evidence.breakerEpisodes()
        case "backup_restore": evidence.backupAndRestore()
        case "failover_mechanism": evidence.failoverAndFailback()
        case "performance_benchmark": nil
        default: evidence.outage()
        }
    }

    // MARK: Recovery

    private func addMarks(
        _ recovery: Recovery, _ facts: RunFacts.State, to measures: inout Measures
    ) {
        let course = recovery.course ?? facts.course
        let effective = recovery.course?.effective ?? facts.faults.first?.effective
        let marks: [(String, ContinuousClock.Instant?)] = [
            ("fault effective", course.isOfFault ? effective : nil), ("impact", recovery.impact),
            ("detected", course.detected), ("degraded mode entered", facts.degraded?.instant),
            ("lifted", course.isOfFault ? course.lifted : nil), ("restored", recovery.restored),
            ("verified", recovery.verified), ("writers stopped", facts.writersStopped),
        ]
        measures.marks = marks.compactMap { mark in mark.1.map { (name: mark.0, instant: $0) } }
        measures.marks += recovery.marks
    }

    private func addTimes(
        _ recovery: Recovery, _ facts: RunFacts.State, to measures: inout Measures
    ) {
        let objectives = request.scenario.objectives
        measures.metrics += [
            metric("rto_actual_ms", "rto", recovery.recoveryTime, limit: objectives.recoveryTime),
            metric("rpo_actual_ms", "rpo", recovery.recoveryPoint, limit: objectives.recoveryPoint),
            metric("rto_resolution_ms", "custom", recovery.resolution),
        ]
        let split = recovery.split(by: recovery.course ?? facts.course)
        measures.metrics += split.map { metric($0.name, "custom", $0.value) }
        for objective in objectives.all
        where objective.kind != .recoveryTime && objective.kind != .recoveryPoint {
            measures.metrics.append(
                metric(
                    objective.kind.metricName, objective.kind.metricType,
                    recovery[objective.kind], limit: objective.limit))
        }
        measures.metrics += recovery.metrics.map { metric($0.name, "custom", $0.value) }
    }

    private func metric(
        _ name: String, _ type: String, _ value: Duration?, limit: Duration? = nil
    ) -> MetricRecorded {
        metric(
            name, type, value.map { Double($0.microseconds) / 1000 }, "ms",
            limit: limit.map { Double($0.milliseconds) })
    }

    private func metric(
        _ name: String, _ type: String, _ value: Double?, _ unit: String, limit: Double? = nil
    ) -> MetricRecorded {
        var metric = MetricRecorded()
        (metric.name, metric.type, metric.unit) = (name, type, unit)
        (metric.value, metric.threshold) = (value, limit)
        if let value, let limit { metric.passed = value <= limit }
        metric.time = clock.time(of: .now)
        return metric
    }

    // MARK: The load

    private func addLoad(
        _ workload: Workload, _ probes: Probes, _ facts: RunFacts.State,
        end: ContinuousClock.Instant, to measures: inout Measures
    ) {
        let counts = workload.history.counts
        let seconds = Double(max((end - clock.start).milliseconds, 1)) / 1000
        let served = Double(counts.served)
        let probed = probes.counts
        let pace = workload.pace.record
        measures.metrics += [
            metric("operations_served_per_second", "throughput", served / seconds, "1/s"),
            metric(
                "operations_not_served_ratio", "error_rate",
                counts.all == 0 ? nil : 1 - served / Double(counts.all), "ratio"),
            metric(
                "probe_availability", "availability",
                probed.all == 0 ? nil : Double(probed.served) / Double(probed.all), "ratio"),
            metric("writes_acknowledged", "custom", Double(workload.ledger.acknowledgedCount), "1"),
            metric("load_slip_ratio", "custom", pace.slip, "ratio"),
            metric("load_worst_delay_ms", "custom", pace.worst),
        ]
        let judgement = LoadJudgement(pace, for: measures.recovery, until: end)
        if let result = judgement.result { measures.results.append(result) }
    }

    // MARK: Recording

    private func record(
        _ measures: Measures, _ workload: Workload, _ probes: Probes, _ facts: RunFacts.State,
        end: ContinuousClock.Instant
    ) async throws {
        var events = measures.marks.map { name, instant in
            var mark = MarkRecorded()
            mark.mark = name
            mark.time = clock.time(of: instant)
            mark.offsetUs = clock.offset(of: instant)
            return TestEvent.markRecorded(mark)
        }
        var timeline = workload.history.timeline
        timeline.add(probes.timeline)
        events += workload.history.summaries(end: end).map { .phaseSummarized($0) }
        events += timeline.pieces(to: end).map { .timelineRecorded($0) }
        events += (system?.receiver?.received ?? []).map { received in
            var notice = NoticeReceived()
            (notice.incident, notice.kind) = (
                received.notice.incident, received.notice.kind.rawValue
            )
            notice.time = clock.time(of: received.instant)
            notice.offsetUs = clock.offset(of: received.instant)
            return .noticeReceived(notice)
        }
        events += measures.metrics.map { .metricRecorded($0) }
        try await journal.write(events)
        for result in measures.results { try await journal.record(.recordResult(result)) }
    }
}

extension RunFacts.State {
    /// Of the last fault.
    fileprivate var course: Recovery.Course {
        Recovery.Course(
            effective: fault?.effective, detected: detected, lifted: fault?.ending?.ended)
    }
}
