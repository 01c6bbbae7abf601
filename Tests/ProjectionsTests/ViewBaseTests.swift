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

    /// The bytes of a dump of all views.
    private func dump(
        _ reader: EventReader, at position: UInt64, archive: EventSource.Archive? = nil
    ) throws -> [UInt8] {
        let dump = try BaseDump(of: Views.all, at: position, reader, archive: archive)
        var bytes: [UInt8] = []
        while let piece = try dump.next() { bytes += piece }
        return bytes
    }

    private func read(_ bytes: [UInt8]) throws -> ViewBase { try ViewBase(Data(bytes)) }

    @Test func aDumpIsReadBackAsItWas() async throws {
        try await fixture.write(History.events + more)
        let reader = try fixture.openReader()
        let base = try read(dump(reader, at: 30))
        #expect(base.position == 30)
        try base.checkFits(reader)
        for view in Views.all {
            var fold = Fold([view], [RowTable()])
            try base.restore(view, in: &fold.tables[0])
            let position = try fold.add(EventSource(reader), after: 30, upTo: 43, batch: 3)
            var digest = ViewDigest(version: view.version)
            fold.tables[0].forEachRow { digest.add($0, $1) }
            var whole = FoldedView(view)
            try whole.fold(reader, upTo: 43)
            #expect(digest.value(at: position) == whole.digest, "\(view.name)")
        }
    }

    @Test func aDumpThatIsMadeLeavesNothingBehind() async throws {
        try await fixture.write(History.events)
        let reader = try fixture.openReader()
        let before = try contents()
        let dump = try BaseDump(of: Views.all, at: 22, reader)
        #expect(try contents() == before)
        _ = try dump.next()
        #expect(try contents() == before)
    }

    private func contents() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path).sorted()
    }

    @Test func aDumpOfWhatIsNotThereYetIsRefused() async throws {
        try await fixture.write(History.events)
        let reader = try fixture.openReader()
        #expect(throws: ViewError.self) { try BaseDump(of: Views.all, at: 23, reader) }
    }

    @Test func aChangedDumpIsRefused() async throws {
        try await fixture.write(History.events)
        let reader = try fixture.openReader()
        let bytes = try dump(reader, at: 22)
        for index in stride(from: bytes.count - 1, through: 0, by: -(bytes.count / 40)) {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(throws: ViewError.self, "byte \(index)") {
                try read(changed).checkFits(reader)
            }
        }
        // What is not rows: the head, and of each view its name, its version and its digest.
        for index in 0..<77 {
            var changed = bytes
            changed[index] ^= 0x80
            #expect(throws: ViewError.self, "byte \(index)") { try read(changed) }
        }
        for count in [0, 10, bytes.count / 2, bytes.count - 1] {
            #expect(throws: ViewError.self) { try read(Array(bytes.prefix(count))) }
        }
        #expect(throws: ViewError.self) { try read(bytes + [0]) }
    }

    @Test func aDumpOfAnotherLogIsRefused() async throws {
        try await fixture.write(History.events)
        let base = try read(dump(fixture.openReader(), at: 22))
        let other = LogFixture()
        try await other.write(History.events)
        #expect(throws: ViewError.self) { try base.checkFits(other.openReader()) }
    }

    /// As after an update of the program: then it is made from the archive.
    @Test func aDumpThatLacksAViewIsMadeAnewFromTheArchive() async throws {
        try await fixture.write(History.events + more)
        let store = try openStore()
        let whole = try dump(store.reader, at: 43)
        try await archive(store, before: 23)
        let older = try BaseDump(of: Array(Views.all.dropLast()), at: 22, store.reader)
        var bytes: [UInt8] = []
        while let piece = try older.next() { bytes += piece }
        try Data(bytes).write(to: URL(filePath: store.directory.base))

        #expect(throws: ViewError(.notInBase, "")) { try rows(store.reader, upTo: 43) }
        #expect(throws: ViewError(.notInBase, "")) { try ViewBase.dump(store.reader, at: 43) }
        let archived = ArchivedEvents(
            archive, segments: try store.reader.archivedSegments(), reader: store.reader)
        let reader = store.reader
        let again = try await Folding.run {
            let dump = try BaseDump(
                of: Views.all, at: 43, reader, archive: archived.forFolding)
            var bytes: [UInt8] = []
            while let piece = try dump.next() { bytes += piece }
            return bytes
        }
        #expect(again == whole)
        // And this one is taken by the next command.
        let head = try reader.head().position
        #expect(head == 44)
        let segments = try await store.archive(
            before: 44, to: archive,
            base: { try ViewBase.dump($0, at: $1, archive: archived.forFolding) },
            isFinished: { _ in true }, by: "ops")
        #expect(segments.map(\.last) == [43])
        #expect(try Data(contentsOf: URL(filePath: store.directory.base)) == Data(whole))
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

    @Test func theMomentsBeforeAreSeenWithTheArchive() async throws {
        try await fixture.write(History.events + more)
        let store = try openStore()
        let moments: [UInt64] = [5, 21, 22, 30, 43]
        let before = try moments.map { try rows(store.reader, upTo: $0) }
        try await archive(store, before: 23)
        let reader = store.reader
        let archived = ArchivedEvents(
            archive, segments: try reader.archivedSegments(), reader: reader)
        let after = try await Folding.run {
            try moments.map { position in
                try Views.all.map { view -> [[UInt8]] in
                    var folded = FoldedView(view)
                    try folded.fold(reader, archive: archived.forFolding, upTo: position)
                    return folded.table.rows
                }
            }
        }
        #expect(after == before)
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
        try files.removeItem(atPath: fixture.directory.base)
        #expect(throws: EventLogError.self) { try views.rebuild(Views.all) }
        #expect(try Views.all.map { try views.digest($0) } == without)
        #expect(throws: ViewError.self) { try views.rebuild(Views.all, archive: { _, _ in [] }) }
    }
}
