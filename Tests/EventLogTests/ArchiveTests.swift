import Merkle
import Testing

@testable import EventLog

/// What a log and its archive hold together.
struct ArchiveTests {
    private let fixture = Fixture()
    private let archive = FaultyArchive()

    @Test func archivedEventsLeaveTheLogAndAllOfThemAreInTheArchive() async throws {
        let store = try await fixture.openStoreWithRuns()
        let head = try store.reader.head().position
        let before = try store.reader.events(from: 1)
        let root = try store.reader.root(ofSize: head)
        let segments = try await store.archive(before: head + 1, to: archive)
        #expect(segments.map(\.range) == [1...head])
        #expect(segments.map(\.root) == [root])
        #expect(try store.reader.archivedSegments() == segments)
        #expect(try store.reader.firstPosition() == head + 1)
        #expect(try store.reader.events(from: head + 1).map(\.record.number) == [43])
        #expect(try await store.allEvents(upTo: head, with: archive) == before)
        try verify(store)
    }

    @Test func anArchivedPositionIsSaidToBeArchived() async throws {
        let store = try await fixture.openStoreWithRuns()
        let head = try store.reader.head().position
        let segment = try await store.archive(before: head + 1, to: archive)[0]
        let code = EventLogError.Code.archived(first: 1, last: head, segment: segment.name)
        #expect(try await refusal { try store.reader.events(from: 1) } == code)
        #expect(try await refusal { try store.reader.events(from: head) } == code)
        #expect(try await refusal { try store.reader.events(ofStream: "run/a") } == code)
    }

    @Test func theEventsOfLastingStreamsStayInTheLog() async throws {
        let store = try await fixture.openStoreWithRuns()
        let schedules = try store.reader.events(ofStream: "schedules")
        let own = try store.reader.events(ofStream: "log")
        try await store.archive(before: .max, to: archive)
        #expect(try store.reader.events(ofStream: "schedules") == schedules)
        #expect(try store.reader.events(ofStream: "log").first == own.first)
        #expect(schedules.count == 3)
    }

    @Test func hashesStaySoThatEveryRootCanStillBeComputed() async throws {
        let store = try await fixture.openStoreWithRuns()
        let head = try store.reader.head().position
        let roots = try (1...head).map { try store.reader.root(ofSize: $0) }
        try await store.archive(before: .max, to: archive)
        #expect(try (1...head).map { try store.reader.root(ofSize: $0) } == roots)
    }

    @Test func theDumpIsOfTheLastArchivedPosition() async throws {
        let store = try await fixture.openStoreWithRuns()
        let head = try store.reader.head().position
        let segment = try await store.archive(before: .max, to: archive)[0]
        #expect(segment.basePosition == head)
        var dump: [UInt8] = []
        let archived = ArchivedEvents(archive, segments: [segment], reader: store.reader)
        try await archived.base(of: segment) { dump += $0 }
        #expect(String(decoding: dump, as: UTF8.self) == "position \(head), root \(segment.root)")
    }

    @Test func aSecondCommandFindsNothingToDo() async throws {
        let store = try await fixture.openStoreWithRuns()
        let head = try store.reader.head().position
        #expect(try await store.archive(before: head + 1, to: archive).count == 1)
        let after = try store.reader.head()
        let objects = try await archive.list()
        #expect(try await store.archive(before: head + 1, to: archive).isEmpty)
        #expect(try store.reader.head() == after)
        #expect(try await archive.list() == objects)
    }

    @Test func aLaterCommandGoesOnWhereTheFirstEnded() async throws {
        let store = try await fixture.openStoreWithRuns()
        let before = try store.reader.events(from: 1)
        // Run a is at 2 to 21, run b at 23 to 42.
        let first = try await store.archive(before: 23, to: archive)
        let second = try await store.archive(before: 44, to: archive)
        #expect((first + second).map(\.range) == [1...22, 23...43])
        #expect(try store.reader.archivedSegments() == first + second)
        let head = UInt64(before.count)
        #expect(try await store.allEvents(upTo: head, with: archive) == before)
        try verify(store)
    }

    @Test func manyEventsMakeSeveralSegments() async throws {
        let store = try await fixture.openStoreWithRuns(length: 700)
        let head = try store.reader.head().position
        let before = try await store.allEvents(upTo: head, with: archive)
        let segments = try await store.archiver(to: archive, segmentSize: 30_000)
            .archive(before: .max)
        #expect(segments.count > 3)
        #expect(segments.first?.first == 1)
        #expect(segments.last?.last == head)
        for (one, next) in zip(segments, segments.dropFirst()) {
            #expect(one.last + 1 == next.first)
            #expect(try store.reader.root(ofSize: one.last) == one.root)
        }
        #expect(segments.allSatisfy { $0.basePosition == head })
        #expect(try await store.allEvents(upTo: head, with: archive) == before)
        try verify(store)
    }

    // MARK: What stays

    @Test func aRunThatHasNotEndedKeepsItsEventsAndAllThatCameAfter() async throws {
        let store = try await fixture.openStoreWithRuns()
        var make = RunMaker(seed: Seed.value &+ 1)
        let open = try await store.append(
            make.run(events: 3, isFinished: false), to: "run/open", expecting: .noStream)
        _ = try await store.append(make.run(events: 3), to: "run/d", expecting: .noStream)
        let segments = try await store.archive(before: .max, to: archive)
        #expect(segments.last?.last == open.firstPosition - 1)
        #expect(try store.reader.events(ofStream: "run/open").count == 3)
        try verify(store)
    }

    @Test func aRunThatGoesOverTheCutStays() async throws {
        let store = try await fixture.openStoreWithRuns()
        // Run b is at 23 to 42.
        let segments = try await store.archive(before: 30, to: archive)
        #expect(segments.map(\.range) == [1...22])
        #expect(try store.reader.events(ofStream: "run/b").count == 20)
        try verify(store)
    }

    @Test(arguments: CutCase.all)
    func theCutGoesThroughNoRun(_ row: CutCase) {
        #expect(ArchivePlan.cut(before: 100, runs: row.runs) == row.cut)
        #expect(ArchivePlan.cut(before: 100, runs: row.runs.reversed()) == row.cut)
    }

    @Test func whereNoRunCouldLeaveNothingIsArchived() async throws {
        let store = try await fixture.openStoreWithRuns()
        try await store.archive(before: .max, to: archive)
        let head = try store.reader.head()
        // Only the log's own note of the first command lies there.
        #expect(try await store.archive(before: .max, to: archive).isEmpty)
        #expect(try store.reader.head() == head)
    }

    // MARK: Afterwards

    @Test func appendsToAnArchivedStreamGoOn() async throws {
        let store = try await fixture.openStoreWithRuns()
        try await store.archive(before: .max, to: archive)
        var make = EventMaker(seed: Seed.value &+ 1)
        let receipt = try await store.append(
            make.events(1), to: "run/a", expecting: .exactly(20))
        #expect(receipt.firstRevision == 21)
        _ = try await store.append(make.events(1), to: "run/a", expecting: .any)
        // What was added to it later is not in the way of the next command.
        var runs = RunMaker(seed: Seed.value &+ 2)
        _ = try await store.append(runs.run(events: 2), to: "run/d", expecting: .noStream)
        let head = try store.reader.head().position
        #expect(try await store.archive(before: .max, to: archive).last?.last == head)
        try verify(store)
    }

    @Test func aRetryOfAnArchivedAppendIsRefusedAndOthersOfItsGroupGoOn() async throws {
        let store = try await fixture.openStoreWithRuns()
        let first = try store.reader.events(ofStream: "run/a")
        let segment = try await store.archive(before: .max, to: archive)[0]
        let retry = first.map {
            NewEvent(id: $0.record.id, number: $0.record.number, payload: $0.record.payload)
        }
        var make = EventMaker(seed: Seed.value &+ 1)
        let plans = [
            PlannedAppend(events: retry, stream: "run/a"),
            PlannedAppend(events: make.events(2), stream: "run/new"),
        ]
        let found = await append(plans, to: store)
        #expect(
            found[0].refusal
                == .archived(first: 1, last: segment.last, segment: segment.name))
        #expect(found[1].receipt != nil)
        try verify(store)
    }

    @Test func aSearchByTimeNeverMissesWhatIsArchived() async throws {
        let clock = TestClock()
        let store = try await fixture.openStoreWithRuns(clock: clock.log)
        let segment = try await store.archive(before: .max, to: archive)[0]
        clock.advance(by: 5_000_000)
        var make = EventMaker(seed: Seed.value &+ 1)
        let receipt = try await store.append(make.events(1), to: "run/new", expecting: .noStream)
        let code = EventLogError.Code.archived(
            first: 1, last: segment.last, segment: segment.name)
        #expect(
            try await refusal { try store.reader.position(recordedAtOrAfter: TestClock.start) }
                == code)
        #expect(
            try store.reader.position(recordedAtOrAfter: TestClock.start + 1)
                == receipt.firstPosition)
    }

    @Test func theArchiveIsReadFromAnotherProcessWithTheLogAndItsTree() async throws {
        let store = try await fixture.openStoreWithRuns()
        let folder = DirectoryArchive("\(fixture.path)/archive")
        let before = try store.reader.events(from: 1)
        try await store.archive(before: .max, to: folder)
        let head = UInt64(before.count)
        #expect(try await store.allEvents(upTo: head, with: folder) == before)
    }

    @Test func thoseWhoReadAtOnceFetchASegmentOnce() async throws {
        let store = try await fixture.openStoreWithRuns()
        let before = try store.reader.events(from: 1)
        let segments = try await store.archive(before: .max, to: archive)
        let archived = ArchivedEvents(archive, segments: segments, reader: store.reader)
        let (gets, range) = (archive.gets, segments[0].range)
        try #require(range.count >= 5)
        try await withThrowingTaskGroup(of: (UInt64, [RecordedEvent]).self) { group in
            for first in range.prefix(5) {
                group.addTask { (first, try await archived.events(from: first)) }
            }
            for try await (first, events) in group {
                #expect(
                    events == before.filter { (first...range.upperBound).contains($0.position) })
            }
        }
        #expect(archive.gets == gets + 1)
    }

    @Test func whatCouldNotBeFetchedIsAskedForAgain() async throws {
        let store = try await fixture.openStoreWithRuns()
        let segment = try await store.archive(before: .max, to: archive)[0]
        let archived = ArchivedEvents(archive, segments: [segment], reader: store.reader)
        archive.change(segment.name) { $0[200] ^= 1 }
        #expect(try await refusal { try await archived.events(from: 1) } == .archive)
        archive.change(segment.name) { $0[200] ^= 1 }
        #expect(try await archived.events(from: 1).count == 64)
    }

    @Test func anEventThatWasChangedInTheArchiveIsNotBelieved() async throws {
        let store = try await fixture.openStoreWithRuns()
        let segment = try await store.archive(before: .max, to: archive)[0]
        archive.change(segment.name) { $0[200] ^= 1 }
        let archived = ArchivedEvents(archive, segments: [segment], reader: store.reader)
        #expect(try await refusal { try await archived.events(from: 1) } == .archive)
    }
}

/// Runs, and how far a log may be cut before position 100.
struct CutCase: Sendable {
    let runs: [ArchivePlan.Run]
    let cut: UInt64

    /// - Parameter runs: where each is, and whether it is finished.
    init(_ runs: [(ClosedRange<UInt64>, Bool)], cut: UInt64) {
        self.runs = runs.map { ArchivePlan.Run(positions: $0.0, isFinished: $0.1) }
        self.cut = cut
    }

    static let all = [
        CutCase([], cut: 100),
        CutCase([(10...20, true), (30...99, true)], cut: 100),
        CutCase([(10...20, false)], cut: 10),
        CutCase([(90...100, true)], cut: 90),
        // One that stays keeps one that overlaps with it, and so on.
        CutCase([(70...90, false), (50...75, true), (20...50, true)], cut: 20),
        CutCase([(70...90, false), (50...75, true), (20...49, true)], cut: 50),
    ]
}
