internal import DRTesting
internal import EventLog
internal import NIOCore
internal import Projections
internal import Synchronization
internal import Wire

/// An event as the clients of streams get it, encoded once for all of them.
struct EventFrame: Sendable {
    /// What keeps a connection open while nothing happens: a comment.
    static let heartbeat = ByteBuffer(string: ":\n\n")

    let position: UInt64
    /// The number of the event's stream in the log.
    let stream: UInt64
    /// One server-sent event: its id is the position, by which a client goes on where it was.
    let bytes: ByteBuffer
}

/// Makes frames of events.
///
/// What an event says of itself is protobuf's JSON. Before it stand `test_id`, as a text as all
/// numbers of 64 bits are there, and `recorded_at`: an event of a run does not name its test.
final class EventFrames: Sendable {
    /// So many streams are remembered.
    private static let maximumStreams = 10_000

    /// The test of a stream, by the stream's number; 0 if it is not that of a run.
    private let tests = Mutex<[UInt64: UInt64]>([:])

    /// Blocks for reads of the log.
    func frames(of events: [RecordedEvent], _ reader: EventReader) throws -> [EventFrame] {
        try events.map { event in
            let test = try test(of: event, reader)
            return EventFrame(
                position: event.position, stream: event.record.stream,
                bytes: Self.bytes(of: event, test: test))
        }
    }

    private func test(of event: RecordedEvent, _ reader: EventReader) throws -> UInt64 {
        let stream = event.record.stream
        if let known = tests.withLock({ $0[stream] }) { return known }
        let test = try Self.test(ofStreamWith: event, reader)
        tests.withLock { tests in
            if tests.count >= Self.maximumStreams { tests.removeAll(keepingCapacity: true) }
            tests[stream] = test
        }
        return test
    }

    private static func test(
        ofStreamWith event: RecordedEvent, _ reader: EventReader
    ) throws -> UInt64 {
        if event.record.revision == 1 {
            return event.record.number == RunBeginning.number ? event.position : 0
        }
        let first = try reader.position(ofRevision: 1, inStreamNumbered: event.record.stream)
        // Without its beginning nothing is known of a stream: it may have been archived.
        guard let first, let value = try reader.storedValue(at: first),
            let record = try? Record(stored: value)
        else { return 0 }
        return record.number == RunBeginning.number ? first : 0
    }

    private static func bytes(of event: RecordedEvent, test: UInt64) -> ByteBuffer {
        let record = event.record
        let name = EventJSON.name(ofEvent: record.number) ?? "event_\(record.number)"
        var bytes = Array("id: \(event.position)\nevent: \(name)\ndata: ".utf8)
        bytes += data(of: record, test: test)
        bytes += Array("\n\n".utf8)
        return ByteBuffer(bytes: bytes)
    }

    /// One line: JSON as it is written here has no line breaks.
    private static func data(of record: Record, test: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            if test > 0 {
                object.member("test_id", String(test))
            }
            object.member("recorded_at", RFC3339.text(record.recorded))
        }
        let own = EventJSON.object(number: record.number, payload: record.payload) ?? []
        // An object of its own has at least its two braces.
        guard own.count > 2 else { return writer.bytes }
        var bytes = writer.bytes
        bytes[bytes.count - 1] = UInt8(ascii: ",")
        bytes += own.dropFirst()
        return bytes
    }
}
