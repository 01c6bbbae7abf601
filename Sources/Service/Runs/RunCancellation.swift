internal import DRTesting
internal import EventLog

/// Asks a run to stop, by an event on its stream: whoever carries it out looks there.
struct RunCancellation: Sendable {
    let store: EventStore
    let clock: LogClock

    /// - Throws: `CancelRefusal`, or `EventLogError`.
    func cancel(_ id: UInt64, by: String, reason: String) async throws {
        var request = CancelRequested()
        (request.by, request.reason) = (by, reason)
        let recorded = try await store.read { try Self.run(ofTest: id, $0) }
        guard let recorded else { throw CancelRefusal.unknownTest(id) }
        if recorded.end != nil { throw CancelRefusal.hasEnded(id) }
        for event in try TestRun.decide(.cancel(request), in: recorded.run) {
            var generator = SystemRandomNumberGenerator()
            let new = NewEvent(
                id: EventID(time: clock.now(), using: &generator), number: event.number,
                payload: event.payload)
            // The runner may be writing at the same time: whatever stands there, this comes after.
            _ = try await store.append([new], to: recorded.stream, expecting: .any)
        }
    }

    /// - Returns: `nil` if no test has this id.
    /// - Throws: `CancelRefusal.hasEnded` of a run that has left the log: only ended ones do.
    private static func run(ofTest id: UInt64, _ reader: EventReader) throws -> RecordedRun? {
        do {
            guard let first = try reader.events(from: id, limit: 1).first, first.position == id,
                case .runRequested? = try TestEvent(
                    number: first.record.number, payload: first.record.payload)
            else { return nil }
            // The id of a run's first event is the key of the run.
            var recorded = RecordedRun(key: first.record.id)
            _ = try recorded.catchUp(with: reader)
            return recorded
        } catch let error as EventLogError {
            if case .archived = error.code { throw CancelRefusal.hasEnded(id) }
            throw error
        }
    }
}
