import Foundation
import LMDB
import Merkle
import Testing

@testable import EventLog

/// Somebody changes what ties events to their streams, in logs of more than one stretch.
struct StreamForgeryTests {
    private let fixture = Fixture()

    @Test func aStreamWithoutANameIsReported() async throws {
        try await Self.build(fixture)
        var make = EventMaker()
        let nameless = Record(
            event: make.event(), recorded: TestClock.start, clock: TestClock.start, stream: 2,
            revision: 1, streamName: "", following: 9)
        try fixture.withRawLog { log in
            try log.put(nameless.encoded, for: .integer(2), in: "events")
        }
        let problems = try fixture.problems()
        #expect(problems.contains { $0.position == 2 && $0.message.contains("without a name") })
    }

    /// Event 11 of the stream, far from the first ten; the index agrees with what is forged.
    @Test(arguments: [UInt64(12), 5, 10, 0])
    func anEventThatDoesNotFollowTheOneBeforeItIsFound(revision: UInt64) async throws {
        try await Self.build(fixture)
        try fixture.withRawLog { log in
            let value = try #require(try log.value(for: .integer(Self.last), in: "events"))
            let record = try Record(stored: value)
            let forged = Record(
                event: NewEvent(id: record.id, number: record.number, payload: record.payload),
                recorded: record.recorded, clock: record.clock, stream: 2, revision: revision,
                streamName: "", following: 0)
            try log.put(forged.encoded, for: .integer(Self.last), in: "events")
            let row = AppendRow(
                stream: 2, firstRevision: revision, firstPosition: Self.last, count: 1)
            try log.remove(AppendRow.key(stream: 2, revision: 11), from: "appends")
            try log.put(row.value, for: row.key, in: "appends")
        }
        let problems = try fixture.problems()
        let isFound = problems.contains {
            $0.position == Self.last && $0.message.contains("does not continue its stream")
        }
        #expect(isFound, "\(problems)")
    }

    @Test(arguments: ["run/a", "run/b", "schedules"])
    func aStreamThatIsSaidToEndEarlierIsFoundAlsoBesideAnArchive(name: String) async throws {
        let head = try await archiveAll()
        try fixture.withRawLog { log in
            let stored = try #require(try log.value(for: .name(name), in: "streams"))
            var end = try StreamHead(stored: stored)
            end.revision -= 1
            end.position -= 1
            try log.put(end.stored, for: .name(name), in: "streams")
        }
        let problems = try fixture.problems()
        #expect(problems.contains { $0.message == "the row of stream '\(name)' is wrong" })
        #expect(problems.allSatisfy { $0.position ?? 0 <= head }, "\(problems)")
    }

    @Test func aStreamWithoutEventsIsFoundAlsoBesideAnArchive() async throws {
        _ = try await archiveAll()
        try fixture.withRawLog { log in
            let stored = try #require(try log.value(for: .name("run/a"), in: "streams"))
            try log.put(stored, for: .name("run/z"), in: "streams")
        }
        let problems = try fixture.problems()
        #expect(problems.contains { $0.message.contains("index of streams") }, "\(problems)")
    }

    @Test func anEventAfterTheHeadIsFoundAlsoBesideAnArchive() async throws {
        let head = try await archiveAll()
        try fixture.withRawLog { log in
            let last = try #require(try log.entries(of: "events").last)
            try log.put(last.value, for: .integer(head + 1), in: "events")
        }
        let problems = try fixture.problems()
        #expect(problems.map(\.position) == [head + 1], "\(problems)")
    }

    /// In processes of their own, as a trap would end them.
    @Test func keysThatDoNotAscendAreReported() async {
        await #expect(processExitsWith: .success) {
            let fixture = Fixture()
            try await StreamForgeryTests.buildShort(fixture)
            let value = try fixture.withRawLog {
                try #require(try $0.value(for: .integer(8), in: "events"))
            }
            let path = fixture.directory.log + "/data.mdb"
            var bytes = Array(try Data(contentsOf: URL(filePath: path)))
            // As LMDB has it in a page: the key, and then the value.
            func stored(at position: UInt64) -> [UInt8] {
                position.bigEndianBytes.reversed() + value
            }
            let count = bytes.replace(stored(at: 8), by: stored(at: 1))
            try #require(count > 0)
            try Data(bytes).write(to: URL(filePath: path))
            let problems = try fixture.problems()
            let isFound = problems.contains { $0.message.contains("out of its place") }
            #expect(isFound, "\(problems)")
        }
    }

    @Test func anIndexThatSaysTheGreatestNumbersIsReported() async {
        await #expect(processExitsWith: .success) {
            let fixture = Fixture()
            try await StreamForgeryTests.buildShort(fixture)
            try fixture.withRawLog { log in
                let row = AppendRow(
                    stream: 2, firstRevision: 1, firstPosition: .max, count: .max)
                try log.put(row.value, for: row.key, in: "appends")
                let note = Array("no checkpoint".utf8)
                let size = Key.bytes(UInt64.max.bigEndianBytes)
                try log.put(note, for: size, in: "checkpoints")
            }
            #expect(try !fixture.problems().isEmpty)
            let reader = try fixture.openReader()
            let reading = #expect(throws: EventLogError.self) {
                try reader.events(ofStream: "run/a")
            }
            #expect(reading?.code == .damaged)
            let proving = #expect(throws: EventLogError.self) { try reader.logProof(of: 3) }
            #expect(proving?.code == .damaged)
        }
    }

    // MARK: Logs

    /// The position of event 11 of `run/a`.
    private static let last: UInt64 = 1 + 10 + 4090 + 1

    /// Ten events, then those of another stream up to the next stretch, then one more.
    private static func build(_ fixture: Fixture) async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        for (stream, count) in [("run/a", 10), ("run/b", 4090), ("run/a", 1)] {
            let receipt = try await store.append(
                make.events(count), to: stream, expecting: .any)
            #expect(receipt.lastPosition <= last)
        }
        #expect(try store.reader.head().position == last)
        try verify(store)
    }

    private static func buildShort(_ fixture: Fixture) async throws {
        let store = try await fixture.openStore(withEvents: 9)
        try verify(store)
    }

    /// Three runs have left the log, the lasting streams have not.
    private func archiveAll() async throws -> UInt64 {
        let store = try await fixture.openStoreWithRuns(length: 1500)
        try await store.archive(before: .max, to: FaultyArchive())
        try verify(store)
        return try store.reader.head().position
    }
}

extension [UInt8] {
    /// - Returns: how often it was there.
    fileprivate mutating func replace(_ pattern: [UInt8], by other: [UInt8]) -> Int {
        var (count, start) = (0, 0)
        while start + pattern.count <= self.count {
            if self[start] == pattern[0], self[start..<start + pattern.count] == pattern[...] {
                replaceSubrange(start..<start + pattern.count, with: other)
                count += 1
            }
            start += 1
        }
        return count
    }
}
