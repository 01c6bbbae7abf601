import Testing

@testable import EventLog

/// Appends that were sent twice, because the first answer was lost.
struct RetryTests {
    private let fixture = Fixture()

    @Test(arguments: [ExpectedRevision.noStream, .exactly(0), .exactly(2)])
    func aRetryGetsTheFirstReceiptAndAddsNothing(
        expecting expected: ExpectedRevision
    ) async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        if expected == .exactly(2) {
            _ = try await store.append(make.events(2), to: "run/a", expecting: .noStream)
        }
        let events = make.events(3)
        let first = try await store.append(events, to: "run/a", expecting: expected)
        let head = try store.reader.head()
        let again = try await store.append(events, to: "run/a", expecting: expected)
        #expect(again == first)
        #expect(try store.reader.head() == head)
        try verify(store)
    }

    @Test func aRetryIsRecognisedAfterOtherAppendsFollowed() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let (events, later) = (make.events(3), make.events(2))
        let first = try await store.append(events, to: "run/a", expecting: .noStream)
        _ = try await store.append(make.events(4), to: "run/b", expecting: .noStream)
        let second = try await store.append(later, to: "run/a", expecting: .exactly(3))
        _ = try await store.append(make.events(1), to: "run/a", expecting: .exactly(5))
        let head = try store.reader.head()
        let firstAgain = try await store.append(events, to: "run/a", expecting: .noStream)
        let secondAgain = try await store.append(later, to: "run/a", expecting: .exactly(3))
        #expect([firstAgain, secondAgain] == [first, second])
        #expect(try store.reader.head() == head)
        try verify(store)
    }

    @Test func aRetryIsRecognisedAfterTheLogWasReopened() async throws {
        var make = EventMaker()
        let events = make.events(3)
        func appendThem() async throws -> AppendReceipt {
            let store = try fixture.openStore()
            let receipt = try await store.append(events, to: "run/a", expecting: .noStream)
            #expect(try store.reader.head().position == 4)
            try verify(store)
            return receipt
        }
        let first = try await appendThem()
        let second = try await appendThem()
        #expect(second == first)
    }

    @Test func manyRetriesAtOnceAddTheEventsOnce() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let plan = PlannedAppend(events: make.events(2), stream: "run/a")
        let outcomes = await append([PlannedAppend](repeating: plan, count: 50), to: store)
        let expected = AppendReceipt(firstPosition: 2, firstRevision: 1, count: 2)
        #expect(outcomes.allSatisfy { $0.receipt == expected })
        #expect(try store.reader.head().position == 3)
        try verify(store)
    }

    /// The append is longer than what is there, or begins or ends with other events.
    @Test(arguments: [[0, 1, 2], [0, 2], [2, 1]])
    func anAppendThatIsThereOnlyInPartIsRefused(which indices: [Int]) async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let events = make.events(3)
        _ = try await store.append(Array(events[0...1]), to: "run/a", expecting: .noStream)
        let mixed = indices.map { events[$0] }
        let code = try await refusal {
            try await store.append(mixed, to: "run/a", expecting: .noStream)
        }
        #expect(code == .partlyAppended)
        #expect(try store.reader.head().position == 3)
        try verify(store)
    }

    @Test func aReceiptNeverCoversTheEventsOfAnotherStream() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let events = make.events(2)
        _ = try await store.append([events[0]], to: "run/a", expecting: .noStream)
        _ = try await store.append(make.events(1), to: "run/b", expecting: .noStream)
        _ = try await store.append([events[1]], to: "run/a", expecting: .exactly(1))
        // Both are there, but as two appends with another one between them.
        let code = try await refusal {
            try await store.append(events, to: "run/a", expecting: .noStream)
        }
        #expect(code == .partlyAppended)
        try verify(store)
    }

    @Test func anAppendExpectingAnythingIsWrittenEachTime() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let events = make.events(2)
        let first = try await store.append(events, to: "run/a", expecting: .any)
        let second = try await store.append(events, to: "run/a", expecting: .any)
        #expect([first.firstPosition, second.firstPosition] == [2, 4])
        try verify(store)
    }
}
