import DRTesting
import EventLog
import Foundation
import Merkle
import Synchronization
import Testing

@testable import Projections

/// The views after something went wrong with them or with the log.
@Suite(.serialized)
struct ViewStoreRecoveryTests {
    private let fixture = LogFixture()

    private func withViews<Result>(
        of fixture: LogFixture, _ body: (ViewStore, EventReader) throws -> Result
    ) throws -> Result {
        let reader = try fixture.openReader()
        let store = try whenClosed { try ViewStore(reader) }
        return try body(store, reader)
    }

    private func digest(_ view: any ReadModel.Type, _ reader: EventReader) throws -> MerkleHash {
        var folded = FoldedView(view)
        try folded.fold(reader, upTo: reader.head().position)
        return folded.digest
    }

    /// Brings all views up to date, and expects them to be those of the log.
    private func expectCaughtUp(_ fixture: LogFixture) throws {
        try withViews(of: fixture) { (store, reader) throws in
            for view in Views.all {
                try store.catchUp(view)
                let expected = try digest(view, reader)
                #expect(try store.digest(view) == expected, "\(view.name)")
            }
        }
    }

    /// Puts the log of another directory in the place of a log. Nothing may be open.
    private func replaceLog(of fixture: LogFixture, by other: LogFixture) throws {
        // When both can be opened, nobody else has them open.
        for closed in [fixture, other] { _ = try closed.openReader().logID }
        let files = FileManager.default
        try files.removeItem(atPath: fixture.directory.log)
        try files.copyItem(atPath: other.directory.log, toPath: fixture.directory.log)
    }

    // MARK: Another log

    @Test func viewsOfAnotherLogAreBuiltAnew() async throws {
        try await fixture.write(History.events)
        try expectCaughtUp(fixture)
        let other = LogFixture()
        try await other.write(Array(History.events.dropLast(5)))
        try replaceLog(of: fixture, by: other)
        try expectCaughtUp(fixture)
    }

    /// One log that went on in two ways, as after an older copy was put back and used.
    @Test(arguments: [1, 21])
    func viewsOfAnotherPastAreBuiltAnew(common count: Int) async throws {
        let common = Array(History.events.prefix(count))
        try await fixture.write(common)
        let other = LogFixture()
        try FileManager.default.createDirectory(
            atPath: other.directory.path, withIntermediateDirectories: true)
        _ = try fixture.openReader().logID
        for folder in ["log", "keys"] {
            try FileManager.default.copyItem(
                atPath: fixture.directory.path + "/" + folder,
                toPath: other.directory.path + "/" + folder)
        }
        try await fixture.write(more("here"), after: 100)
        try expectCaughtUp(fixture)
        try await other.write(more("there"), after: 100)
        #expect(try fixture.openReader().logID == other.openReader().logID)
        try replaceLog(of: fixture, by: other)
        try expectCaughtUp(fixture)
    }

    @Test func viewsOfALogThatWasLongerAreBuiltAnew() async throws {
        try await fixture.write(Array(History.events.prefix(10)))
        let shorter = LogFixture()
        try FileManager.default.createDirectory(
            atPath: shorter.directory.path, withIntermediateDirectories: true)
        _ = try fixture.openReader().logID
        try FileManager.default.copyItem(
            atPath: fixture.directory.log, toPath: shorter.directory.log)
        try await fixture.write(more("here"), after: 100)
        try expectCaughtUp(fixture)
        try replaceLog(of: fixture, by: shorter)
        try expectCaughtUp(fixture)
    }

    private func more(_ name: String) -> [ScriptedEvent] {
        History.events.map {
            ScriptedEvent("\($0.stream)/\(name)", number: $0.number, payload: $0.payload)
        }
    }

    // MARK: Restarts

    @Test func viewsOfAnotherBootAreThrownAway() async throws {
        try await fixture.write(History.events)
        try expectCaughtUp(fixture)
        let mark = fixture.directory.views + "/boot"
        let boot = try #require(FileManager.default.contents(atPath: mark))
        #expect(!boot.isEmpty)
        try withViews(of: fixture) { (store, _) throws in
            #expect(try store.head(of: TestsView.self)?.position == 22)
        }
        for other in [Data("another boot\n".utf8), Data()] {
            try other.write(to: URL(filePath: mark))
            try withViews(of: fixture) { (store, _) throws in
                #expect(try store.head(of: TestsView.self) == nil)
            }
            #expect(FileManager.default.contents(atPath: mark) == boot)
            try expectCaughtUp(fixture)
        }
    }

    @Test func aFileWithoutAMarkIsThrownAwayBeforeItIsOpened() async throws {
        try await fixture.write(History.events)
        try expectCaughtUp(fixture)
        try FileManager.default.removeItem(atPath: fixture.directory.views + "/boot")
        // What a power cut may leave: LMDB must not see it.
        let garbage = Data(repeating: 0xa5, count: 100_000)
        try garbage.write(to: URL(filePath: fixture.directory.views + "/data.mdb"))
        try expectCaughtUp(fixture)
    }

    // MARK: Builds that broke off

    @Test func aRebuildThatBrokeOffLeavesTheOldRows() async throws {
        try await writeMoreThanOneBatch()
        try withViews(of: fixture) { (store, reader) throws in
            try store.catchUp(BreakableView.self)
            let head = try store.head(of: BreakableView.self)
            BreakableView.breakAt(4300)
            defer { BreakableView.breakAt(nil) }
            #expect(throws: BreakableView.Broken.self) { try store.rebuild(BreakableView.self) }
            #expect(try store.head(of: BreakableView.self) == head)
            BreakableView.breakAt(nil)
            let expected = try digest(BreakableView.self, reader)
            #expect(try store.digest(BreakableView.self) == expected)
            try store.rebuild(BreakableView.self)
            #expect(try store.digest(BreakableView.self) == expected)
        }
    }

    @Test func whatABrokenBuildLeftDoesNotGetIntoTheNext() async throws {
        try await writeMoreThanOneBatch()
        try withViews(of: fixture) { (store, reader) throws in
            BreakableView.breakAt(4300)
            defer { BreakableView.breakAt(nil) }
            // There was no view before, so its rows are those of the first generation.
            #expect(throws: BreakableView.Broken.self) { try store.rebuild(BreakableView.self) }
            BreakableView.breakAt(nil)
            try store.catchUp(BreakableView.self)
            let expected = try digest(BreakableView.self, reader)
            #expect(try store.digest(BreakableView.self) == expected)
        }
    }

    /// A build stores 4,000 events at once.
    private func writeMoreThanOneBatch() async throws {
        let logs = Array(repeating: TestEvent.logRecorded(LogRecorded()), count: 4500)
        try await fixture.writeAtOnce(logs, to: "run/a", after: 1)
    }
}

/// Counts events, and breaks at a position when told so. Only one test at a time may use it.
enum BreakableView: ReadModel {
    struct Broken: Error {}

    static let name = "breakable"
    static let version: UInt8 = 1

    private static let position = Mutex<UInt64?>(nil)

    static func breakAt(_ position: UInt64?) { self.position.withLock { $0 = position } }

    static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        if record.position == position.withLock({ $0 }) { throw Broken() }
        let count = try rows.value([0x63]).map { RowKey.number($0) } ?? 0
        try rows.put(RowKey.bigEndian(count + 1), [0x63])
        try rows.put(Array("\(record.position)".utf8), RowKey.row(count + 1))
    }
}
