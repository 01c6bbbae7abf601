internal import HTTPTypes
internal import Projections

/// What is read.
extension APIDescription {
    static let reading: [APIOperation] = tables + tests + [statistics] + reports

    private static let rowSchemas = [
        ReadingTable.history.path: "Test", ReadingTable.scenarios.path: "Scenario",
        ReadingTable.schedules.path: "Schedule", ReadingTable.reports.path: "Report",
        ReadingTable.findings.path: "Finding", ReadingTable.alerts.path: "Alert",
        ReadingTable.excuses.path: "Excuse", ReadingTable.cadences.path: "Cadence",
    ]

    private static let tables: [APIOperation] = ReadingTable.all.map { table in
        let name = table.path.split(separator: "/").last ?? ""
        let row = JSONSchema.named(rowSchemas[table.path] ?? "")
        return APIOperation(
            .get, table.path, "list_\(name)", "Lists \(table.noun)s, a page at a time.",
            tag: "reading"
        )
        .choosing(from: table)
        .page(of: row, "A page of rows.")
        .refused(400, 401, 403, 429)
    }

    private static let tests: [APIOperation] =
        [
            APIOperation(
                .get, "/api/testing/tests/{id}", "get_test",
                "One test with all its results, logs and metrics.", tag: "reading"
            )
            .inPath("id", .count, "Of the test.")
            .answer(
                .object([
                    .init("test", .named("Test")), .init("results", .array(.named("Result"))),
                    .init("logs", .array(.named("Log"))),
                    .init("metrics", .array(.named("Metric"))),
                ]), "The test."
            )
            .refused(400, 401, 403, 404, 429)
        ] + TestPart.allCases.map { part in operation(for: part) }

    private static func operation(for part: TestPart) -> APIOperation {
        let noun = part.table.noun
        let row = JSONSchema.named(noun.prefix(1).uppercased() + noun.dropFirst())
        return APIOperation(
            .get, part.table.path, "list_test_\(part.rawValue)",
            "The \(part.rawValue) of a test, in their order: all of them without `limit`.",
            tag: "reading"
        )
        .inPath("id", .count, "Of the test.")
        .choosing(from: part.table)
        .page(of: row, "The rows.")
        .refused(400, 401, 403, 404, 429)
    }

    private static let statistics = APIOperation(
        .get, "/api/testing/stats", "get_statistics", "How the drills of a period went.",
        tag: "reading"
    )
    .inQuery(
        "period", .text(), "Days up to today, in UTC: `7d` is today and the six days before."
    )
    .inQuery("type", .array(.text()), "Only tests of these types.")
    .inQuery("environment", .array(.text()), "Only tests in these environments.")
    .inQuery("target", .array(.text()), "Only tests on these targets.")
    .answer(.named("Statistics"), "The statistics.")
    .refused(400, 401, 403, 429)

    private static let reports: [APIOperation] = [
        APIOperation(
            .get, "/api/testing/reports/{id}", "get_report", "One report.", tag: "reading"
        )
        .inPath("id", .count, "Of the report.")
        .answer(.named("Report"), "The report.")
        .refused(400, 401, 403, 404, 429),
        APIOperation(
            .get, "/api/testing/reports/{id}/files/{name}", "get_report_file",
            "A file of a report, checked against the digest that was recorded.", tag: "reading"
        )
        .inPath("id", .count, "Of the report.")
        .inPath("name", .text(), "Of the file.")
        .plainAnswer(
            200, "The file.", .json(.anything),
            APIOperation.Content(mediaType: "text/html", schema: .text()),
            APIOperation.Content(mediaType: "text/csv", schema: .text()),
            APIOperation.Content(mediaType: "text/markdown", schema: .text()),
            APIOperation.Content(mediaType: "application/xml", schema: .text()),
            APIOperation.Content(mediaType: "application/pdf", schema: .text()),
            APIOperation.Content(mediaType: "application/octet-stream", schema: .text())
        )
        .refused(400, 401, 403, 404, 410, 429),
    ]
}

extension APIOperation {
    /// With the parameters by which rows of a table are chosen.
    fileprivate func choosing(from table: ReadingTable) -> APIOperation {
        var operation = self
        for filter in table.filters {
            operation = operation.inQuery(
                filter.name, .array(filter.kind.schema), filter.explanation)
        }
        if table.hasTimes {
            operation = operation.inQuery("from", .time, "Only rows of this moment or later.")
                .inQuery("to", .time, "Only rows before this moment.")
        }
        return operation.inQuery(
            "limit", .integer(1...UInt64(ReadingTable.maximumLimit)),
            "At most so many rows. (default: \(table.defaultLimit))"
        )
        .inQuery("cursor", .text(), "`next_cursor` of the page before.")
    }
}

extension ReadingFilter {
    fileprivate var explanation: String {
        let all = standard.isEmpty ? "any" : standard.joined(separator: ", ")
        return "Any of these values will do. (default: \(all))"
    }
}

extension ReadingFilter.Kind {
    fileprivate var schema: JSONSchema {
        switch self {
        case .text: .text()
        case .oneOf(let values): .oneOf(values)
        case .flag, .presence: .boolean
        }
    }
}
