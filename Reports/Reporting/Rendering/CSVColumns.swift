internal import DRTesting
internal import Merkle

/// Columns that tables of several reports have.
extension CSVColumn where Value == DrillSummary {
    /// A run in short. What the table `dr_tests` has of it too goes by the same names.
    static var run: [CSVColumn] { identity + outcome + origin }

    private static var identity: [CSVColumn] {
        [
            .number("id", "The id of the test: the position of its first event.") { $0.id },
            .text("run_key", "The name of the run's stream in the log.") { $0.runKey },
            .text("scenario", "What was tested.") { $0.scenario },
            .text("test_type", "The kind of scenario.") { $0.testType },
            .text("target", "The storage that was tested.") { $0.target },
            .text("target_kind", "What kind of target: embedded, builtin or http.") {
                $0.targetKind
            },
            .text("environment", "Where the target belongs to.") { $0.environment },
            .text("purpose", "Only a drill counts; a proof and chaos do not.") { $0.purpose },
        ]
    }

    private static var outcome: [CSVColumn] {
        [
            .text("result", "passed, failed, inconclusive, cancelled or under way.") {
                $0.result.rawValue
            },
            .text("ending", "How it came to its end; empty while it is under way.") { run in
                run.end.map { "\($0.ending)" }
            },
            .time("requested_at", "When it was asked for.") { $0.requestedAt },
            .time("ended_at", "When its end was recorded.") { $0.end?.time },
            .milliseconds("rto_actual_ms", "The recovery time that was measured.") {
                $0.end?.rtoMs
            },
            .milliseconds("rto_resolution_ms", "How far the true one may lie below it.") {
                $0.end?.rtoResolutionMs
            },
            .milliseconds("rto_target_ms", "The recovery time objective.") { $0.rtoTargetMs },
            .milliseconds("rpo_actual_ms", "The loss of data that was measured, as a time.") {
                $0.end?.rpoMs
            },
            .milliseconds("rpo_target_ms", "The recovery point objective.") { $0.rpoTargetMs },
            .text("error_message", "Why it did not pass.") { $0.end?.message },
        ]
    }

    private static var origin: [CSVColumn] {
        [
            .text("executed_by", "Who ran it.") { $0.executedBy },
            .text("requested_by", "Who asked for it.") { $0.requestedBy },
            .text("authorization", "A reference to who allowed it.") { $0.authorization },
            .text("settings_sha256", "SHA-256 of the scenario's text with its variables.") {
                Hexadecimal.encode($0.settingsDigest)
            },
            .text("tool_version", "The version of the program that ran it.") { $0.toolVersion },
            .number("last_position", "The position of the event that ended it.") {
                $0.end?.position
            },
        ]
    }
}

extension CSVTable {
    static func findings(_ rows: [PeriodReport.FindingRow]) -> CSVTable {
        let columns: [CSVColumn<PeriodReport.FindingRow>] = [
            .number("id", "The id of the finding.") { $0.finding.id },
            .text("scenario", "The scenario whose drills found it.") {
                $0.finding.subject.scenario
            },
            .text("target", "The storage that it is about.") { $0.finding.subject.target },
            .text("state", "new, open, overdue or closed.") { $0.state.rawValue },
            .text("verdict", "The worst of the drills that it was seen in.") {
                "\($0.finding.verdict)"
            },
            .text("error_message", "What the last of them said.") { $0.finding.message },
            .count("occurrences", "How many drills it was seen in.") {
                $0.finding.occurrences
            },
            .time("opened_at", "When the first of them ended.") { $0.finding.openedAt },
            .number("opened_by_test", "The first of them.") { $0.finding.openedBy },
            .time("last_seen_at", "When the last of them ended.") { $0.finding.lastSeenAt },
            .number("last_seen_in_test", "The last of them.") { $0.finding.lastTest },
            .time("closed_at", "When the retest that passed ended; empty: it is open.") {
                $0.finding.closedAt
            },
            .number("closed_by_test", "That retest.") { $0.finding.closedBy },
            .count("age_days", "How long it has been open, or was.", unit: "days") {
                $0.ageDays
            },
            .time("due_at", "When it should be closed.") { $0.dueTime },
        ]
        return CSVTable("findings", rows, columns)
    }

    static func due(_ drills: [DueDrill]) -> CSVTable {
        let columns: [CSVColumn<DueDrill>] = [
            .number("cadence_id", "The cadence that asked for the drill.") { $0.cadenceID },
            .text("scenario", "The scenario of it.") { $0.subject.scenario },
            .text("target", "The storage of it.") { $0.subject.target },
            .time("due_at", "When it was due.") { $0.dueTime },
            .text("outcome", "on time, late, overdue or excused.") { $0.outcome.rawValue },
            .number("test", "The drill that succeeded; empty: none did.") { $0.test },
            .time("counted_at", "When it succeeded, or when its grace was over.") {
                $0.countedAt
            },
            .number("excuse_id", "The excuse, if it was excused.") { $0.excuseID },
        ]
        return CSVTable("due", drills, columns)
    }

    static func cadences(_ standings: [DueStanding]) -> CSVTable {
        let columns: [CSVColumn<DueStanding>] = [
            .number("cadence_id", "The id of the cadence.") { $0.cadenceID },
            .text("scenario", "What must succeed.") { $0.subject.scenario },
            .text("target", "The storage on which it must.") { $0.subject.target },
            .milliseconds("interval_ms", "How often it must.") { $0.intervalMs },
            .milliseconds("grace_ms", "So long after that it is late, and not overdue yet.") {
                $0.graceMs
            },
            .text("reason", "Why it is so often.") { $0.reason },
            .flag("enabled", "Whether the cadence is in force.") { $0.isEnabled },
            .time("last_success", "When a drill last succeeded.") { $0.lastSuccess },
            .number("last_success_test", "That drill.") { $0.lastSuccessTest },
            .time("due_at", "When the next one is due.") { $0.dueTime },
            .time("overdue_since", "Since when it is overdue; empty: it is not, or excused.") {
                $0.overdueSince
            },
        ]
        return CSVTable("cadences", standings, columns)
    }
}
