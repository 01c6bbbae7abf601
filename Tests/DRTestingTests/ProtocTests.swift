import DRTesting
import Testing
import Wire

@testable import EventLog

/// Our bytes against `events.proto`, as the reference compiler reads it.
@Suite(.serialized)
struct ProtocTests {
    /// A stored value: the event in its envelope.
    private func record(_ event: TestEvent, revision: UInt64) -> [UInt8] {
        let new = NewEvent(
            id: EventID([UInt8](1...16))!, number: event.number, payload: event.payload,
            isOnce: revision == 1)
        return Record(
            event: new, recorded: sampleTime, clock: sampleTime - revision, stream: 300,
            revision: revision, streamName: "run/ä", following: revision - 1
        ).encoded
    }

    @Test(arguments: EventSample.all, [UInt64(1), 2])
    func protocReadsAStoredValueWhole(_ sample: EventSample, revision: UInt64) throws {
        let stored = record(sample.event, revision: revision)
        let text = try Protoc.decode(stored)
        let lines = text.split(separator: "\n").map { line in
            String(line.drop { $0 == " " })
        }
        #expect(lines.contains("\(sample.event.name) {"))
        // What the file does not describe is printed by its number.
        let unknown = lines.filter { $0.first?.isNumber == true }
        #expect(unknown == [])
        #expect(try Protoc.encode(text) == stored)
    }

    @Test func theEnvelopeHasItsNames() throws {
        let text = try Protoc.decode(record(.runStarted(.full), revision: 1))
        let expected = [
            "recorded: \(sampleTime)", "clock: \(sampleTime - 1)", "stream: 300", "revision: 1",
            #"stream_name: "run/\303\244""#, "once: true",
        ]
        let lines = text.split(separator: "\n").map { String($0) }
        #expect(Array(lines.dropFirst().prefix(6)) == expected)
        #expect(!text.contains("following"))
    }

    @Test func theFirstEventOfALogIsDescribed() throws {
        let payload = LogEvent.created(logID: [UInt8](0..<16), format: 1)
        let new = NewEvent(
            id: EventID([UInt8](1...16))!, number: LogEvent.created, payload: payload)
        let stored = Record(
            event: new, recorded: sampleTime, clock: sampleTime, stream: 1, revision: 1,
            streamName: LogEvent.streamName, following: 0
        ).encoded
        let text = try Protoc.decode(stored)
        #expect(text.contains("log_created {\n  log_id: \"\\000\\001"))
        #expect(text.contains("  format: 1\n"))
        #expect(try Protoc.encode(text) == stored)
    }

    @Test func theHeldBackClockIsDescribed() throws {
        let payload = LogEvent.clockBehindLog(clock: 5, recorded: 7)
        let new = NewEvent(
            id: EventID([UInt8](1...16))!, number: LogEvent.clockBehindLog, payload: payload)
        let stored = Record(
            event: new, recorded: 7, clock: 5, stream: 1, revision: 2, streamName: "",
            following: 0
        ).encoded
        let text = try Protoc.decode(stored)
        #expect(text.hasSuffix("clock_behind_log {\n  clock: 5\n  recorded: 7\n}\n"))
        #expect(try Protoc.encode(text) == stored)
    }
}
