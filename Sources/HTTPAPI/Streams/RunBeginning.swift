internal import DRTesting
internal import EventLog

/// The first event of a run: its position is the id of the test.
enum RunBeginning {
    static let number = TestEvent.runRequested(RunRequested()).number

    /// - Throws: `APIError` if there is no such test; `EventLogError` with `.archived`.
    static func record(ofTest id: UInt64, _ reader: EventReader) throws -> Record {
        let event = try reader.events(from: id, limit: 1).first
        guard let event, event.position == id, event.record.number == number else {
            throw APIError.notFound("test \(id)")
        }
        return event.record
    }
}
