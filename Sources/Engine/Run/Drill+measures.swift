internal import DRTesting
internal import FaultProxy
internal import ResilientStorage

/// What a run has measured.
struct Measures: Sendable {
    var marks: [(name: String, instant: ContinuousClock.Instant)] = []
    var recoveryTime: Duration?
    var recoveryPoint: Duration?
    var resolution: Duration?
    var metrics: [MetricRecorded] = []
    /// The rows that say whether the objectives were met.
    var results: [ResultRecorded] = []
}

extension Drill {
    /// Derives marks, RTO and RPO from the operations and what else was seen, and records them.
    ///
    /// - Parameter isJudged: a run that was called off has no objectives to meet.
    func measure(isJudged: Bool) async throws -> Measures {
        guard let workload, let probes else { return Measures() }
        let facts = facts.all
        let end = facts.writersStopped ?? .now
        var measures = Measures()
        if let fault = facts.fault {
            let analysis = RecoveryAnalysis(
                samples: workload.history.all, faultEffective: fault.effective, end: end,
                stableFor: request.scenario.workload.stableFor)
            measureRecovery(analysis, fault, facts, probes, into: &measures)
            measureLoss(analysis, facts, workload, into: &measures)
            addTimes(analysis, fault, facts, to: &measures)
            if isJudged { judgeObjectives(in: &measures) }
        }
        addLoad(workload, probes, facts, end: end, to: &measures)
        try await record(measures, workload, probes, facts, end: end)
        return measures
    }

    // MARK: Recovery

    private func measureRecovery(
        _ analysis: RecoveryAnalysis, _ fault: RunFacts.FaultFact, _ facts: RunFacts.State,
        _ probes: Probes, into measures: inout Measures
    ) {
        let lifted = fault.ending?.ended
        let served = lifted.flatMap { probes.servedForGood(since: $0) }
        // Each check counts from when it became true for good; all must have.
        let drained = facts.queueEmptied == nil ? nil : facts.lastDrained ?? analysis.restored
        let checks = [analysis.restored, facts.breakerClosed, drained, served]
        let isIntact = facts.comparison.map { $0.offences.isEmpty } ?? false
        var verified: ContinuousClock.Instant?
        if isIntact, checks.allSatisfy({ $0 != nil }) { verified = checks.compactMap(\.self).max() }
        if let verified, let impact = analysis.impact { measures.recoveryTime = verified - impact }
        measures.resolution = analysis.resolution
        let marks: [(String, ContinuousClock.Instant?)] = [
            ("fault effective", fault.effective), ("impact", analysis.impact),
            ("detected", facts.detected), ("degraded mode entered", facts.degraded?.instant),
            ("lifted", lifted), ("restored", analysis.restored), ("verified", verified),
            ("writers stopped", facts.writersStopped),
        ]
        measures.marks = marks.compactMap { mark in mark.1.map { (name: mark.0, instant: $0) } }
    }

    private func measureLoss(
        _ analysis: RecoveryAnalysis, _ facts: RunFacts.State, _ workload: Workload,
        into measures: inout Measures
    ) {
        guard let comparison = facts.comparison, let impact = analysis.impact else { return }
        let marks = [impact, analysis.restored, facts.writersStopped].compactMap(\.self)
        let hadSomethingToLose = workload.history.all.contains {
            $0.kind != .read && $0.outcome == .served && $0.finished < impact
        }
        measures.recoveryPoint = LossAnalysis.recoveryPoint(
            losses: comparison.offences.map(\.acknowledged), marks: marks,
            acknowledgedBeforeImpact: hadSomethingToLose)
    }

    private func addTimes(
        _ analysis: RecoveryAnalysis, _ fault: RunFacts.FaultFact, _ facts: RunFacts.State,
        to measures: inout Measures
    ) {
        let objectives = request.scenario.objectives
        let lifted = fault.ending?.ended
        let verified = measures.marks.first { $0.name == "verified" }?.instant
        func span(
            _ start: ContinuousClock.Instant?, _ end: ContinuousClock.Instant?
        ) -> Duration? {
            guard let start, let end else { return nil }
            return max(end - start, .zero)
        }
        measures.metrics += [
            metric("rto_actual_ms", "rto", measures.recoveryTime, limit: objectives.recoveryTime),
            metric("rpo_actual_ms", "rpo", measures.recoveryPoint, limit: objectives.recoveryPoint),
            metric("rto_resolution_ms", "custom", measures.resolution),
            metric("fault_held_ms", "custom", span(fault.effective, lifted)),
            metric("time_to_detect_ms", "custom", span(analysis.impact, facts.detected)),
            metric("recovery_after_lift_ms", "custom", span(lifted, verified)),
        ]
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

    // MARK: Objectives

    private func judgeObjectives(in measures: inout Measures) {
        let objectives = request.scenario.objectives
        let hasImpact = measures.marks.contains { $0.name == "impact" }
        if objectives.recoveryTime == nil, hasImpact, measures.recoveryTime == nil {
            measures.results.append(Self.unrecovered)
        }
        if let limit = objectives.recoveryTime {
            measures.results.append(
                Self.result(
                    "Recovery time objective (RTO)", limit: limit, actual: measures.recoveryTime,
                    unknown: hasImpact ? .failed : .inconclusive,
                    hasImpact ? "recovery was not verified" : "service was not lost"))
        }
        if let limit = objectives.recoveryPoint {
            measures.results.append(
                Self.result(
                    "Recovery point objective (RPO)", limit: limit, actual: measures.recoveryPoint,
                    unknown: .inconclusive, "the data loss could not be measured"))
        }
    }

    /// Service that was lost and not seen to come back is a failure, whatever the objectives.
    private static var unrecovered: ResultRecorded {
        var result = ResultRecorded()
        (result.component, result.testName) = ("objectives", "Recovery of the service")
        result.expectedResult = "verified"
        result.actualResult = "unknown"
        result.verdict = .failed
        result.errorMessage = "recovery was not verified"
        return result
    }

    private static func result(
        _ name: String, limit: Duration, actual: Duration?, unknown: Verdict, _ complaint: String
    ) -> ResultRecorded {
        var result = ResultRecorded()
        (result.component, result.testName) = ("objectives", name)
        result.expectedResult = "at most \(limit.words)"
        result.actualResult = actual?.words ?? "unknown"
        result.verdict = actual.map { $0 <= limit ? .passed : .failed } ?? unknown
        if actual == nil { result.errorMessage = complaint }
        return result
    }

    // MARK: The load

    private func addLoad(
        _ workload: Workload, _ probes: Probes, _ facts: RunFacts.State,
        end: ContinuousClock.Instant, to measures: inout Measures
    ) {
        let samples = workload.history.all
        let seconds = Double(max((end - clock.start).milliseconds, 1)) / 1000
        let served = Double(samples.count(where: \.isServed))
        let probeSamples = probes.all
        let probesServed = Double(probeSamples.count(where: \.isServed))
        measures.metrics += [
            metric("operations_served_per_second", "throughput", served / seconds, "1/s"),
            metric(
                "operations_not_served_ratio", "error_rate",
                samples.isEmpty ? nil : 1 - served / Double(samples.count), "ratio"),
            metric(
                "probe_availability", "availability",
                probeSamples.isEmpty ? nil : probesServed / Double(probeSamples.count), "ratio"),
            metric("writes_acknowledged", "custom", Double(workload.ledger.acknowledgedCount), "1"),
            metric("load_slip_ratio", "custom", workload.pace.slip, "ratio"),
            metric("load_worst_delay_ms", "custom", workload.pace.worst),
        ]
        let worst = workload.pace.worst
        let resolution = max(measures.resolution ?? .seconds(1), .seconds(1))
        if worst > resolution {
            var result = ResultRecorded()
            (result.component, result.testName) = ("workload", "Load put on as planned")
            result.expectedResult = "no operation sent more than \(resolution.words) late"
            result.actualResult = "one was sent \(worst.words) late"
            result.verdict = .inconclusive
            result.errorMessage = "the runner stalled, so its measures are not to be trusted"
            measures.results.append(result)
        }
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
        events += phases(workload.history.all, facts, end: end).map { .phaseSummarized($0) }
        events += timelines(workload, probes, end: end).map { .timelineRecorded($0) }
        events += (system?.receiver.received ?? []).map { received in
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

    private func phases(
        _ samples: [OperationSample], _ facts: RunFacts.State, end: ContinuousClock.Instant
    ) -> [PhaseSummarized] {
        guard let fault = facts.fault else {
            return [Timeline.summary(of: "before", samples, lasting: end - clock.start)]
        }
        let lifted = fault.ending?.ended ?? end
        return [
            Timeline.summary(
                of: "before", samples.filter { $0.finished < fault.effective },
                lasting: fault.effective - clock.start),
            Timeline.summary(
                of: "during",
                samples.filter { $0.finished >= fault.effective && $0.finished < lifted },
                lasting: lifted - fault.effective),
            Timeline.summary(
                of: "after", samples.filter { $0.finished >= lifted }, lasting: end - lifted),
        ]
    }

    /// In pieces that fit into an event.
    private func timelines(
        _ workload: Workload, _ probes: Probes, end: ContinuousClock.Instant
    ) -> [TimelineRecorded] {
        let whole = Timeline.bins(
            operations: workload.history.all, probes: probes.all, clock: clock,
            width: .milliseconds(500), from: clock.start, to: end)
        return stride(from: 0, to: whole.bins.count, by: 500).map { start in
            var piece = whole
            piece.startUs = UInt64(start) * whole.binUs
            piece.bins = Array(whole.bins[start..<min(start + 500, whole.bins.count)])
            return piece
        }
    }
}
