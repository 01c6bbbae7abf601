import Testing

@testable import EventLog

/// Many appends at the same time.
struct ConcurrencyTests {
    private let fixture = Fixture()

    @Test func positionsHaveNoGapUnder200Appenders() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        var plans: [PlannedAppend] = []
        for number in 0..<200 {
            plans.append(
                PlannedAppend(
                    events: make.events(1 + number % 3), stream: "run/\(number % 50)",
                    expected: .any))
        }
        let receipts = await append(plans, to: store).compactMap(\.receipt)
        #expect(receipts.count == 200, Seed.note)
        let positions = receipts.flatMap { $0.firstPosition...$0.lastPosition }.sorted()
        let count = UInt64(plans.map(\.events.count).reduce(0, +))
        #expect(positions == Array(2...count + 1), Seed.note)
        try verify(store)
    }

    @Test func everyReceiptLeadsToItsEvents() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        var plans: [PlannedAppend] = []
        for number in 0..<100 {
            plans.append(
                PlannedAppend(
                    events: make.events(1 + number % 4), stream: "run/\(number % 7)",
                    expected: .any))
        }
        let receipts = await append(plans, to: store).compactMap(\.receipt)
        try #require(receipts.count == plans.count, Seed.note)
        for (plan, receipt) in zip(plans, receipts) {
            let read = try store.reader.events(from: receipt.firstPosition, limit: receipt.count)
            #expect(read.map(\.record.id) == plan.events.map(\.id), Seed.note)
            let revisions = Array(receipt.firstRevision...receipt.lastRevision)
            #expect(read.map(\.record.revision) == revisions, Seed.note)
        }
        try verify(store)
    }

    @Test func aRefusedRequestDoesNotDisturbTheOthersOfItsGroup() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        var plans: [PlannedAppend] = []
        for number in 0..<90 {
            let isTooLarge = number % 9 == 2
            plans.append(
                PlannedAppend(
                    events: make.events(2, size: isTooLarge ? Record.maximumSize : 40),
                    stream: "run/\(number)", expected: number % 3 == 1 ? .exactly(7) : .noStream))
        }
        let outcomes = try await appendInOneGroup(plans, to: store)
        for (number, outcome) in outcomes.enumerated() {
            let isWrong = number % 3 == 1
            let isTooLarge = number % 9 == 2
            #expect((outcome.receipt == nil) == (isWrong || isTooLarge), "request \(number)")
            if isWrong { #expect(outcome.refusal == .wrongRevision(actual: 0)) }
            if isTooLarge { #expect(outcome.refusal == .tooLarge) }
        }
        // Of 90, 30 expect something wrong and 10 are too large.
        #expect(try store.reader.head().position == 1 + 50 * 2)
        try verify(store)
    }

    @Test func aRequestSeesWhatThoseBeforeItInTheGroupWrote() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        var plans: [PlannedAppend] = []
        for _ in 0..<20 { plans.append(PlannedAppend(events: make.events(1), stream: "run/a")) }
        let outcomes = try await appendInOneGroup(plans, to: store)
        #expect(outcomes.compactMap(\.receipt).count == 1)
        let refusals = outcomes.compactMap(\.refusal)
        let expected = [EventLogError.Code](repeating: .wrongRevision(actual: 1), count: 19)
        #expect(refusals == expected, Seed.note)
        try verify(store)
    }

    @Test(.timeLimit(.minutes(1)))
    func whoeverSignsComesBetweenTwoGroupsHoweverManyWait() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let plans = ["run/a", "run/b", "run/c"].map {
            PlannedAppend(events: make.events(AppendQueue.maximumEvents), stream: $0)
        }
        let turn = HeldTurn(fixture.directory)
        async let outcomes = append(plans, to: store)
        try await Task.sleep(for: .milliseconds(200))
        async let signed = store.signCheckpoint(outside: nil)
        try await Task.sleep(for: .milliseconds(200))
        turn.giveBack()
        let size = try await signed.size
        let receipts = await outcomes.compactMap(\.receipt)
        #expect(receipts.count == plans.count)
        #expect(size < UInt64(plans.count * AppendQueue.maximumEvents))
        try verify(store)
    }

    @Test(.timeLimit(.minutes(1)))
    func anAppendIsSeenWholeOrNotAtAll() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let plans = (0..<60).map {
            PlannedAppend(events: make.events(7), stream: "run/\($0)")
        }
        async let outcomes = append(plans, to: store)
        var last: UInt64 = 0
        while last < 1 + 60 * 7 && !Task.isCancelled {
            let events = try await store.read { try $0.events(from: 1, limit: 1000) }
            let end = try #require(events.last)
            #expect(end.record.following == 0)
            #expect(end.position == UInt64(events.count))
            last = end.position
        }
        let receipts = await outcomes.compactMap(\.receipt)
        #expect(receipts.count == 60)
        try verify(store)
    }

    /// Holds the turn until all requests wait, so that one commit takes them.
    private func appendInOneGroup(
        _ plans: [PlannedAppend], to store: EventStore
    ) async throws -> [Result<AppendReceipt, any Error>] {
        let turn = HeldTurn(fixture.directory)
        async let outcomes = append(plans, to: store)
        try await Task.sleep(for: .milliseconds(200))
        turn.giveBack()
        return await outcomes
    }
}
