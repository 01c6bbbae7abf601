import LMDB
import Synchronization
import Testing

@testable import EventLog

/// Archiving that ends half-way: no event is ever lost, and the next command finishes it.
struct ArchiveFailureTests {
    private struct Killed: Error {}

    private let fixture = Fixture()
    private let archive = FaultyArchive()

    // MARK: The command dies

    /// Segments of about 10 events, removed 7 at a time, so that there are several of each step.
    @Test func aCommandThatDiesAfterAnyStepIsFinishedByTheNext() async throws {
        let steps = try await stepCount()
        #expect(steps > 18)
        for stop in 0..<steps {
            let (fixture, archive) = (Fixture(), FaultyArchive())
            let before = try await archiveUntilKilled(after: stop, fixture, archive)
            try await finish(fixture, archive, before)
        }
    }

    private func stepCount() async throws -> Int {
        let count = Mutex(0)
        let store = try await fixture.openStoreWithRuns()
        let archiver = store.archiver(to: FaultyArchive(), segmentSize: 800, batchSize: 7) { _ in
            count.withLock { $0 += 1 }
        }
        _ = try await archiver.archive(before: .max)
        return count.withLock { $0 }
    }

    /// - Returns: what was in the log.
    private func archiveUntilKilled(
        after stop: Int, _ fixture: Fixture, _ archive: FaultyArchive
    ) async throws -> [RecordedEvent] {
        let store = try await fixture.openStoreWithRuns()
        let before = try store.reader.events(from: 1)
        let count = Mutex(0)
        let archiver = store.archiver(to: archive, segmentSize: 800, batchSize: 7) { _ in
            let number = count.withLock { count in
                defer { count += 1 }
                return count
            }
            if number == stop { throw Killed() }
        }
        await #expect(throws: Killed.self, "step \(stop)") {
            try await archiver.archive(before: .max)
        }
        // Whatever has left the log is in the archive.
        let events = try await store.allEvents(upTo: UInt64(before.count), with: archive)
        #expect(events == before, "step \(stop)")
        try expectDump(store, "step \(stop)")
        try verify(store)
        return before
    }

    /// Where events have left the log, views can be built without the archive.
    private func expectDump(_ store: EventStore, _ note: Comment? = nil) throws {
        let first = try store.reader.firstPosition()
        if first == 1 { return }
        let segment = try #require(try store.reader.archivedSegments().last)
        let root = try store.reader.root(ofSize: segment.basePosition)
        #expect(store.keptDump == "position \(segment.basePosition), root \(root)", note)
        #expect(segment.basePosition >= first - 1, note)
    }

    private func finish(
        _ fixture: Fixture, _ archive: FaultyArchive, _ before: [RecordedEvent]
    ) async throws {
        let store = try fixture.openStore()
        // With another cut: a later command seldom names the same moment.
        _ = try await store.archiver(to: archive).archive(before: .max)
        let head = UInt64(before.count)
        #expect(try await store.allEvents(upTo: head, with: archive) == before)
        let segments = try store.reader.archivedSegments()
        #expect(try store.reader.firstPosition() > head)
        #expect(segments.first?.first == 1)
        for (one, next) in zip(segments, segments.dropFirst()) {
            #expect(one.last + 1 == next.first)
        }
        try expectDump(store)
        // Each is said once.
        let notes = try store.reader.events(ofStream: "log")
            .filter { $0.record.number == ArchivedSegment.number }
        #expect(notes.count == segments.count)
        try verify(store)
    }

    // MARK: The archive fails

    @Test(arguments: FaultyArchive.Fault.allCases)
    func nothingLeavesTheLogForAnArchiveThatFails(_ fault: FaultyArchive.Fault) async throws {
        let store = try await fixture.openStoreWithRuns()
        let before = try store.reader.events(from: 1)
        let head = try store.reader.head()
        // A segment, the dump in one part, and the list of its parts.
        for put in 0..<3 {
            archive.set(fault, at: put)
            let failed = await failure { try await store.archive(before: .max, to: archive) }
            #expect(failed, "put \(put)")
            #expect(try store.reader.head() == head)
            #expect(try store.reader.firstPosition() == 1)
            for name in try await archive.list() { archive.remove(name) }
        }
        archive.set(fault, at: 3)
        try await store.archive(before: .max, to: archive)
        #expect(archive.puts == 3)
        let events = try await store.allEvents(upTo: head.position, with: archive)
        #expect(events == before)
        try verify(store)
    }

    @Test(arguments: FaultyArchive.Fault.allCases)
    func theCommandGivenAgainMendsWhatAFailedPutLeft(_ fault: FaultyArchive.Fault) async throws {
        let store = try await fixture.openStoreWithRuns()
        let head = try store.reader.head().position
        let before = try store.reader.events(from: 1)
        archive.set(fault)
        #expect(await failure { try await store.archive(before: .max, to: archive) })
        archive.set(nil)
        try await store.archive(before: .max, to: archive)
        #expect(try await store.allEvents(upTo: head, with: archive) == before)
        try verify(store)
    }

    @Test func whatGoesOnFromAnArchiveGoesIntoIt() async throws {
        let store = try await fixture.openStoreWithRuns()
        try await store.archive(before: 23, to: archive)
        let code = try await refusal {
            try await store.archive(before: .max, to: FaultyArchive())
        }
        #expect(code == .archive)
        #expect(try store.reader.firstPosition() == 23)
        try expectDump(store)
        #expect(try await store.archive(before: .max, to: archive).count == 1)
        try expectDump(store)
        try verify(store)
    }

    @Test func aDumpOfAnotherPositionIsRefused() async throws {
        let store = try await fixture.openStoreWithRuns()
        let code = try await refusal {
            try await store.archive(
                before: .max, to: FaultyArchive(), base: { try testDump($0, at: $1 - 1) },
                isFinished: { RunMaker.isFinished($0) }, by: "a test")
        }
        #expect(code == .archive)
        #expect(try store.reader.firstPosition() == 1)
    }

    /// It was said to be archived, and the archive was lost before the events left the log.
    @Test(arguments: ["segment", "views", "part"])
    func nothingLeavesTheLogForAnArchiveThatHasLostSomething(kind: String) async throws {
        let store = try await fixture.openStoreWithRuns()
        let archiver = store.archiver(to: archive) { if $0 == .recorded { throw Killed() } }
        await #expect(throws: Killed.self) { try await archiver.archive(before: .max) }
        let names = try await archive.list()
        let name = try #require(names.first { $0.hasSuffix(".\(kind)") })
        archive.change(name) { $0[$0.count / 2] ^= 1 }
        let changed = try await refusal { try await store.archive(before: .max, to: archive) }
        #expect(changed == .archive)
        archive.remove(name)
        let lost = try await refusal { try await store.archive(before: .max, to: archive) }
        #expect(lost == .archive)
        #expect(try store.reader.firstPosition() == 1)
        try verify(store)
    }

    // MARK: Others meanwhile

    @Test func aSecondCommandAtTheSameTimeIsToldToTryLater() async throws {
        let store = try await fixture.openStoreWithRuns()
        let second = Mutex<EventLogError.Code?>(nil)
        let archive = FaultyArchive {
            let code = try await refusal {
                try await store.archive(before: .max, to: FaultyArchive())
            }
            second.withLock { $0 = code }
        }
        try await store.archive(before: .max, to: archive)
        #expect(second.withLock { $0 } == .busy)
        // It has been given back.
        #expect(try await store.archive(before: .max, to: archive).isEmpty)
        try verify(store)
    }

    @Test func appendsGoOnWhileALogIsArchived() async throws {
        let store = try await fixture.openStoreWithRuns()
        let make = Mutex(EventMaker(seed: Seed.value &+ 1))
        let archive = FaultyArchive {
            let events = make.withLock { $0.events(3) }
            _ = try await store.append(events, to: "run/new", expecting: .any)
        }
        let segments = try await store.archive(before: .max, to: archive)
        #expect(segments.map(\.range) == [1...64])
        #expect(try store.reader.events(ofStream: "run/new").count == 9)
        try verify(store)
    }

    // MARK: The disk

    @Test func anEventThatWasChangedIsNotArchived() async throws {
        _ = try await fixture.openStoreWithRuns()
        try fixture.withRawLog { try $0.change(.integer(30), in: "events") { $0[9] ^= 1 } }
        let store = try fixture.openStore()
        let code = try await refusal { try await store.archive(before: .max, to: archive) }
        #expect(code == .damaged)
        #expect(try await archive.list().isEmpty)
        #expect(try store.reader.firstPosition() == 1)
    }

    @Test func theCopyOfANoteIsNotBelievedIfItWasChanged() async throws {
        try await fixture.openStoreWithRuns().archive(before: .max, to: archive)
        let key = LogFile.segmentKey(first: 1)
        try fixture.withRawLog { try $0.change(key, in: "meta") { $0[60] ^= 1 } }
        let reader = try fixture.openReader()
        #expect(try await refusal { try reader.archivedSegments() } == .damaged)
    }

    /// Wherever it fails for want of room, what is there is whole, and more room lets it finish.
    @Test func aFullDiskLosesNothing() async throws {
        let before = try await fillAndArchive()
        let store = try fixture.openStore(mapSize: 1 << 24)
        _ = try await store.archiver(to: archive).archive(before: .max)
        #expect(try store.reader.firstPosition() > before.count)
        let events = try await store.allEvents(upTo: UInt64(before.count), with: archive)
        #expect(events == before)
        try verify(store)
    }

    private func fillAndArchive() async throws -> [RecordedEvent] {
        let store = try fixture.openStore(mapSize: 1 << 20)
        var make = RunMaker()
        var refused: EventLogError.Code?
        // Ever smaller, until not even one small event has room.
        for (round, size) in [4000, 400, 4].enumerated() {
            refused = nil
            for number in 0..<10_000 where refused == nil {
                let run = make.run(events: 25, size: size)
                refused = try await refusal {
                    try await store.append(
                        run, to: "run/\(round)-\(number)", expecting: .noStream)
                }
            }
            #expect(refused == .writeFailed)
        }
        let head = try store.reader.head().position
        let before = try await store.allEvents(upTo: head, with: archive)
        let code = try await refusal {
            try await store.archiver(to: archive, segmentSize: 100_000).archive(before: .max)
        }
        #expect(code == nil || code == .writeFailed)
        #expect(try await store.allEvents(upTo: head, with: archive) == before)
        try verify(store)
        return before
    }
}

/// Whether the call fails, in whatever way.
private func failure<Value>(of body: () async throws -> Value) async -> Bool {
    do {
        _ = try await body()
        return false
    } catch {
        return true
    }
}
