internal import DRTesting
internal import EventLog

/// The first event of a run: its position is the id of the test.
enum RunBeginning {
    static let number = TestEvent.runRequested(RunRequested()).number

    /// - Parameter id: as it stands in a path.
    /// - Throws: `APIError` if there is no such test; `EventLogError` with `.archived`.
    static func record(ofTest id: String, _ reader: EventReader) throws -> Record {
        guard let position = UInt64(digits: id), position > 0 else {
            throw APIError.notFound("test \(id)")
        }
        let event = try reader.events(from: position, limit: 1).first
        guard let event, event.position == position, event.record.number == number else {
            throw APIError.notFound("test \(id)")
        }
        return event.record
    }
}
