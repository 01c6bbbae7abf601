import DRTesting
import EventLog
import Foundation
import Testing

@testable import Projections

/// Views of a log whose beginning was archived.
struct ViewBaseTests {
    private let fixture = LogFixture()

    private var more: [ScriptedEvent] {
        History.events.map {
            ScriptedEvent($0.stream + "/again", number: $0.number, payload: $0.payload)
        }
    }

    private var archive: DirectoryArchive { DirectoryArchive(fixture.temporary.path + "/archive") }

    private func openStore() throws -> EventStore {
        let clock = TestClock()
        clock.advance(bySeconds: 1000)
        return try whenClosed { try EventStore(fixture.directory, clock: clock.log) }
    }

    private func archive(_ store: EventStore, before position: UInt64) async throws {
        let segments = try await store.archive(
            before: position, to: archive, base: { try ViewBase.dump($0, at: $1) },
            isFinished: { _ in true }, by: "ops")
        #expect(!segments.isEmpty)
        #expect(try store.reader.firstPosition() == position)
    }

    private func rows(_ reader: EventReader, upTo last: UInt64) throws -> [[[UInt8]]] {
        try Views.all.map { view in
            var folded = FoldedView(view)
            try folded.fold(reader, upTo: last)
            return folded.table.rows
        }
    }

    @Test func aDumpIsReadBackAsItWas() async throws {
        try await fixture.write(History.events + more)
        let reader = try fixture.openReader()
        let base = try ViewBase(of: Views.all, EventSource(reader), upTo: 30)
        let read = try ViewBase(bytes: base.bytes)
        #expect(read.position == 30)
        #expect(read.bytes == base.bytes)
        for view in Views.all {
            var fold = Fold([view], [RowTable()])
            try read.restore(view, in: &fold.tables[0])
            let position = try fold.add(EventSource(reader), after: 30, upTo: 43, batch: 3)
            var digest = ViewDigest(version: view.version)
            fold.tables[0].forEachRow { digest.add($0, $1) }
            var whole = FoldedView(view)
            try whole.fold(reader, upTo: 43)
            #expect(digest.value(at: position) == whole.digest, "\(view.name)")
        }
    }

    @Test func aChangedDumpIsRefused() async throws {
        try await fixture.write(History.events)
        let reader = try fixture.openReader()
        let bytes = try ViewBase(of: Views.all, EventSource(reader), upTo: 22).bytes
        for index in stride(from: bytes.count - 1, through: 0, by: -(bytes.count / 40)) {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(throws: ViewError.self, "byte \(index)") {
                try ViewBase(bytes: changed).checkFits(reader)
            }
        }
        for count in [0, 10, bytes.count / 2, bytes.count - 1] {
            #expect(throws: ViewError.self) { try ViewBase(bytes: Array(bytes.prefix(count))) }
        }
        #expect(throws: ViewError.self) { try ViewBase(bytes: bytes + [0]) }
    }

    @Test func aDumpOfAnotherLogIsRefused() async throws {
        try await fixture.write(History.events)
        let base = try ViewBase(
            of: Views.all, EventSource(fixture.openReader()), upTo: 22)
        let other = LogFixture()
        try await other.write(History.events)
        #expect(throws: ViewError.self) { try base.checkFits(other.openReader()) }
    }

    @Test func tablesAreTheSameAfterTheBeginningLeftTheLog() async throws {
        try await fixture.write(History.events + more)
        let store = try openStore()
        let before = try rows(store.reader, upTo: 43)
        let document = try TestDocument.json(ofTest: History.firstID, store.reader)
        try await archive(store, before: 23)
        #expect(try rows(store.reader, upTo: 43) == before)
        #expect(try TestDocument.json(ofTest: History.firstID, store.reader) == document)
        #expect(throws: EventLogError.self) { try rows(store.reader, upTo: 21) }
    }

    @Test func aSecondDumpGoesOnFromTheFirst() async throws {
        try await fixture.write(History.events + more)
        let store = try openStore()
        let before = try rows(store.reader, upTo: 43)
        try await archive(store, before: 23)
        try await archive(store, before: 44)
        #expect(try rows(store.reader, upTo: 43) == before)
    }

    @Test func tablesAreBuiltFromTheArchiveAndWithoutItAlike() async throws {
        try await fixture.write(History.events + more)
        let log = try openStore()
        try await archive(log, before: 23)
        let archived = ArchivedEvents(
            archive, segments: try log.reader.archivedSegments(), reader: log.reader)
        let old = try await archived.events(from: 1, limit: 1000)
        #expect(old.map(\.position) == Array(1...22))
        let views = try whenClosed { try ViewStore(log.reader) }
        try views.rebuild(Views.all)
        let without = try Views.all.map { try views.digest($0) }
        try views.rebuild(
            Views.all,
            archive: { position, limit in
                Array(old.filter { $0.position >= position }.prefix(limit))
            })
        #expect(try Views.all.map { try views.digest($0) } == without)
        // It has to come from somewhere.
        let files = FileManager.default
        try files.removeItem(atPath: fixture.directory.path + "/views.base")
        #expect(throws: EventLogError.self) { try views.rebuild(Views.all) }
        #expect(try Views.all.map { try views.digest($0) } == without)
        #expect(throws: ViewError.self) { try views.rebuild(Views.all, archive: { _, _ in [] }) }
    }
}
