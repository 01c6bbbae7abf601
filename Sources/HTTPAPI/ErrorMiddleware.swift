internal import EventLog
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// Makes an answer of whatever went wrong, always in one form.
struct ErrorMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let answer = Self.error(for: error, request, context).answer
            // An answer to HEAD has no body.
            return request.method == .head ? answer.createHeadResponse() : answer
        }
    }

    private static func error(
        for error: any Error, _ request: Request, _ context: APIContext
    ) -> APIError {
        switch error {
        case let error as APIError: return error
        case is NIOTooManyBytesError: return .tooLarge
        case let error as EventLogError where error.code == .busy: return .logBusy
        case let error as HTTPError where error.status == .notFound && error.body == nil:
            return unrouted(request)
        case let error as any HTTPResponseError:
            let message = (error as? HTTPError)?.body ?? error.status.reasonPhrase
            return APIError(error.status, code: "http_\(error.status.code)", message)
        default:
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            return .internalError(requestID: context.id)
        }
    }

    /// Why the router knew nothing of a request.
    private static func unrouted(_ request: Request) -> APIError {
        let methods = AccessTable.methods(of: request.uri.path)
        // The table may name routes that a server does without.
        if methods.isEmpty || methods.contains(request.method) {
            return .notFound("such path; /openapi.json lists those that there are")
        }
        let names = methods.map(\.rawValue).sorted().joined(separator: ", ")
        return APIError(
            .methodNotAllowed, code: "method_not_allowed",
            "\(request.method.rawValue) is not done here; accepted: \(names)",
            headers: [.allow: names])
    }
}

extension APIError {
    fileprivate static let logBusy = APIError(
        .serviceUnavailable, code: "log_busy", "the log is busy; try again in a second",
        headers: [.retryAfter: "1"])

    /// What is wrong inside is for the server's own log.
    fileprivate static func internalError(requestID: String) -> APIError {
        APIError(
            .internalServerError, code: "internal_error",
            "the server failed; its log says why, under request \(requestID)")
    }
}
