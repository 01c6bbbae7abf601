import Foundation
import Synchronization
import Testing

@testable import EventLog

/// An archive in memory that can be told to fail.
final class FaultyArchive: ArchiveStore {
    enum Fault: CaseIterable, Sendable {
        /// Nothing is stored, and an error says so.
        case putFails
        /// It is stored, and an error says that it may not be.
        case putLosesTheAnswer
        /// Success, but other bytes are stored.
        case putStoresOtherBytes
        /// Success, but nothing is stored.
        case putStoresNothing
    }

    struct Failure: Error {}

    private struct State {
        var objects: [String: [UInt8]] = [:]
        var fault: (Fault, put: Int)?
        var puts = 0
        var gets = 0
    }

    private let state = Mutex(State())
    /// Runs before each put.
    private let beforePut: @Sendable () async throws -> Void

    init(beforePut: @escaping @Sendable () async throws -> Void = {}) {
        self.beforePut = beforePut
    }

    let description = "the archive of a test"

    /// From now on, put number `put` (from 0) has a fault; `nil`: none has.
    func set(_ fault: Fault?, at put: Int = 0) {
        state.withLock {
            $0.fault = fault.map { ($0, put: put) }
            $0.puts = 0
        }
    }

    var puts: Int { state.withLock { $0.puts } }
    var gets: Int { state.withLock { $0.gets } }

    func change(_ name: String, _ body: (inout [UInt8]) -> Void) {
        state.withLock { body(&$0.objects[name]!) }
    }

    func remove(_ name: String) { state.withLock { _ = $0.objects.removeValue(forKey: name) } }

    func put(_ bytes: [UInt8], as name: String) async throws {
        try await beforePut()
        let fault = state.withLock { state -> Fault? in
            defer { state.puts += 1 }
            let fault = state.fault.flatMap { $0.put == state.puts ? $0.0 : nil }
            if fault == nil || fault == .putLosesTheAnswer { state.objects[name] = bytes }
            if fault == .putStoresOtherBytes { state.objects[name] = bytes + [0xff] }
            return fault
        }
        if fault == .putFails || fault == .putLosesTheAnswer { throw Failure() }
    }

    func get(_ name: String) async throws -> [UInt8]? {
        state.withLock {
            $0.gets += 1
            return $0.objects[name]
        }
    }

    func list() async throws -> [String] { state.withLock { $0.objects.keys.sorted() } }
}

/// Makes runs, of which the last event tells whether they have ended.
struct RunMaker {
    private static let finished = 38
    private var make: EventMaker

    init(seed: UInt64 = Seed.value) { make = EventMaker(seed: seed) }

    mutating func run(events count: Int, isFinished: Bool = true, size: Int = 40) -> [NewEvent] {
        let events = make.events(count, size: size)
        return events.enumerated().map { offset, event in
            let isLast = offset == count - 1
            return NewEvent(
                id: event.id, number: isLast && isFinished ? Self.finished : 20,
                payload: event.payload)
        }
    }

    static func isFinished(_ last: [RecordedEvent]) -> Bool {
        last.last?.record.number == finished
    }
}

/// A dump in two pieces that says what it is of.
func testDump(_ reader: EventReader, at position: UInt64) throws -> ArchiveBase {
    let root = try reader.root(ofSize: position)
    let pieces = Mutex([Array("position \(position), ".utf8), Array("root \(root)".utf8)])
    return ArchiveBase(position: position) {
        pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}

extension EventStore {
    func archiver(
        to store: any ArchiveStore, segmentSize: Int = SegmentFile.standardSize,
        batchSize: UInt64 = PayloadRemoval.standardBatchSize,
        onStep: @escaping @Sendable (ArchiveStep) throws -> Void = { _ in }
    ) -> Archiver {
        Archiver(
            log: self, store: store, base: { try testDump($0, at: $1) },
            isFinished: { RunMaker.isFinished($0) }, by: "a test", segmentSize: segmentSize,
            batchSize: batchSize, onStep: onStep)
    }

    @discardableResult
    func archive(
        before position: UInt64, to store: any ArchiveStore
    ) async throws
        -> [ArchivedSegment]
    {
        try await archiver(to: store).archive(before: position)
    }

    /// The dump that is kept beside the log, which `testDump` made.
    var keptDump: String? {
        FileManager.default.contents(atPath: directory.base)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// All events up to `position`, from the archive as far as they have left the log.
    func allEvents(
        upTo position: UInt64, with store: any ArchiveStore
    ) async throws -> [RecordedEvent] {
        let archived = ArchivedEvents(
            store, segments: try reader.archivedSegments(), reader: reader)
        let first = try reader.firstPosition()
        var events: [RecordedEvent] = []
        while UInt64(events.count) < position {
            let next = UInt64(events.count) + 1
            let batch =
                next < first
                ? try await archived.events(from: next, limit: Int(first - next))
                : try reader.events(from: next)
            try #require(!batch.isEmpty, "There is nothing from position \(next) on.")
            events += batch
        }
        return Array(events.prefix(Int(position)))
    }
}

extension Fixture {
    /// A log of three ended runs of `length` events each, and a lasting stream between them.
    func openStoreWithRuns(
        length: Int = 20, clock: LogClock = .system, mapSize: Int? = nil
    ) async throws -> EventStore {
        let store = try openStore(clock: clock, mapSize: mapSize)
        var make = RunMaker()
        for name in ["run/a", "run/b", "run/c"] {
            let events = make.run(events: length)
            _ = try await store.append(events, to: name, expecting: .noStream)
            _ = try await store.append(
                make.run(events: 1, isFinished: false), to: "schedules", expecting: .any)
        }
        return store
    }
}
