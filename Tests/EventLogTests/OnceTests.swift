import Testing

@testable import EventLog

/// Ids that exist at most once in the whole log.
struct OnceTests {
    private let fixture = Fixture()

    @Test(arguments: ["run/a", "run/b"])
    func aTakenIDIsRefusedAndItsPlaceNamed(inStream stream: String) async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let once = make.event(isOnce: true)
        let taken = make.events(1) + [once]
        _ = try await store.append(taken, to: "run/a", expecting: .noStream)
        let others = make.events(2)
        let code = try await refusal {
            try await store.append(others + [once], to: stream, expecting: .any)
        }
        #expect(code == .idTaken(position: 3))
        #expect(try store.reader.head().position == 3)
        #expect(try store.reader.position(ofOnce: once.id) == 3)
        try verify(store)
    }

    @Test func onlyIDsAppendedAsOnceAreFound() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let (once, plain) = (make.event(isOnce: true), make.event())
        _ = try await store.append([once, plain], to: "run/a", expecting: .noStream)
        #expect(try store.reader.position(ofOnce: once.id) == 2)
        #expect(try store.reader.position(ofOnce: plain.id) == nil)
        try verify(store)
    }

    @Test func oneOfManyConcurrentAppendsGetsTheID() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let once = make.event(isOnce: true)
        let plans = (0..<40).map { PlannedAppend(events: [once], stream: "run/\($0)") }
        let outcomes = await append(plans, to: store)
        #expect(outcomes.compactMap(\.receipt).map(\.firstPosition) == [2], Seed.note)
        let refusals = outcomes.compactMap(\.refusal)
        let expected = [EventLogError.Code](repeating: .idTaken(position: 2), count: 39)
        #expect(refusals == expected, Seed.note)
        try verify(store)
    }

    @Test func anIDIsNotTakenTwiceByOneAppend() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let once = make.event(isOnce: true)
        await #expect(throws: EventLogError.self) {
            try await store.append([once, once], to: "run/a", expecting: .noStream)
        }
        #expect(try store.reader.head().position == 1)
        try verify(store)
    }

    @Test func aRetryOfAnAppendWithAUniqueIDGetsTheFirstReceipt() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let once = make.event(isOnce: true)
        let first = try await store.append([once], to: "run/a", expecting: .noStream)
        let again = try await store.append([once], to: "run/a", expecting: .noStream)
        #expect(again == first)
        try verify(store)
    }
}
