internal import HTTPTypes

/// One thing that can be done through the API.
struct APIOperation: Sendable {
    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query, header
        }

        let name: String
        let place: Place
        let schema: JSONSchema
        let description: String
    }

    /// What is sent or answered, in one form.
    struct Content: Sendable {
        let mediaType: String
        let schema: JSONSchema

        static func json(_ schema: JSONSchema) -> Content {
            Content(mediaType: "application/json", schema: schema)
        }
    }

    struct Answer: Sendable {
        let status: Int
        let description: String
        let content: [Content]
        fileprivate(set) var headers: [Header] = []
    }

    /// What an answer may say beside its body.
    struct Header: Sendable {
        let name: String
        let description: String
    }

    let method: HTTPRequest.Method
    /// As the router has it.
    let path: String
    /// By which programs that are made from the description call it.
    let id: String
    let summary: String
    let tag: String
    private(set) var parameters: [Parameter] = []
    /// Empty if none is read.
    private(set) var body: [Content] = []
    private(set) var isBodyRequired = true
    private(set) var answers: [Answer] = []

    init(
        _ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String, tag: String
    ) {
        (self.method, self.path, self.id) = (method, path, id)
        (self.summary, self.tag) = (summary, tag)
    }

    var rule: AccessRule? { AccessTable.rule(for: method, path) }

    // MARK: Saying more of it

    func inPath(_ name: String, _ schema: JSONSchema, _ description: String) -> APIOperation {
        adding(Parameter(name: name, place: .path, schema: schema, description: description))
    }

    func inQuery(_ name: String, _ schema: JSONSchema, _ description: String) -> APIOperation {
        adding(Parameter(name: name, place: .query, schema: schema, description: description))
    }

    func inHeader(_ name: String, _ schema: JSONSchema, _ description: String) -> APIOperation {
        adding(Parameter(name: name, place: .header, schema: schema, description: description))
    }

    func reading(_ content: Content..., isRequired: Bool = true) -> APIOperation {
        var operation = self
        (operation.body, operation.isBodyRequired) = (content, isRequired)
        return operation
    }

    /// An answer in the envelope.
    func answer(
        _ schema: JSONSchema, _ description: String, status: Int = 200
    ) -> APIOperation {
        plainAnswer(status, description, .json(Envelope.schema(of: schema)))
    }

    /// A page of rows, in the envelope.
    func page(of schema: JSONSchema, _ description: String) -> APIOperation {
        plainAnswer(200, description, .json(Envelope.pageSchema(of: schema)))
    }

    /// An answer in a form of its own.
    func plainAnswer(
        _ status: Int, _ description: String, _ content: Content...
    ) -> APIOperation {
        var operation = self
        operation.answers.append(
            Answer(status: status, description: description, content: content))
        return operation
    }

    /// A header that comes with the answers of some statuses.
    func telling(_ name: String, _ description: String, with statuses: Set<Int>) -> APIOperation {
        var operation = self
        for index in operation.answers.indices
        where statuses.contains(operation.answers[index].status) {
            operation.answers[index].headers.append(
                Header(name: name, description: description))
        }
        return operation
    }

    /// The statuses with which it may be refused.
    func refused(_ statuses: Int...) -> APIOperation {
        var operation = self
        for status in statuses {
            operation.answers.append(
                Answer(
                    status: status, description: Self.refusals[status] ?? "It is refused.",
                    content: [.json(.named("Error"))]))
        }
        return operation.telling(
            "Retry-After", "After how many seconds it is worth to ask again, where that is known.",
            with: Set(statuses).intersection([409, 429, 503]))
    }

    private static let refusals: [Int: String] = [
        400: "The request cannot be understood; `details` say which parameter, why, and what is "
            + "accepted.",
        401: "There is no token, or none that is good.",
        403: "The role of the token does not allow it.",
        404: "There is no such thing.",
        408: "The body took too long to arrive.",
        409: "It does not fit what is there, or another test is running.",
        410: "It was there, and has left for the archive or was removed.",
        412: "The thing has changed since the client has seen it.",
        413: "The body is too large.",
        422: "A field is refused; `details` say which, why, and what is accepted.",
        429: "Too many requests.",
        503: "Not now: testing is disabled, or the server is busy.",
    ]

    private func adding(_ parameter: Parameter) -> APIOperation {
        var operation = self
        operation.parameters.append(parameter)
        return operation
    }
}

extension Envelope {
    fileprivate static func schema(of data: JSONSchema) -> JSONSchema {
        .object([
            .init("success", .boolean), .init("message", .text()), .init("data", data),
        ])
    }

    fileprivate static func pageSchema(of row: JSONSchema) -> JSONSchema {
        .object([
            .init("success", .boolean), .init("message", .text()), .init("data", .array(row)),
            .init("next_cursor", .orNull(.text())),
        ])
    }
}
