public import HTTPTypes
public import Hummingbird
internal import Wire

/// What a client is told when it does not get what it asked for.
///
/// Two are equal if status, code and details are: the message is for people.
public struct APIError: Error, Equatable, Sendable {
    /// What is wrong with one field of a request.
    public struct Detail: Equatable, Sendable {
        /// The name of the field or parameter, `steps[2].name` if it stands deeper.
        public let field: String
        /// Why it is refused.
        public let message: String
        /// What would be accepted: values or a sentence; empty if that cannot be listed.
        public let accepted: [String]

        public init(field: String, message: String, accepted: [String] = []) {
            self.field = field
            self.message = message
            self.accepted = accepted
        }
    }

    public var status: HTTPResponse.Status
    /// A stable word for programs: `not_found`.
    public var code: String
    public var message: String
    public var details: [Detail]
    /// For example `Retry-After`.
    public var headers: HTTPFields

    public init(
        _ status: HTTPResponse.Status, code: String, _ message: String, details: [Detail] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers
    }

    public static func == (left: APIError, right: APIError) -> Bool {
        left.status == right.status && left.code == right.code && left.details == right.details
    }
}

// MARK: - Those that many routes have

extension APIError {
    public static let unauthorized = APIError(
        .unauthorized, code: "unauthorized",
        "send a valid token: Authorization: Bearer TOKEN",
        headers: [.wwwAuthenticate: "Bearer realm=\"dr-testing\""])

    public static func forbidden(_ message: String) -> APIError {
        APIError(.forbidden, code: "forbidden", message)
    }

    /// - Parameter what: `test 12`.
    public static func notFound(_ what: String) -> APIError {
        APIError(.notFound, code: "not_found", "there is no \(what)")
    }

    /// A parameter of the query that is unknown, or whose value is not accepted: 400.
    public static func badParameter(
        _ field: String, _ message: String, accepted: [String] = []
    ) -> APIError {
        APIError(
            .badRequest, code: "invalid_parameter", "\(field): \(message)",
            details: [Detail(field: field, message: message, accepted: accepted)])
    }

    /// Fields of a body that are unknown, or whose values are not accepted: 422.
    public static func invalidFields(_ details: [Detail]) -> APIError {
        let message = details.map { "\($0.field): \($0.message)" }.joined(separator: "; ")
        return APIError(
            .unprocessableContent, code: "invalid_field", message, details: details)
    }

    public static let tooLarge = APIError(
        .contentTooLarge, code: "too_large",
        "the body of a request has at most \(Limits.bodySize) bytes")

    /// - Parameter seconds: after which it is worth trying again.
    public static func tooManyRequests(seconds: Int) -> APIError {
        APIError(
            .tooManyRequests, code: "rate_limited",
            "too many requests; try again in \(seconds) s",
            headers: [.retryAfter: String(seconds)])
    }
}

// MARK: - As an answer

extension APIError: HTTPResponseError {
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        answer
    }

    /// `{"success": false, "error", "code", "details"?}`.
    var answer: Response {
        var writer = JSONWriter()
        writer.object { object in
            object.member("success", false)
            object.member("error", message)
            object.member("code", code)
            if !details.isEmpty {
                object.name("details")
                object.array { array in details.forEach { $0.write(to: &array) } }
            }
        }
        return Response(status: status, json: writer.bytes, headers: headers)
    }
}

extension APIError.Detail {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("field", field)
            object.member("message", message)
            object.name("accepted")
            object.array { array in accepted.forEach { array.string($0) } }
        }
    }
}
