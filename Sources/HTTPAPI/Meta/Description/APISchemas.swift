/// The schemas that the description of the API names: a row of each table, and what is refused.
enum APISchemas {
    typealias Member = JSONSchema.Member

    static let all: [(name: String, schema: JSONSchema)] = [
        ("Error", error), ("Test", test), ("Result", result), ("Log", log), ("Metric", metric),
        ("Scenario", scenario), ("Schedule", schedule), ("KeptSchedule", keptSchedule),
        ("Report", report), ("Finding", finding), ("Alert", alert), ("Excuse", excuse),
        ("Cadence", cadence), ("Statistics", statistics),
    ]

    private static let texts = JSONSchema.array(.text())
    private static let verdict = JSONSchema.orNull(.oneOf(["passed", "inconclusive", "failed"]))
    private static let status = JSONSchema.oneOf([
        "pending", "running", "completed", "failed", "cancelled",
    ])

    private static let error = JSONSchema.object([
        Member("success", .boolean), Member("error", .text()), Member("code", .text()),
        Member(
            "details",
            .array(
                .object([
                    Member("field", .text()), Member("message", .text()),
                    Member("accepted", texts),
                ])), isRequired: false),
    ])

    private static let test = JSONSchema.object([
        Member("id", .count), Member("test_type", .text()), Member("scenario", .text()),
        Member("status", status), Member("verdict", verdict),
        Member("start_time", .orNull(.time)), Member("end_time", .orNull(.time)),
        Member("rto_target_ms", .orNull(.number)), Member("rpo_target_ms", .orNull(.number)),
        Member("rto_actual_ms", .orNull(.number)), Member("rpo_actual_ms", .orNull(.number)),
        Member("test_config", .map(.anything)), Member("executed_by", .text()),
        Member("environment", .text()), Member("created_at", .time), Member("target", .text()),
        Member("target_kind", .text()), Member("purpose", .text()),
        Member("error_message", .orNull(.text())), Member("first_position", .count),
        Member("last_position", .count),
    ])

    private static let result = JSONSchema.object([
        Member("id", .count), Member("test_id", .count), Member("component", .text()),
        Member("test_name", .text()), Member("expected_result", .text()),
        Member("actual_result", .text()), Member("passed", .orNull(.boolean)),
        Member("verdict", verdict), Member("execution_time_ms", .number),
        Member("error_message", .orNull(.text())), Member("details", .map(.anything)),
        Member("created_at", .time),
    ])

    private static let log = JSONSchema.object([
        Member("id", .count), Member("test_id", .count), Member("timestamp", .time),
        Member("event_type", .text()), Member("component", .text()), Member("message", .text()),
        Member("level", .text()), Member("metadata", .map(.text())),
    ])

    private static let metric = JSONSchema.object([
        Member("id", .count), Member("test_id", .count), Member("metric_name", .text()),
        Member("metric_type", .text()), Member("value", .orNull(.number)),
        Member("unit", .text()), Member("threshold", .orNull(.number)),
        Member("passed", .orNull(.boolean)), Member("recorded_at", .time),
    ])

    private static let scenario = JSONSchema.object([
        Member("id", .count), Member("scenario_name", .text()), Member("test_type", .text()),
        Member("description", .text()), Member("test_steps", texts),
        Member("expected_outcomes", texts), Member("rto_target_ms", .orNull(.number)),
        Member("rpo_target_ms", .orNull(.number)), Member("prerequisites", .map(.text())),
        Member("cleanup_steps", texts), Member("enabled", .boolean),
        Member("created_at", .orNull(.time)), Member("updated_at", .orNull(.time)),
    ])

    private static let schedule = JSONSchema.object(scheduleMembers)

    /// As the one who creates or changes it is answered.
    private static let keptSchedule = JSONSchema.object(
        [Member("schedule_id", .count)] + scheduleMembers)

    private static let scheduleMembers = [
        Member("id", .count), Member("scenario_id", .count), Member("schedule_name", .text()),
        Member("cron_expression", .text()), Member("time_zone", .text()),
        Member("enabled", .boolean), Member("last_run", .orNull(.time)),
        Member("next_run", .orNull(.time)), Member("run_count", .count),
        Member("failure_count", .count), Member("created_at", .orNull(.time)),
        Member("updated_at", .orNull(.time)),
    ]

    private static let report = JSONSchema.object([
        Member("id", .count), Member("report_name", .text()), Member("report_type", .text()),
        Member("period_start", .orNull(.time)), Member("period_end", .orNull(.time)),
        Member("total_tests", .count), Member("passed_tests", .count),
        Member("failed_tests", .count), Member("avg_rto_ms", .orNull(.number)),
        Member("avg_rpo_ms", .orNull(.number)), Member("success_rate", .orNull(.number)),
        Member("test_summary", .text()), Member("recommendations", texts),
        Member("generated_at", .time), Member("generated_by", .text()),
        Member(
            "files",
            .array(
                .object([
                    Member("name", .text()), Member("format", .text()), Member("sha256", .text()),
                    Member("size_bytes", .count),
                ]))),
    ])

    private static let finding = JSONSchema.object([
        Member("id", .count), Member("scenario", .text()), Member("test_type", .text()),
        Member("target", .text()), Member("target_kind", .text()),
        Member("environment", .text()), Member("status", .oneOf(["open", "closed"])),
        Member("verdict", verdict), Member("error_message", .orNull(.text())),
        Member("occurrences", .count), Member("opened_at", .time),
        Member("opened_by_test", .count), Member("last_seen_at", .time),
        Member("last_seen_in_test", .count), Member("closed_at", .orNull(.time)),
        Member("closed_by_test", .orNull(.count)),
    ])

    private static let alert = JSONSchema.object([
        Member("id", .count), Member("alert_type", .text()), Member("severity", .text()),
        Member("service_name", .text()), Member("message", .text()),
        Member("details", .map(.anything)), Member("created_at", .time),
        Member("acknowledged_at", .orNull(.time)),
    ])

    private static let excuse = JSONSchema.object([
        Member("id", .count), Member("scenario", .text()), Member("target", .text()),
        Member("due_at", .orNull(.time)), Member("reason", .text()),
        Member("executor", .text()), Member("approver", .text()),
        Member("recorded_by", .text()), Member("enabled", .boolean),
        Member("created_at", .orNull(.time)), Member("updated_at", .orNull(.time)),
    ])

    private static let cadence = JSONSchema.object([
        Member("id", .count), Member("scenario", .text()), Member("target", .text()),
        Member("interval_ms", .count), Member("grace_ms", .count), Member("reason", .text()),
        Member("enabled", .boolean), Member("last_success", .orNull(.time)),
        Member("due_at", .orNull(.time)), Member("overdue_at", .orNull(.time)),
        Member("created_at", .orNull(.time)), Member("updated_at", .orNull(.time)),
    ])

    private static let statistics = JSONSchema.object([
        Member("period", .text()), Member("from", .text(format: "date")),
        Member("to", .text(format: "date")), Member("overall", .object(counts)),
        Member("by_type", .array(.object([Member("test_type", .text())] + shortCounts))),
        Member(
            "by_day",
            .array(.object([Member("day", .text(format: "date"))] + shortCounts))),
        Member("components", .array(.object(checks))),
        Member("recent_tests", .array(.named("Test"))),
    ])

    private static let counts = [
        Member("total_tests", .count), Member("completed_tests", .count),
        Member("failed_tests", .count), Member("success_rate", .orNull(.number)),
        Member("avg_rto_ms", .orNull(.number)), Member("avg_rpo_ms", .orNull(.number)),
        Member("pending_tests", .count), Member("running_tests", .count),
        Member("cancelled_tests", .count), Member("inconclusive_tests", .count),
        Member("not_recovered_tests", .count), Member("rto_measured", .count),
        Member("median_rto_ms", .orNull(.number)), Member("p95_rto_ms", .orNull(.number)),
        Member("max_rto_ms", .orNull(.number)), Member("rpo_measured", .count),
        Member("median_rpo_ms", .orNull(.number)), Member("p95_rpo_ms", .orNull(.number)),
        Member("max_rpo_ms", .orNull(.number)),
    ]

    private static let checks = [
        Member("component", .text()), Member("passed", .count),
        Member("inconclusive", .count), Member("failed", .count),
        Member("pass_rate", .orNull(.number)),
    ]

    private static let shortCounts = [
        Member("total", .count), Member("completed", .count), Member("failed", .count),
        Member("success_rate", .orNull(.number)), Member("avg_rto_ms", .orNull(.number)),
        Member("avg_rpo_ms", .orNull(.number)),
    ]
}
