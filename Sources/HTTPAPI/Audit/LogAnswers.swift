internal import EventLog
internal import HTTPTypes

extension EventStore {
    /// Reads for an answer: what the log refuses is told to the client as the API tells it.
    func answer<Value: Sendable>(
        _ body: @escaping @Sendable (EventReader) throws -> Value
    ) async throws -> Value {
        do {
            return try await read(body)
        } catch let error as EventLogError {
            throw APIError.told(error)
        }
    }
}

extension APIError {
    /// What a client can do something about; all else is a failure of the server.
    static func told(_ error: EventLogError) -> any Error {
        switch error.code {
        case .noEvent: APIError(.notFound, code: "not_found", error.message)
        case .notSealed: APIError(.conflict, code: "not_sealed", error.message)
        case .archived: APIError(.gone, code: "archived", error.message)
        case .busy:
            APIError(
                .serviceUnavailable, code: "busy", error.message, headers: [.retryAfter: "5"])
        default: error
        }
    }
}
