internal import DRTesting
internal import EventLog
internal import HTTPTypes

/// Gives a request that is sent again, with the same `Idempotency-Key`, the answer that it got the
/// first time.
///
/// What was done is kept in the log: a server that was started anew knows of it too. Refusals are
/// not kept: a client may try again what did not work.
///
/// The answer is recorded after what it tells of. A server that is killed in between does a request
/// again when it comes again; the deciders find that it is done, and a run has a key that follows
/// from the request's, so that it cannot begin twice.
struct AnsweredRequests: Sendable {
    static let stream = "answers"
    /// A longer answer is not kept: the event would not fit a record of the log.
    private static let largestBody = 60_000

    let store: EventStore

    /// - Parameter work: does what is asked. Not called if it was done before.
    func answer(
        _ request: ChangeRequest, _ work: @Sendable () async throws -> Answer
    ) async throws -> Answer {
        guard let key = request.key else { return try await work() }
        if let first = try await first(key) { return first }
        let answer = try await work()
        guard answer.body.count <= Self.largestBody else { return answer }
        return try await keep(answer, key, by: request.caller.subject)
    }

    /// - Throws: `key_reused` if something else was asked with the key.
    private func first(_ key: RequestKey) async throws -> Answer? {
        let recorded = try await store.read { reader -> RecordedEvent? in
            guard let position = try reader.position(ofOnce: key.answerID) else { return nil }
            return try Self.event(at: position, reader)
        }
        guard let record = recorded?.record,
            case .requestAnswered(let event)? = try TestEvent(
                number: record.number, payload: record.payload)
        else { return nil }
        guard event.requestDigest == key.requestDigest else {
            throw APIError(
                .unprocessableContent, code: "key_reused",
                "this Idempotency-Key came with another request; choose a new one for each")
        }
        return Answer(
            status: HTTPResponse.Status(code: Int(min(event.status, 999))),
            headers: [.idempotentReplayed: "true"], body: Array(event.body.utf8))
    }

    /// An event of the stream. It is looked for there, since it stays in the log when the runs
    /// around it leave it for an archive.
    private static func event(
        at position: UInt64, _ reader: EventReader
    ) throws -> RecordedEvent? {
        var (low, high) = (UInt64(0), try reader.revision(ofStream: stream))
        while low < high {
            let middle = low + (high - low) / 2
            guard
                let event = try reader.events(ofStream: stream, after: middle, limit: 1).first
            else { return nil }
            if event.position == position { return event }
            if event.position < position { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// - Returns: the answer that was kept first: two may do the same at once.
    private func keep(
        _ answer: Answer, _ key: RequestKey, by subject: String
    ) async throws -> Answer {
        var event = RequestAnswered()
        (event.by, event.status) = (subject, UInt64(answer.status.code))
        (event.keyDigest, event.requestDigest) = (key.keyDigest, key.requestDigest)
        event.body = String(decoding: answer.body, as: UTF8.self)
        let answered = TestEvent.requestAnswered(event)
        let new = NewEvent(
            id: key.answerID, number: answered.number, payload: answered.payload, isOnce: true)
        do {
            _ = try await store.append([new], to: Self.stream, expecting: .any)
            return answer
        } catch let error as EventLogError {
            guard case .idTaken = error.code else { throw error }
            return try await first(key) ?? answer
        }
    }
}
