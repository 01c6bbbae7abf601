internal import Merkle
internal import Wire

/// Rows that both kinds of reports have.
extension JSONWriter {
    /// A run in short. What the table `dr_tests` has of it too goes by the same names.
    mutating func run(_ run: DrillSummary, isCounted: Bool, exclusion: String) {
        member("id", run.id)
        member("run_key", run.runKey)
        subject(run.subject)
        let builtin: UInt64? = run.scenarioID == 0 ? nil : run.scenarioID
        member("scenario_id", builtin)
        member("test_type", run.testType)
        member("target_kind", run.targetKind)
        member("environment", run.environment)
        member("purpose", run.purpose)
        member("status", run.statusWord)
        verdict("verdict", run.end?.verdict)
        member("ending", run.end.map { "\($0.ending)" })
        time("requested_at", run.requestedAt)
        time("ended_at", run.end?.time)
        member("rto_actual_ms", run.end?.rtoMs)
        member("rto_resolution_ms", run.end?.rtoResolutionMs)
        member("rto_target_ms", run.rtoTargetMs)
        member("rpo_actual_ms", run.end?.rpoMs)
        member("rpo_target_ms", run.rpoTargetMs)
        text("error_message", orNull: run.end?.message)
        texts("steps_not_executed", run.end?.stepsNotExecuted ?? [])
        member("executed_by", run.executedBy)
        text("requested_by", orNull: run.requestedBy)
        text("authorization", orNull: run.authorization)
        text("settings_sha256", orNull: Hexadecimal.encode(run.settingsDigest))
        text("target_sha256", orNull: Hexadecimal.encode(run.targetDigest))
        member("tool_version", run.toolVersion)
        member("last_position", run.end?.position)
        member("counted", isCounted)
        text("exclusion", orNull: exclusion)
    }

    mutating func finding(_ row: PeriodReport.FindingRow) {
        let finding = row.finding
        member("id", finding.id)
        subject(finding.subject)
        member("test_type", finding.testType)
        member("state", row.state.rawValue)
        verdict("verdict", finding.verdict)
        text("error_message", orNull: finding.message)
        count("occurrences", finding.occurrences)
        time("opened_at", finding.openedAt)
        member("opened_by_test", finding.openedBy)
        time("last_seen_at", finding.lastSeenAt)
        member("last_seen_in_test", finding.lastTest)
        time("closed_at", finding.closedAt)
        member("closed_by_test", finding.closedBy)
        count("age_days", row.ageDays)
        time("due_at", row.dueTime)
    }

    mutating func due(_ drill: DueDrill) {
        member("cadence_id", drill.cadenceID)
        subject(drill.subject)
        time("due_at", drill.dueTime)
        member("outcome", drill.outcome.rawValue)
        member("test", drill.test)
        time("counted_at", drill.countedAt)
        member("excuse_id", drill.excuseID)
    }

    mutating func standing(_ standing: DueStanding) {
        member("cadence_id", standing.cadenceID)
        subject(standing.subject)
        member("interval_ms", standing.intervalMs)
        member("grace_ms", standing.graceMs)
        member("reason", standing.reason)
        member("enabled", standing.isEnabled)
        time("last_success", standing.lastSuccess)
        member("last_success_test", standing.lastSuccessTest)
        time("due_at", standing.dueTime)
        time("overdue_since", standing.overdueSince)
    }

    mutating func change(_ change: PeriodReport.Change) {
        member("position", change.position)
        time("time", change.time)
        member("kind", change.kind)
        member("words", change.words)
        text("by", orNull: change.by)
    }

    mutating func origin(_ origin: ReportOrigin) {
        member("log_id", origin.logID)
        member("log_origin", origin.logOrigin)
        member("position", origin.head)
        member("root", "\(origin.range.root)")
        member("first_held", origin.firstHeld)
        member("tool_version", origin.toolVersion)
        member("command", origin.command)
        object("verified") { $0.verified(origin.range) }
        object("counts") { counts in
            counts.member("events", origin.counts.events)
            counts.count("runs", origin.counts.runs)
            counts.count("drills", origin.counts.drills)
            counts.count("proofs", origin.counts.proofs)
            counts.count("chaos", origin.counts.chaos)
            counts.count("others", origin.counts.others)
            counts.count("under_way", origin.counts.underWay)
        }
    }

    private mutating func verified(_ range: VerifiedRange) {
        member("first_position", range.first)
        member("last_position", range.last)
        member("hashed", range.hashed)
        member("stored", range.stored)
        member("tree_size", range.size)
    }
}

extension DrillSummary {
    /// `completed`, `failed`, `cancelled`; `under way` if it had not ended by the head.
    var statusWord: String { end.map { "\($0.status)" } ?? "under way" }
}
