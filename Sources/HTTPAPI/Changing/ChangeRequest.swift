internal import HTTPTypes
internal import Hummingbird

/// A request that changes something, with its body read.
struct ChangeRequest: Sendable {
    let caller: Caller
    let body: [UInt8]
    /// By which a request that is sent again is known; `nil` if none was sent.
    let key: RequestKey?
    private let match: String?
    private let request: Request
    private let context: APIContext

    init(_ request: Request, _ context: APIContext) async throws {
        let caller = try context.signedIn
        let body = try await Limits.body(of: request)
        if let name = request.headers[.idempotencyKey] {
            key = try RequestKey(
                name, of: caller, "\(request.method.rawValue) \(request.uri.string)", body: body)
        } else {
            key = nil
        }
        (self.caller, self.body) = (caller, body)
        (self.request, self.context) = (request, context)
        match = request.headers[.ifMatch]
    }

    /// The `{id}` of the path.
    ///
    /// - Throws: `not_found` if it is no id at all.
    func id(of noun: String) throws(APIError) -> UInt64 {
        try context.id(of: noun)
    }

    /// Whether the one parameter that the query may have is `true`.
    func isSet(_ name: String) throws(APIError) -> Bool {
        switch try QueryParameters(request, accepting: [name]).value(of: name) {
        case nil, "false": return false
        case "true": return true
        default:
            throw .badParameter(name, "is neither true nor false", accepted: ["true", "false"])
        }
    }

    /// - Throws: `invalid_parameter` if there is any parameter in the query.
    func checkNoQuery() throws(APIError) { _ = try QueryParameters(request, accepting: []) }

    /// Refuses to change a row that is not as its client has seen it.
    ///
    /// - Parameter position: where the row was last changed.
    func checkMatch(_ position: UInt64?) throws(APIError) {
        guard let match, match != "*" else { return }
        let tags = match.split { $0 == "," || $0 == " " || $0 == "\t" }
        if let position, tags.contains(Self.tag(position)[...]) { return }
        throw APIError(
            .preconditionFailed, code: "precondition_failed",
            "it was changed since you have read it; read it again, and then decide")
    }

    /// The entity tag of a row, by the position where it was last changed.
    static func tag(_ position: UInt64) -> String { "\"\(position)\"" }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    /// On an answer that was given before.
    static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed")!
}
