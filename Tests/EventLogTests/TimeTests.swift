import Testing

@testable import EventLog

/// The two times of an event, with a clock that somebody sets.
struct TimeTests {
    private let fixture = Fixture()
    private let clock = TestClock()
    private let second: Int64 = 1_000_000

    @Test func aClockThatGoesBackIsHeldInRecordedAndKeptRaw() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        try await appendOne(&make, to: store)
        clock.set(by: -5 * second)
        let receipt = try await appendOne(&make, to: store)
        try await appendOne(&make, to: store)

        // The alert takes position 3.
        #expect(receipt.firstPosition == 4)
        let records = try store.reader.events(from: 1).map(\.record)
        let (start, back) = (TestClock.start, TestClock.start - 5_000_000)
        #expect(records.map(\.recorded) == [start, start, start, start, start])
        #expect(records.map(\.clock) == [start, start, back, back, back])
        let report = try verify(store)
        #expect(report.clampedRanges == [3...5])
    }

    @Test func theFirstHeldEventAndNoOtherIsPrecededByAnAlert() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        clock.set(by: -5 * second)
        for _ in 0..<3 { try await appendOne(&make, to: store) }
        let records = try store.reader.events(from: 1).map(\.record)
        #expect(try alerts(in: store) == [2])
        #expect(records[1].stream == 1)
        let payload = LogEvent.clockBehindLog(
            clock: TestClock.start - 5_000_000, recorded: TestClock.start)
        #expect(records[1].payload == payload)
        try verify(store)
    }

    @Test func aClockThatWasSetRightAndGoesBackAgainIsAnotherAlert() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        clock.set(by: -5 * second)
        try await appendOne(&make, to: store)
        clock.set(by: 10 * second)
        try await appendOne(&make, to: store)
        clock.set(by: -5 * second)
        try await appendOne(&make, to: store)
        #expect(try alerts(in: store) == [2, 5])
        let right = try #require(try store.reader.events(from: 4).first?.record)
        #expect(right.recorded == TestClock.start + 5_000_000)
        #expect(right.clock == right.recorded)
        let report = try verify(store)
        #expect(report.clampedRanges == [2...3, 5...6])
    }

    @Test(arguments: [Int64(1), 900_000, 1_000_000])
    func aStepBackOfUpToASecondIsHeldWithoutAnAlert(microseconds: Int64) async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        clock.set(by: -microseconds)
        try await appendOne(&make, to: store)
        let record = try #require(try store.reader.events(from: 2).first?.record)
        #expect(record.recorded == TestClock.start)
        #expect(record.clock == TestClock.start - UInt64(microseconds))
        #expect(try alerts(in: store) == [])
        let report = try verify(store)
        #expect(report.clampedRanges == [])
    }

    @Test func smallStepsBackThatAddUpToMoreThanASecondAreAnAlert() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        for _ in 0..<4 {
            clock.set(by: -600_000)
            try await appendOne(&make, to: store)
        }
        // Position 2 is 0.6 seconds behind, the alert and position 4 are 1.2.
        #expect(try alerts(in: store) == [3])
        let report = try verify(store)
        #expect(report.clampedRanges == [3...6])
    }

    @Test func theFirstHeldEventOfAGroupAloneIsPrecededByAnAlert() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        clock.set(by: -5 * second)
        var plans: [PlannedAppend] = []
        for number in 0..<20 {
            plans.append(PlannedAppend(events: make.events(1), stream: "run/\(number)"))
        }
        let receipts = await append(plans, to: store).compactMap(\.receipt)
        #expect(receipts.map(\.firstPosition).sorted() == Array(3...22))
        #expect(try alerts(in: store) == [2])
        try verify(store)
    }

    @Test func aRetryAfterTheClockWentBackAddsNothing() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        let events = make.events(2)
        let first = try await store.append(events, to: "run/b", expecting: .noStream)
        clock.set(by: -5 * second)
        let again = try await store.append(events, to: "run/b", expecting: .noStream)
        #expect(again == first)
        #expect(try store.reader.head().position == 3)
        try await appendOne(&make, to: store)
        #expect(try alerts(in: store) == [4])
        try verify(store)
    }

    @Test func aJumpAheadOfMoreThanADayIsRefused() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        let day = 86_400 * second
        clock.set(by: day + 1)
        let events = make.events(2)
        let code = try await refusal {
            try await store.append(events, to: "run/a", expecting: .noStream)
        }
        #expect(code == .clockJumped)
        #expect(try store.reader.head() == LogHead(position: 1, recorded: TestClock.start))

        clock.set(by: -1)
        let receipt = try await store.append(events, to: "run/a", expecting: .noStream)
        #expect(receipt.firstPosition == 2)
        try verify(store)
    }

    @Test func daysThatReallyPassAreNoJump() async throws {
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        for _ in 0..<3 {
            clock.advance(by: 40 * 86_400_000_000)
            try await appendOne(&make, to: store)
        }
        let expected = TestClock.start + 120 * 86_400_000_000
        #expect(try store.reader.head() == LogHead(position: 4, recorded: expected))
        try verify(store)
    }

    @discardableResult
    private func appendOne(
        _ make: inout EventMaker, to store: EventStore
    ) async throws -> AppendReceipt {
        try await store.append(make.events(1), to: "run/a", expecting: .any)
    }

    /// Where the log says that the clock is behind it.
    private func alerts(in store: EventStore) throws -> [UInt64] {
        try store.reader.events(from: 1).filter { $0.record.number == 17 }.map(\.position)
    }
}
