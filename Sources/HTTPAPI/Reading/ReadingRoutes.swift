internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// What is read: lists, tests, statistics and reports.
struct ReadingRoutes {
    /// Those of `GET /api/testing/stats`.
    static let statisticsParameters = ["period", "type", "environment", "target"]

    private let service: ReadingService

    init(_ parts: APIParts) { self.init(parts.reading) }

    init(_ service: ReadingService) { self.service = service }

    func add(to router: RouterGroup<APIContext>) {
        for table in ReadingTable.all {
            router.get(RouterPath(table.path)) { request, _ in try await list(table, request) }
        }
        for part in TestPart.allCases {
            router.get(RouterPath(part.table.path)) { request, context in
                try await list(part, request, context)
            }
        }
        router.get("/api/testing/tests/{id}") { request, context in
            try await test(request, context)
        }
        router.get("/api/testing/stats") { request, _ in try await statistics(request) }
        router.get("/api/testing/reports/{id}") { request, context in
            try await report(request, context)
        }
        router.get("/api/testing/reports/{id}/files/{name}") { request, context in
            try await reportFile(request, context)
        }
    }

    // MARK: Lists

    private func list(_ table: ReadingTable, _ request: Request) async throws -> Response {
        let parameters = try QueryParameters(request, accepting: table.parameters)
        let query = try RowQuery(parameters, for: table)
        // When a schedule is next due changes with the time, not with the log alone.
        guard table.path == ReadingTable.schedules.path else {
            return Response(body: try await service.pageAnswer(table, query))
        }
        let page = try await service.list(table, query)
        return Response(status: .ok, json: Answer.page(page).body)
    }

    private func list(
        _ part: TestPart, _ request: Request, _ context: APIContext
    ) async throws -> Response {
        let id = try context.id(of: "test")
        let parameters = try QueryParameters(request, accepting: part.table.parameters)
        let query = try RowQuery(parameters, for: part.table)
        if query.limit == nil, query.cursor == nil {
            return response(try await service.partAnswer(part, ofTest: id, query))
        }
        guard let page = try await service.rows(ofTest: id, part, query) else {
            throw APIError.notFound("test \(id)")
        }
        return Response(status: .ok, json: Answer.page(page).body)
    }

    // MARK: Tests

    private func test(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try context.id(of: "test")
        _ = try QueryParameters(request, accepting: [])
        return response(try await service.testAnswer(id))
    }

    /// A long answer is read while it is sent: the client sets the pace.
    private func response(_ answer: TestAnswer) -> Response {
        switch answer {
        case .whole(let bytes): return Response(body: bytes)
        case .long(let beginning, let rest):
            let body = ResponseBody { [service] writer in
                var rest = rest
                try await writer.write(beginning)
                while !rest.isAtEnd {
                    let more = try await service.more(of: rest)
                    rest = more.rest
                    try await writer.write(more.piece)
                }
                try await writer.finish(nil)
            }
            return Response(
                status: .ok, headers: [.contentType: "application/json"], body: body)
        }
    }

    // MARK: Statistics

    private func statistics(_ request: Request) async throws -> Response {
        let parameters = try QueryParameters(request, accepting: Self.statisticsParameters)
        var query = StatisticsQuery(days: try days(parameters.value(of: "period") ?? "7d"))
        query.types = parameters.values(of: "type")
        query.environments = parameters.values(of: "environment")
        query.targets = parameters.values(of: "target")
        return Response(body: try await service.statisticsAnswer(query))
    }

    private func days(_ period: String) throws(APIError) -> UInt64 {
        guard period.last == "d", let days = UInt64(digits: String(period.dropLast())),
            (1...StatisticsQuery.maximumDays).contains(days)
        else {
            throw .badParameter(
                "period", "'\(period)' is not accepted",
                accepted: ["a number of days from 1d to \(StatisticsQuery.maximumDays)d"])
        }
        return days
    }

    // MARK: Reports

    private func report(_ request: Request, _ context: APIContext) async throws -> Answer {
        let id = try context.id(of: "report")
        _ = try QueryParameters(request, accepting: [])
        guard let row = try await service.row(id, of: .reports) else {
            throw APIError.notFound("report \(id)")
        }
        return .data(row)
    }

    private func reportFile(_ request: Request, _ context: APIContext) async throws -> Response {
        let id = try context.id(of: "report")
        _ = try QueryParameters(request, accepting: [])
        let name = context.parameters.get("name") ?? ""
        return Response(try await service.reportFile(name, ofReport: id))
    }
}

extension Answer {
    fileprivate static func page(_ page: ReadingPage) -> Answer {
        .page(page.rows, nextCursor: page.nextCursor)
    }
}

extension Response {
    /// - Parameter body: a whole answer of JSON.
    fileprivate init(body: ByteBuffer) {
        self.init(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: body))
    }

    /// A report is a document of its own: it may have styles, and nothing else of the pages.
    fileprivate init(_ file: ReportContent) {
        var headers: HTTPFields = [:]
        headers[.contentType] = file.mediaType
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
        // Browsers show no PDF in a sandbox.
        let isShown = file.format == "html"
        headers[.contentDisposition] =
            "\(isShown ? "inline" : "attachment"); filename=\"\(file.plainName)\""
        self.init(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}

extension ReportContent {
    fileprivate var mediaType: String {
        switch format {
        case "html": "text/html; charset=utf-8"
        case "json", "oscal": "application/json"
        case "csv": "text/csv; charset=utf-8"
        case "md", "markdown": "text/markdown; charset=utf-8"
        case "junit", "xml": "application/xml"
        case "pdf": "application/pdf"
        default: "application/octet-stream"
        }
    }

    /// The name in characters that mean nothing in a header.
    fileprivate var plainName: String {
        let kept = name.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
