import Testing

@testable import EventLog

/// A log that may not grow beyond a megabyte, which LMDB answers like a full disk.
struct DiskFullTests {
    private let fixture = Fixture()

    @Test func aFullDiskKeepsWhatWasAcknowledgedAndTheLogGoesOn() async throws {
        var make = EventMaker()
        let (written, refused) = try await fill(with: &make)
        try await appendAfterGrowing(refused, after: written)
    }

    @Test func everyRequestOfAGroupThatDoesNotFitIsRefused() async throws {
        let store = try fixture.openStore(mapSize: 1 << 20)
        var make = EventMaker()
        var plans: [PlannedAppend] = []
        for number in 0..<40 {
            plans.append(
                PlannedAppend(events: make.events(10, size: 4000), stream: "run/\(number)"))
        }
        let outcomes = await append(plans, to: store)
        for outcome in outcomes where outcome.receipt == nil {
            #expect(outcome.refusal == .writeFailed)
        }
        let receipts = outcomes.compactMap(\.receipt)
        #expect(receipts.count < plans.count)
        #expect(try store.reader.head().position == UInt64(1 + 10 * receipts.count))
        try verify(store)
    }

    /// What the store does after the write of a meta page failed.
    @Test func aLogThatIsOpenedAgainUnderItsReadersGoesOn() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        store.reader.slot.reopen()
        var make = EventMaker(seed: Seed.value &+ 1)
        let receipt = try await store.append(make.events(2), to: "run/b", expecting: .noStream)
        #expect(receipt.firstPosition == 5)
        #expect(try store.reader.events(from: 1).count == 6)
        try verify(store)
    }

    /// Appends 100 kB at a time until it is refused.
    ///
    /// - Returns: what is in stream `run/a`, and what was refused.
    private func fill(
        with make: inout EventMaker
    ) async throws -> (written: [NewEvent], refused: [NewEvent]) {
        let store = try fixture.openStore(mapSize: 1 << 20)
        var written: [NewEvent] = []
        var refused: [NewEvent] = []
        for _ in 0..<20 where refused.isEmpty {
            let events = make.events(25, size: 4000)
            let revision = UInt64(written.count)
            let code = try await refusal {
                try await store.append(events, to: "run/a", expecting: .exactly(revision))
            }
            #expect(code == nil || code == .writeFailed)
            if code == nil { written += events } else { refused = events }
        }
        try #require(!refused.isEmpty, "20 times 100 kB do not fit into a megabyte.")
        #expect(try ids(in: store) == written.map(\.id), Seed.note)
        try verify(store)

        let small = make.events(1)
        _ = try await store.append(
            small, to: "run/a", expecting: .exactly(UInt64(written.count)))
        try verify(store)
        return (written + small, refused)
    }

    private func appendAfterGrowing(_ events: [NewEvent], after written: [NewEvent]) async throws {
        let store = try fixture.openStore(mapSize: 1 << 24)
        #expect(try ids(in: store) == written.map(\.id), Seed.note)
        let receipt = try await store.append(
            events, to: "run/a", expecting: .exactly(UInt64(written.count)))
        #expect(receipt.count == events.count)
        #expect(try ids(in: store) == (written + events).map(\.id), Seed.note)
        try verify(store)
    }

    private func ids(in store: EventStore) throws -> [EventID] {
        try store.reader.events(ofStream: "run/a").map(\.record.id)
    }
}
