import Testing
import Wire

@testable import EventLog

struct AppendTests {
    private let fixture = Fixture()

    @Test func aReceiptSaysWhereTheEventsStand() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let first = try await store.append(make.events(3), to: "run/a", expecting: .noStream)
        let other = try await store.append(make.events(2), to: "run/b", expecting: .noStream)
        let second = try await store.append(make.events(1), to: "run/a", expecting: .exactly(3))
        // Position 1 is the log's own first event.
        #expect(first == AppendReceipt(firstPosition: 2, firstRevision: 1, count: 3))
        #expect(other == AppendReceipt(firstPosition: 5, firstRevision: 1, count: 2))
        #expect(second == AppendReceipt(firstPosition: 7, firstRevision: 4, count: 1))
        #expect([first.lastPosition, first.lastRevision] == [4, 3])
        #expect(try store.reader.head().position == 7)
        try verify(store)
    }

    @Test func everyExpectationThatHoldsIsAccepted() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        _ = try await store.append(make.events(1), to: "run/a", expecting: .noStream)
        _ = try await store.append(make.events(1), to: "run/a", expecting: .exactly(1))
        _ = try await store.append(make.events(1), to: "run/a", expecting: .any)
        _ = try await store.append(make.events(1), to: "run/b", expecting: .any)
        _ = try await store.append(make.events(1), to: "run/c", expecting: .exactly(0))
        #expect(try store.reader.revision(ofStream: "run/a") == 3)
        #expect(try store.reader.revision(ofStream: "run/b") == 1)
        #expect(try store.reader.revision(ofStream: "run/c") == 1)
        try verify(store)
    }

    struct WrongExpectation: Sendable {
        let stream: String
        let expected: ExpectedRevision
        let actual: UInt64
    }

    @Test(arguments: [
        WrongExpectation(stream: "run/a", expected: .noStream, actual: 3),
        WrongExpectation(stream: "run/a", expected: .exactly(2), actual: 3),
        WrongExpectation(stream: "run/a", expected: .exactly(4), actual: 3),
        WrongExpectation(stream: "run/a", expected: .exactly(.max), actual: 3),
        WrongExpectation(stream: "run/b", expected: .exactly(1), actual: 0),
    ])
    func aWrongExpectationIsToldTheActualRevision(_ wrong: WrongExpectation) async throws {
        let store = try await fixture.openStore(withEvents: 3)
        var make = EventMaker(seed: Seed.value &+ 1)
        let events = make.events(2)
        let code = try await refusal {
            try await store.append(events, to: wrong.stream, expecting: wrong.expected)
        }
        #expect(code == .wrongRevision(actual: wrong.actual))
        #expect(try store.reader.head().position == 4)
        try verify(store)
    }

    @Test func anAppendIsWrittenWholeOrNotAtAll() async throws {
        let store = try await fixture.openStore(withEvents: 1)
        var make = EventMaker(seed: Seed.value &+ 1)
        let tooLarge = make.events(2) + [make.event(size: Record.maximumSize)]
        let code = try await refusal {
            try await store.append(tooLarge, to: "run/b", expecting: .noStream)
        }
        #expect(code == .tooLarge)
        #expect(try store.reader.head().position == 2)
        #expect(try store.reader.streamNames() == [1: "log", 2: "run/a"])
        try verify(store)
    }

    @Test func theLargestRecordHas65536Bytes() async throws {
        let clock = TestClock()
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        let sample = Record(
            event: make.event(size: 60_000), recorded: clock.wall, clock: clock.wall, stream: 2,
            revision: 1, streamName: "run/a", following: 0)
        let room = 65_536 - (sample.encoded.count - 60_000)
        let (fitting, tooLarge) = (make.event(size: room), make.event(size: room + 1))
        let code = try await refusal {
            try await store.append([tooLarge], to: "run/a", expecting: .noStream)
        }
        #expect(code == .tooLarge)
        _ = try await store.append([fitting], to: "run/a", expecting: .noStream)
        let stored = try store.reader.events(from: 2).map(\.record.encoded.count)
        #expect(stored == [65_536], Seed.note)
        try verify(store)
    }

    @Test func anAppendHasAtMost4096Events() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let events = make.events(4097, size: 4)
        let code = try await refusal {
            try await store.append(events, to: "run/a", expecting: .noStream)
        }
        #expect(code == .tooLarge)
        let receipt = try await store.append(
            Array(events.dropLast()), to: "run/a", expecting: .noStream)
        #expect(receipt.lastPosition == 4097)
        try verify(store)
    }

    @Test func aLogIsReopenedWhereItEnded() async throws {
        func appendOne(seed: UInt64) async throws -> (logID: String, position: UInt64) {
            let store = try fixture.openStore()
            var make = EventMaker(seed: seed)
            let receipt = try await store.append(make.events(1), to: "run/a", expecting: .any)
            try verify(store)
            return (store.reader.logID, receipt.firstPosition)
        }
        let first = try await appendOne(seed: Seed.value)
        let second = try await appendOne(seed: Seed.value &+ 1)
        #expect(first.logID == second.logID)
        #expect([first.position, second.position] == [2, 3])
    }
}
