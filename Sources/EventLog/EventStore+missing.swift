extension EventStore {
    /// Several programs may append the same at once. Each then looks at what the others left.
    private static let maximumAttempts = 10

    /// Appends what a stream still lacks.
    ///
    /// - Parameter missing: what that is, and the revision that the stream has. It is asked again
    ///   when somebody else was faster.
    /// - Throws: `EventLogError`, and what `missing` throws.
    package func appendMissing(
        to stream: String,
        _ missing:
            @escaping @Sendable (EventReader) throws -> (
                events: [NewEvent], revision: UInt64
            )
    ) async throws {
        for attempt in 1...Self.maximumAttempts {
            let missing = try await read { try missing($0) }
            if missing.events.isEmpty { return }
            do {
                _ = try await append(
                    missing.events, to: stream,
                    expecting: missing.revision == 0 ? .noStream : .exactly(missing.revision))
                return
            } catch let error as EventLogError {
                switch error.code {
                case .wrongRevision, .partlyAppended, .idTaken, .outcomeUnknown:
                    if attempt == Self.maximumAttempts { throw error }
                default: throw error
                }
            }
        }
    }
}
