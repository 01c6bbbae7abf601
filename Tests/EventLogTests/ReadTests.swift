import Testing

@testable import EventLog

struct ReadTests {
    private let fixture = Fixture()

    @Test func whatIsReadIsWhatWasAppended() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        let events = make.events(2) + [make.event(size: 0), make.event(isOnce: true)]
        _ = try await store.append(events, to: "run/ä", expecting: .noStream)
        let read = try store.reader.events(from: 2)
        #expect(read.map(\.position) == [2, 3, 4, 5])
        for (event, record) in zip(events, read.map(\.record)) {
            let appended = NewEvent(
                id: record.id, number: record.number, payload: record.payload,
                isOnce: record.isOnce)
            #expect(appended == event, Seed.note)
        }
        #expect(read.map(\.record.revision) == [1, 2, 3, 4])
        #expect(read.map(\.record.streamName) == ["run/ä", "", "", ""])
        #expect(read.map(\.record.following) == [3, 2, 1, 0])
        try verify(store)
    }

    @Test func theFirstEventOfALogNamesIt() throws {
        let store = try fixture.openStore()
        let first = try store.reader.events(from: 1)
        #expect(first.map(\.record.number) == [LogEvent.created])
        #expect(first.map(\.record.streamName) == [LogEvent.streamName])
        #expect(first.map(\.record.createdLogID) == [store.reader.logID])
        #expect(store.reader.logID.count == 32)
        #expect(store.reader.origin.hasSuffix(store.reader.logID))
        try verify(store)
    }

    @Test(arguments: [1, 7, 25, 26, 1000])
    func batchesByPositionGiveEveryEventOnce(limit: Int) async throws {
        let store = try await fixture.openStore(withEvents: 25)
        var positions: [UInt64] = []
        // One more round than batches there are: the last is empty.
        for _ in 0...26 / limit + 1 {
            let batch = try store.reader.events(from: (positions.last ?? 0) + 1, limit: limit)
            #expect(batch.count <= limit)
            positions += batch.map(\.position)
        }
        #expect(positions == Array(1...26))
        try verify(store)
    }

    @Test func readingStartsWhereItIsToldTo() async throws {
        let store = try await fixture.openStore(withEvents: 5)
        #expect(try store.reader.events(from: 0).first?.position == 1)
        #expect(try store.reader.events(from: 4).map(\.position) == [4, 5, 6])
        #expect(try store.reader.events(from: 7).isEmpty)
        #expect(try store.reader.events(from: .max).isEmpty)
        try verify(store)
    }

    @Test func aBatchHoldsAboutFourMegabytes() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        for _ in 0..<2 {
            _ = try await store.append(make.events(40, size: 60_000), to: "run/a", expecting: .any)
        }
        let batch = try store.reader.events(from: 2)
        #expect(batch.count == (4 << 20) / 60_000 + 1)
        #expect(try store.reader.events(from: batch.last!.position + 1).last?.position == 81)
        try verify(store)
    }

    @Test func aStreamIsReadAcrossItsAppends() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        var appended: [NewEvent] = []
        for count in [1, 4, 2, 1, 3] {
            let events = make.events(count)
            appended += events
            _ = try await store.append(events, to: "run/a", expecting: .any)
            _ = try await store.append(make.events(2), to: "run/b", expecting: .any)
        }
        for revision in 0...12 {
            for limit in [1, 3, 100] {
                let read = try store.reader.events(
                    ofStream: "run/a", after: UInt64(revision), limit: limit)
                let expected = appended.dropFirst(revision).prefix(limit)
                #expect(read.map(\.record.id) == expected.map(\.id), "after \(revision)")
            }
        }
        #expect(try store.reader.revision(ofStream: "run/a") == 11)
        try verify(store)
    }

    @Test func aStreamThatDoesNotExistIsEmpty() async throws {
        let store = try await fixture.openStore(withEvents: 2)
        #expect(try store.reader.events(ofStream: "run/").isEmpty)
        #expect(try store.reader.revision(ofStream: "run/") == 0)
        try verify(store)
    }

    @Test func streamsAreNumberedInTheOrderOfTheirCreation() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        for name in ["z", "a", "m", "a", "z"] {
            _ = try await store.append(make.events(1), to: name, expecting: .any)
        }
        #expect(try store.reader.streamNames() == [1: "log", 2: "z", 3: "a", 4: "m"])
        try verify(store)
    }

    @Test func positionsAreFoundByTime() async throws {
        let clock = TestClock()
        let store = try fixture.openStore(clock: clock.log)
        var make = EventMaker()
        // Recorded at 0, 10, 10, 30 microseconds after the start.
        for (wait, count) in [(UInt64(10), 2), (20, 1)] {
            clock.advance(by: wait)
            _ = try await store.append(make.events(count), to: "run/a", expecting: .any)
        }
        let expected: [(time: UInt64, position: UInt64)] = [
            (0, 1), (1, 2), (10, 2), (11, 4), (30, 4), (31, 5),
        ]
        for (time, position) in expected {
            let found = try store.reader.position(recordedAtOrAfter: TestClock.start + time)
            #expect(found == position, "\(time) microseconds after the start")
        }
        #expect(try store.reader.position(recordedAtOrAfter: 0) == 1)
        #expect(try store.reader.position(recordedAtOrAfter: .max) == 5)
        try verify(store)
    }
}
