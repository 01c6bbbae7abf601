internal import HTTPTypes
internal import Projections

/// Events as they are recorded, what an auditor checks, and how the server is.
extension APIDescription {
    private static let stream = APIOperation.Content(
        mediaType: "text/event-stream", schema: .text())

    static let following: [APIOperation] = [
        followed(
            APIOperation(
                .get, "/api/testing/events", "follow_events",
                "Every event of the log as it is recorded: from now on, or after a position.",
                tag: "events")
        ).refused(400, 401, 403, 410, 429, 503),
        followed(
            APIOperation(
                .get, "/api/testing/tests/{id}/events", "follow_test",
                "The events of one test: from its beginning, or after a position.", tag: "events"
            ).inPath("id", .count, "Of the test.")
        ).refused(400, 401, 403, 404, 410, 429, 503),
    ]

    private static func followed(_ operation: APIOperation) -> APIOperation {
        operation
            .inQuery("last_event_id", .count, "As the header, for a first request.")
            .inHeader("Last-Event-ID", .count, "The id of the last event that was received.")
            .plainAnswer(
                200,
                "Server-sent events: id is the position, event the name, data the event in JSON.",
                stream)
    }

    // MARK: Audit

    static let auditing: [APIOperation] = [
        APIOperation(
            .get, "/api/testing/audit/head", "get_head", "How far the log goes, and its root.",
            tag: "audit"
        )
        .answer(
            .object([
                .init("log_id", .text()), .init("origin", .text()), .init("position", .count),
                .init("root", .text()), .init("recorded_at", .time),
                .init("first_position", .count), .init("checkpoint_size", .orNull(.count)),
            ]), "The head."
        )
        .refused(400, 401, 403, 429),
        APIOperation(
            .get, "/api/testing/audit/checkpoint", "get_checkpoint",
            "The newest signed head: a C2SP checkpoint.", tag: "audit"
        )
        .answer(
            .object([
                .init("origin", .text()), .init("size", .count), .init("root", .text()),
                .init("signed_by", .array(.text())), .init("note", .text()),
            ]), "The checkpoint."
        )
        .refused(400, 401, 403, 404, 429),
        APIOperation(
            .get, "/api/testing/audit/proof/{position}", "get_proof",
            "The proof that an event is in the log: a C2SP tlog-proof for `dr-audit check`.",
            tag: "audit"
        )
        .inPath("position", .count, "Of the event.")
        .answer(
            .object([
                .init("position", .count), .init("checkpoint_size", .count),
                .init("is_archived", .boolean), .init("proof", .text()),
            ]), "The proof."
        )
        .refused(400, 401, 403, 404, 409, 410, 429),
        APIOperation(
            .get, "/api/testing/audit/views/{view}", "get_past_table",
            "A whole table as it was at a position.", tag: "audit"
        )
        .inPath("view", .oneOf(Views.all.map { $0.name }), "The table.")
        .inQuery("at", .count, "The position. (default: the last one)")
        .answer(
            .object([
                .init("view", .text()), .init("position", .count),
                .init("rows", .array(.map(.anything))),
            ]), "The table."
        )
        .refused(400, 401, 403, 404, 410, 429, 503),
    ]

    // MARK: The server itself

    private static let state = JSONSchema.object([.init("status", .text())])

    static let own: [APIOperation] = [
        APIOperation(.get, "/healthz", "get_health", "Whether the server runs.", tag: "server")
            .plainAnswer(200, "It does.", .json(state)),
        APIOperation(
            .get, "/readyz", "get_readiness", "Whether requests are to be sent here.",
            tag: "server"
        )
        .plainAnswer(200, "They are.", .json(state))
        .refused(503),
        APIOperation(
            .get, "/metrics", "get_metrics", "What the server counts of itself, for Prometheus.",
            tag: "server"
        )
        .plainAnswer(
            200, "The metrics.", APIOperation.Content(mediaType: "text/plain", schema: .text())
        )
        .refused(401, 403, 429),
        APIOperation(
            .get, "/openapi.json", "get_description", "This description.", tag: "server"
        )
        .plainAnswer(200, "The description.", .json(.map(.anything))),
    ]
}
