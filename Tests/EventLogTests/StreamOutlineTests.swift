import Testing

@testable import EventLog

/// Streams that are read by their numbers.
struct StreamOutlineTests {
    private static let requested = 20
    private static let finished = 38
    private let fixture = Fixture()

    /// First and last positions; 0 for a stream that has no end.
    private func outlines(
        of reader: EventReader, before position: UInt64
    ) throws -> [[UInt64]] {
        try reader.outlines(
            ofStreamsBegunBy: Self.requested, endedBy: Self.finished, before: position
        ) { [$0.first.position, $0.last?.position ?? 0] }
    }

    /// Run a is at 2 to 21, run b at 23 to 42, run c at 44 to 63; a stream that does not end begins
    /// at 22.
    @Test func aStreamIsSeenAsOfAPosition() async throws {
        let store = try await fixture.openStoreWithRuns()
        let reader = store.reader
        #expect(
            try outlines(of: reader, before: .max) == [[2, 21], [22, 0], [23, 42], [44, 63]])
        #expect(try outlines(of: reader, before: 43) == [[2, 21], [22, 0], [23, 42]])
        #expect(try outlines(of: reader, before: 42) == [[2, 21], [22, 0], [23, 0]])
        #expect(try outlines(of: reader, before: 23) == [[2, 21], [22, 0]])
        #expect(try outlines(of: reader, before: 2) == [])
    }

    @Test func whatComesAfterTheEndDoesNotHideIt() async throws {
        let store = try await fixture.openStoreWithRuns()
        var make = EventMaker(seed: Seed.value &+ 1)
        let late = (0..<3).map { _ in
            let event = make.event()
            return NewEvent(id: event.id, number: 25, payload: event.payload)
        }
        _ = try await store.append(late, to: "run/a", expecting: .any)
        #expect(try outlines(of: store.reader, before: 3) == [[2, 0]])
        #expect(try outlines(of: store.reader, before: .max).first == [2, 21])
        try verify(store)
    }

    @Test func streamsThatLeftTheLogAreNotSeen() async throws {
        let archive = FaultyArchive()
        let store = try await fixture.openStoreWithRuns()
        try await store.archive(before: 23, to: archive)
        // The stream that does not end stays.
        #expect(
            try outlines(of: store.reader, before: .max) == [[22, 0], [23, 42], [44, 63]])
    }

    /// Streams are numbered without a gap: nothing else tells that there was one.
    @Test func aStreamThatIsMissingFromTheIndexIsDamage() async throws {
        _ = try await fixture.openStoreWithRuns()
        // Run b is one append.
        try fixture.withRawLog { log in
            try log.remove(AppendRow.key(stream: 4, revision: 1), from: "appends")
        }
        let reader = try fixture.openReader()
        let error = #expect(throws: EventLogError.self) {
            _ = try outlines(of: reader, before: .max)
        }
        #expect(error?.code == .damaged)
    }

    @Test func manyStreamsAreSeenInTheOrderInWhichTheyBegan() async throws {
        let store = try fixture.openStore()
        var make = RunMaker()
        let plans = (0..<600).map { number in
            PlannedAppend(events: make.run(events: 2), stream: "run/\(number)")
        }
        let receipts = await append(plans, to: store).compactMap(\.receipt)
        try #require(receipts.count == 600)
        let expected = receipts.map { [$0.firstPosition, $0.lastPosition] }
            .sorted { $0[0] < $1[0] }
        #expect(try outlines(of: store.reader, before: .max) == expected)
        #expect(
            try outlines(of: store.reader, before: expected[299][0])
                == Array(expected.prefix(299)))
        try verify(store)
    }

    @Test func aStreamByItsNumberIsTheOneByItsName() async throws {
        let store = try fixture.openStore()
        var make = EventMaker()
        for count in [1, 4, 2, 1, 3] {
            _ = try await store.append(make.events(count), to: "run/a", expecting: .any)
            _ = try await store.append(make.events(2), to: "run/b", expecting: .any)
        }
        let reader = store.reader
        for (number, name) in try reader.streamNames() {
            for revision in [UInt64(0), 1, 5, 10, 11, .max] {
                for limit in [0, 1, 3, 100] {
                    let named = try reader.events(ofStream: name, after: revision, limit: limit)
                    let numbered = try reader.events(
                        ofStreamNumbered: number, after: revision, limit: limit)
                    #expect(numbered == named, "\(name) after \(revision)")
                }
            }
        }
        #expect(try reader.events(ofStreamNumbered: 2).count == 11)
        #expect(try reader.events(ofStreamNumbered: 99).isEmpty)
        try verify(store)
    }

    @Test func theLastEventOfANumberIsFound() async throws {
        let reader = try await fixture.openStoreWithRuns().reader
        func last(_ number: Int, before position: UInt64) throws -> UInt64? {
            try reader.lastEvent(numbered: number, inStreamNumbered: 2, before: position)?.position
        }
        #expect(try last(Self.finished, before: .max) == 21)
        #expect(try last(Self.finished, before: 21) == nil)
        #expect(try last(Self.requested, before: 21) == 20)
        #expect(try last(99, before: .max) == nil)
    }
}
