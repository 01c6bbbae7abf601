import Foundation
import LMDB
import Merkle
import Synchronization
import Testing
import Wire

@testable import EventLog

/// Logs that somebody prepared with care, to mislead or to stop the verifier.
struct ForgeryTests {
    private let fixture = Fixture()

    /// Everything is cut as if the log had ended there, but an append is written whole or not at
    /// all.
    @Test func anAppendThatEndsInItsMiddleIsFound() async throws {
        try await build(events: 3)
        try fixture.withRawLog { log in
            try log.remove(.integer(4), from: "events")
            try log.put(UInt64(3).bigEndianBytes, for: .name("last"), in: "meta")
            try log.change(Tiles.key(level: 0, chunk: 0), in: "tiles") { $0.removeLast(32) }
            let end = StreamHead(number: 2, revision: 2, position: 3)
            try log.put(end.stored, for: .name("run/a"), in: "streams")
        }
        let problems = try fixture.problems()
        #expect(!problems.isEmpty)
    }

    @Test func aHeadFarBeyondTheEventsIsReportedWithinSeconds() async throws {
        try await build(events: 3)
        try fixture.withRawLog { log in
            try log.put((UInt64(1) << 40).bigEndianBytes, for: .name("last"), in: "meta")
        }
        let found = try await result(withinSeconds: 30) { [fixture] in try fixture.problems() }
        #expect(found?.first?.position == 5)
    }

    /// All later events then look as if they had been recorded too early.
    @Test func anEventMovedIntoTheFutureIsNamed() async throws {
        try await fixture.buildSealedLog()
        try fixture.withRawLog { log in
            let value = try #require(try log.value(for: .integer(10), in: "events"))
            let record = try Record(stored: value)
            let hour: UInt64 = 3_600_000_000
            let forged = Record(
                event: NewEvent(
                    id: record.id, number: record.number, payload: record.payload,
                    isOnce: record.isOnce),
                recorded: record.recorded + hour, clock: record.clock + hour,
                stream: record.stream, revision: record.revision,
                streamName: record.streamName, following: record.following)
            try log.put(forged.encoded, for: .integer(10), in: "events")
        }
        let problems = try fixture.problems(outside: fixture.outside)
        #expect(problems.contains { $0.position == 10 }, "\(problems)")
    }

    /// In a process of its own, as a trap would end it.
    @Test func theGreatestNumbersInARecordAreReported() async {
        await #expect(processExitsWith: .success) {
            for forged in [ForgedRecord.clock, .recorded, .following, .revision, .stream] {
                let fixture = Fixture()
                try await ForgeryTests.build(events: 3, in: fixture)
                try fixture.withRawLog { log in
                    try log.put(forged.encoded, for: .integer(2), in: "events")
                }
                let problems = try fixture.problems()
                #expect(problems.contains { $0.position == 2 }, "\(forged): \(problems)")
            }
        }
    }

    /// The greatest number that a field can hold, in the first event of an append of three.
    private enum ForgedRecord {
        case clock, recorded, following, revision, stream

        var encoded: [UInt8] {
            let start = TestClock.start
            var make = EventMaker()
            return Record(
                event: make.event(), recorded: self == .recorded ? .max : start,
                clock: self == .clock ? .max : start, stream: self == .stream ? .max : 2,
                revision: self == .revision ? .max : 1, streamName: "run/a",
                following: self == .following ? .max : 2
            ).encoded
        }
    }

    private func build(events count: Int) async throws {
        try await Self.build(events: count, in: fixture)
    }

    private static func build(events count: Int, in fixture: Fixture) async throws {
        let store = try await fixture.openStore(withEvents: count)
        try verify(store)
    }
}

/// What `body` gives; `nil` if it does not end in time. It has a thread of its own, which is left
/// behind then.
private func result<Value: Sendable>(
    withinSeconds seconds: Int, of body: @escaping @Sendable () throws -> Value
) async throws -> Value? {
    let outcome = Outcome<Value>()
    Thread.detachNewThread {
        let result = Result { try body() }
        outcome.result.withLock { $0 = result }
    }
    for _ in 0..<seconds * 100 {
        if let result = outcome.result.withLock({ $0 }) { return try result.get() }
        try await Task.sleep(for: .milliseconds(10))
    }
    return nil
}

private final class Outcome<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
}
