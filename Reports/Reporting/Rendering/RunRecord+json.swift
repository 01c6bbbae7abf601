internal import DRTesting
internal import Projections
internal import Wire

extension RunRecord {
    /// The run in depth. Moments are milliseconds since its start.
    func write(to run: inout JSONWriter) {
        let finished = self.run.finished
        run.member("id", id)
        run.member("scenario", requested.scenarioName)
        run.member("test_type", requested.testType)
        run.member("target", requested.targetName)
        run.member("target_kind", requested.targetKind)
        run.member("environment", requested.environment)
        run.member("purpose", requested.purpose)
        run.text("sabotage", orNull: requested.sabotage)
        run.member("status", "\(self.run.status)")
        run.verdict("verdict", finished?.verdict)
        run.time("requested_at", requestedAt)
        run.time("end_time", finished?.time)
        for name in [
            "rto_actual_ms", "rto_resolution_ms", "fault_held_ms", "time_to_detect_ms",
            "recovery_after_lift_ms", "rpo_actual_ms",
        ] { run.member(name, metric(name)?.value) }
        run.member("rto_target_ms", requested.rtoTargetMs)
        run.member("rpo_target_ms", requested.rpoTargetMs)
        run.text("error_message", orNull: finished?.errorMessage)
        run.list("objectives", objectives) { $1.write($0) }
        run.list("results", self.run.results) { $1.write($0) }
        run.list("metrics", metrics) { $1.write($0) }
        run.list("faults", faults) { $1.write($0) }
        run.list("ledger_comparisons", comparisons) { $1.write($0) }
        run.list("marks", marks) { mark, row in
            row.member("mark", mark.mark)
            row.member("at_ms", mark.offsetUs.milliseconds)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ objective: ObjectiveOutcome) {
        member("objective", objective.kind.rawValue)
        member("measured_ms", objective.measured)
        member("limit_ms", objective.limit)
        verdict("verdict", objective.verdict)
        member("is_rto", objective.isRecoveryTime)
    }

    fileprivate mutating func write(_ result: ResultRecorded) {
        member("component", result.component)
        member("test_name", result.testName)
        verdict("verdict", result.verdict)
        text("error_message", orNull: result.errorMessage)
    }

    fileprivate mutating func write(_ metric: MetricRecorded) {
        member("metric_name", metric.name)
        member("metric_type", metric.type)
        member("value", metric.value)
        member("unit", metric.unit)
        member("threshold", metric.threshold)
        member("passed", metric.passed)
    }

    fileprivate mutating func write(_ ledger: LedgerCompared) {
        text("subject", orNull: ledger.subject)
        member("keys", ledger.keys)
        member("acknowledged", ledger.acknowledged)
        member("intact", ledger.intact)
        member("lost", ledger.lost)
        member("stale", ledger.stale)
        member("corrupt", ledger.corrupt)
        member("resurrected", ledger.resurrected)
        member("unexpected", ledger.unexpected)
        member("indeterminate", ledger.indeterminate)
        member("bytes_compared", ledger.bytesCompared)
    }

    fileprivate mutating func write(_ fault: FaultWindow) {
        member("fault", fault.plan.faultID)
        member("kind", fault.plan.kind)
        member("endpoint", fault.plan.endpoint)
        list("shares", fault.shares) { share, row in
            row.member("fraction", share.fraction)
            row.member("from_ms", share.offsetUs.milliseconds)
        }
        member("end_ms", fault.endUs?.milliseconds)
        text("ended_by", orNull: fault.endedBy)
    }
}

extension UInt64 {
    /// Of microseconds.
    fileprivate var milliseconds: Double { Double(self) / 1000 }
}
