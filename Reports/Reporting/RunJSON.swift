internal import DRTesting
internal import Projections
internal import Wire

extension RunRecord {
    /// The run as the JSON of a report has it. Moments are milliseconds since the run's start.
    func write(to report: inout JSONWriter) {
        let finished = run.finished
        report.count("id", Int(id))
        report.text("scenario", requested.scenarioName)
        report.text("test_type", requested.testType)
        report.text("target", requested.targetName)
        report.text("target_kind", requested.targetKind)
        report.text("environment", requested.environment)
        report.text("purpose", requested.purpose)
        report.text("sabotage", requested.sabotage.isEmpty ? nil : requested.sabotage)
        report.text("status", "\(run.status)")
        report.text("verdict", finished.map { "\($0.verdict)" })
        report.text("requested_at", RFC3339.text(requestedAt))
        report.text("end_time", finished.map { RFC3339.text($0.time) })
        for name in [
            "rto_actual_ms", "rto_resolution_ms", "fault_held_ms", "time_to_detect_ms",
            "recovery_after_lift_ms", "rpo_actual_ms",
        ] { report.value(name, metric(name)?.value) }
        report.value("rto_target_ms", requested.rtoTargetMs.map { Double($0) })
        report.value("rpo_target_ms", requested.rpoTargetMs.map { Double($0) })
        report.text(
            "error_message", finished.flatMap { $0.errorMessage.isEmpty ? nil : $0.errorMessage })
        report.list("objectives", objectives) { $1.write($0) }
        report.list("results", run.results) { $1.write($0) }
        report.list("metrics", metrics) { $1.write($0) }
        report.list("faults", faults) { $1.write($0) }
        report.list("ledger_comparisons", comparisons) { $1.write($0) }
        report.list("marks", marks) { mark, row in
            row.text("mark", mark.mark)
            row.value("at_ms", mark.offsetUs.milliseconds)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ objective: ObjectiveOutcome) {
        text("objective", objective.kind.rawValue)
        value("measured_ms", objective.measured)
        value("limit_ms", objective.limit)
        text("verdict", objective.verdict == .none ? nil : "\(objective.verdict)")
        name("is_rto")
        bool(objective.isRecoveryTime)
    }

    fileprivate mutating func write(_ result: ResultRecorded) {
        text("component", result.component)
        text("test_name", result.testName)
        text("verdict", "\(result.verdict)")
        text("error_message", result.errorMessage.isEmpty ? nil : result.errorMessage)
    }

    fileprivate mutating func write(_ metric: MetricRecorded) {
        text("metric_name", metric.name)
        text("metric_type", metric.type)
        value("value", metric.value)
        text("unit", metric.unit)
        value("threshold", metric.threshold)
        name("passed")
        bool(metric.passed)
    }

    fileprivate mutating func write(_ ledger: LedgerCompared) {
        text("subject", ledger.subject.isEmpty ? nil : ledger.subject)
        let counts: [(String, UInt64)] = [
            ("keys", ledger.keys), ("acknowledged", ledger.acknowledged),
            ("intact", ledger.intact), ("lost", ledger.lost), ("stale", ledger.stale),
            ("corrupt", ledger.corrupt), ("resurrected", ledger.resurrected),
            ("unexpected", ledger.unexpected), ("indeterminate", ledger.indeterminate),
            ("bytes_compared", ledger.bytesCompared),
        ]
        for (name, count) in counts {
            self.name(name)
            integer(count)
        }
    }

    fileprivate mutating func write(_ fault: FaultWindow) {
        text("fault", fault.plan.faultID)
        text("kind", fault.plan.kind)
        text("endpoint", fault.plan.endpoint)
        list("shares", fault.shares) { share, row in
            row.value("fraction", share.fraction)
            row.value("from_ms", share.offsetUs.milliseconds)
        }
        value("end_ms", fault.endUs?.milliseconds)
        text("ended_by", fault.endedBy.isEmpty ? nil : fault.endedBy)
    }
}

extension UInt64 {
    /// Of microseconds.
    fileprivate var milliseconds: Double { Double(self) / 1000 }
}
