internal import DRTesting
internal import HTTPTypes
internal import Reporting

/// What is changed. All bodies are strict: a member that is not named here is refused.
extension APIDescription {
    static let changing: [APIOperation] = runs + rows + others + access

    private typealias Member = JSONSchema.Member

    private static func optional(_ name: String, _ schema: JSONSchema) -> Member {
        // What is null is as if it were not there.
        Member(name, .orNull(schema), isRequired: false)
    }

    private static let reason = JSONSchema.strictObject([optional("reason", .text())])
    private static let values = JSONSchema.map(.anything)
    private static let testID = "Of the test."

    // MARK: Tests

    private static let runs: [APIOperation] = [
        APIOperation(.post, "/api/testing/execute", "execute", "Starts a test.", tag: "tests")
            .inQuery("wait", .boolean, "Whether to answer only when the test has ended.")
            .reading(.json(.strictObject(order)))
            .idempotent
            .answer(.object(execution), "The test has ended: with `wait`.")
            .answer(.object(execution), "The test is under way.", status: 202)
            .refused(400, 401, 403, 404, 408, 409, 413, 422, 429, 503),
        APIOperation(
            .post, "/api/testing/tests/{id}/cancel", "cancel_test", "Stops a test.", tag: "tests"
        )
        .inPath("id", .count, testID)
        .reading(.json(reason), isRequired: false)
        .idempotent
        .answer(
            .object([Member("test_id", .count), Member("status", .orNull(.text()))]),
            "It was told to stop.", status: 202
        )
        .refused(400, 401, 403, 404, 408, 409, 413, 422, 429, 503),
        APIOperation(
            .post, "/api/testing/halt", "halt", "Stops all tests: the kill switch.", tag: "tests"
        )
        .reading(.json(reason), isRequired: false)
        .idempotent
        .answer(
            .object([Member("stopped_tests", .count)]), "They were told to stop.", status: 202
        )
        .refused(400, 401, 403, 408, 413, 422, 429, 503),
    ]

    /// `scenario_name` or `scenario_id`: one of them.
    private static let order = [
        optional("scenario_name", .text()), optional("scenario_id", .count),
        optional("executed_by", .text()), optional("environment", .text()),
        optional("target", .text()), optional("variables", values),
        optional("debug", .boolean), optional("timeout_ms", .integer(1...604_800_000)),
        optional("confirm", .text()),
    ]

    private static let execution = [
        Member("test_id", .count), Member("scenario", .orNull(.text())),
        Member("status", .orNull(.text())), Member("start_time", .orNull(.time)),
        Member("end_time", .orNull(.time)), Member("rto_actual_ms", .orNull(.number)),
        Member("rpo_actual_ms", .orNull(.number)), Member("total_results", .count),
        Member("passed_results", .count), Member("total_logs", .count),
        Member("total_metrics", .count),
    ]

    // MARK: Rows

    private static let rows: [APIOperation] =
        keeping(
            "scenario", "Scenario", fields: [optional("scenario_text", .text()), enabled],
            required: ["scenario_text"])
        + keeping(
            "schedule", "KeptSchedule", createdAt: "/api/testing/schedule",
            fields: [
                optional("scenario_id", .count), optional("schedule_name", .text()),
                optional("cron_expression", .text()), optional("time_zone", .text()),
                optional("catch_up", .oneOf(["once", "skip"])), optional("target", .text()),
                optional("environment", .text()), optional("variables", values), enabled,
            ],
            required: ["scenario_id", "schedule_name", "cron_expression"])
        + keeping(
            "excuse", "Excuse",
            fields: [
                optional("scenario", .text()), optional("target", .text()),
                optional("due_at", .time), optional("reason", .text()),
                optional("executor", .text()), optional("approver", .text()), enabled,
            ],
            required: ["scenario", "target", "due_at", "reason", "executor", "approver"])
        + keeping(
            "cadence", "Cadence",
            fields: [
                optional("scenario", .text()), optional("target", .text()),
                optional("interval_ms", .count), optional("grace_ms", .count),
                optional("reason", .text()), enabled,
            ],
            required: ["scenario", "target", "interval_ms", "reason"])

    private static let enabled = optional("enabled", .boolean)

    /// To create, change and remove rows of one table.
    private static func keeping(
        _ noun: String, _ schema: String, createdAt path: String? = nil, fields: [Member],
        required: [String]
    ) -> [APIOperation] {
        let list = "/api/testing/\(noun)s"
        let creating = fields.map { field in
            required.contains(field.name) ? field.required : field
        }
        return [
            APIOperation(
                .post, path ?? list, "create_\(noun)", "Creates one \(noun).", tag: "\(noun)s"
            )
            .reading(.json(.strictObject(creating)))
            .idempotent
            .answer(.named(schema), "It is there already.")
            .answer(.named(schema), "It was created.", status: 201)
            .tagged
            .refused(400, 401, 403, 404, 408, 409, 413, 422, 429, 503),
            APIOperation(
                .put, "\(list)/{id}", "change_\(noun)",
                "Changes what the body names, and leaves the rest.", tag: "\(noun)s"
            )
            .inPath("id", .count, "Of the \(noun).")
            .reading(.json(.strictObject(fields)), isRequired: false)
            .idempotent.conditional
            .answer(.named(schema), "It is so now.")
            .tagged
            .refused(400, 401, 403, 404, 408, 409, 412, 413, 422, 429, 503),
            APIOperation(
                .delete, "\(list)/{id}", "remove_\(noun)", "Removes one \(noun).",
                tag: "\(noun)s"
            )
            .inPath("id", .count, "Of the \(noun).")
            .idempotent.conditional
            .answer(.object([Member("id", .count)]), "It is gone.")
            .refused(400, 401, 403, 404, 408, 409, 412, 413, 422, 429, 503),
        ]
    }

    // MARK: Alerts, reports and who has access

    private static let others: [APIOperation] = [
        APIOperation(
            .post, "/api/testing/alerts/{id}/acknowledge", "acknowledge_alert",
            "Says that somebody has seen an alert.", tag: "alerts"
        )
        .inPath("id", .count, "Of the alert.")
        .reading(.json(.strictObject([])), isRequired: false)
        .idempotent
        .answer(.named("Alert"), "It is acknowledged.")
        .refused(400, 401, 403, 404, 408, 409, 413, 422, 429, 503),
        APIOperation(
            .post, "/api/testing/reports/generate", "generate_report",
            """
            Makes the report of a period or of one test, or what the log evidences for a \
            framework, and answers when it is there. A period is named, as 2026-W48, or given by \
            its ends: of a date the whole day is in it, of a time what comes before.
            """, tag: "reports"
        )
        .reading(
            .json(
                .strictObject([
                    Member("report_type", .oneOf(Reports.types)),
                    optional("period", .text()),
                    optional("period_start", .time), optional("period_end", .time),
                    optional("test_id", .count),
                    optional("framework", .oneOf(Framework.allCases.map(\.rawValue))),
                    optional("formats", .array(.oneOf(ReportFields.formats))),
                    optional("report_name", .text()),
                ]))
        )
        .idempotent
        .answer(.named("Report"), "The report.", status: 201)
        .refused(400, 401, 403, 404, 408, 409, 413, 422, 429, 503),
    ]

    private static let access: [APIOperation] = [
        APIOperation(
            .post, "/api/testing/tokens/{id}/revoke", "revoke_token",
            "Makes a token useless before it expires.", tag: "access"
        )
        .inPath("id", .text(), "The `jti` of the token.")
        .reading(.json(.strictObject([Member("reason", .text())])))
        .answer(.object([Member("token_id", .text())]), "It is revoked.")
        .refused(400, 401, 403, 408, 413, 422, 429, 503),
        APIOperation(
            .post, "/signin", "sign_in", "Keeps a token in a cookie, for a browser.",
            tag: "access"
        )
        .reading(
            .json(.object([Member("token", .text())])),
            APIOperation.Content(
                mediaType: "application/x-www-form-urlencoded",
                schema: .object([Member("token", .text())]))
        )
        .answer(
            .object([
                Member("subject", .text()), Member("role", .text()), Member("expires_at", .time),
                Member("csrf_token", .text()),
            ]), "Signed in."
        )
        .plainAnswer(303, "For a form: go to the page.")
        .telling("Location", "The page.", with: [303])
        .refused(400, 401, 403, 408, 413, 422, 429),
        APIOperation(.post, "/signout", "sign_out", "Forgets the cookie.", tag: "access")
            .answer(.null, "Signed out.")
            .refused(401, 403, 429),
    ]
}

extension JSONSchema.Member {
    /// The same, which must be there and be something.
    fileprivate var required: JSONSchema.Member {
        guard case .orNull(let schema) = schema else { return self }
        return JSONSchema.Member(name, schema)
    }
}

extension APIOperation {
    fileprivate var idempotent: APIOperation {
        inHeader(
            "Idempotency-Key", .text(),
            "The same request with the same key is done once, and answered alike.")
    }

    fileprivate var tagged: APIOperation {
        telling("ETag", "Of the row as it is now, for `If-Match`.", with: [200, 201])
    }

    fileprivate var conditional: APIOperation {
        inHeader("If-Match", .text(), "The `ETag` of the row as the client has seen it.")
    }
}
