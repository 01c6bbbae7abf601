import Foundation
import LMDB
import Merkle
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

/// A copy of a log that can take its place.
struct BackupTests {
    private let fixture = Fixture()

    private var target: String { fixture.path + "/backup" }

    @Test func aBackupOfALogInUseIsTheLog() async throws {
        let store = try await fixture.openStore(withEvents: 600)
        _ = try await store.signCheckpoint(outside: fixture.outside)
        var positions: [UInt64] = []
        let report = try store.reader.backup(to: target) { positions.append($0) }
        #expect(report.path == target)
        #expect(report.size == 601)
        #expect(try report.root == store.reader.root(ofSize: 601))
        #expect(positions.last == 601)
        let file = try #require(FileManager.default.contents(atPath: target + "/log/data.mdb"))
        #expect(report.byteCount == UInt64(file.count))
        var make = EventMaker(seed: Seed.value &+ 1)
        _ = try await store.append(make.events(5), to: "run/b", expecting: .noStream)
        try verify(store, outside: fixture.outside)
        try await checkCopy(size: 601)
    }

    /// It verifies, pages and all, is found by the head outside to be the log, and goes on.
    private func checkCopy(size: UInt64) async throws {
        let directory = DataDirectory(target)
        let pages = try whenClosed { try PageWalker(directory).walk() }
        #expect(pages.problems == [])
        let store = try whenClosed { try EventStore(directory) }
        #expect(try store.reader.head().position == size)
        #expect(try store.reader.objection(to: fixture.outside) == nil)
        var make = EventMaker(seed: Seed.value &+ 2)
        _ = try await store.append(make.events(5), to: "run/c", expecting: .noStream)
        let signed = try await store.signCheckpoint(outside: nil)
        #expect(signed.size == size + 5)
        try verify(store, outside: fixture.outside)
    }

    @Test func aBackupIsItsOwnersAloneAndHasTheKeys() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        _ = try store.reader.backup(to: target)
        let keys = try FileManager.default.contentsOfDirectory(atPath: target + "/keys").sorted()
        #expect(keys == ["checkpoint.key", "checkpoint.pub"])
        for name in keys {
            let copied = try text(ofFile: "\(target)/keys/\(name)")
            #expect(try copied == text(ofFile: "\(fixture.directory.keys)/\(name)"))
            #expect(mode(of: "\(target)/keys/\(name)") == 0o600)
        }
        #expect(mode(of: target + "/log/data.mdb") == 0o600)
        for folder in ["", "/log", "/keys"] { #expect(mode(of: target + folder) == 0o700) }
        let files = try FileManager.default.contentsOfDirectory(atPath: target + "/log")
        #expect(!files.contains { $0.hasSuffix(".tmp") })
        try verify(store)
    }

    @Test func whatTheViewsSaidIsCopiedWhereTheBeginningIsArchived() async throws {
        let store = try await fixture.openStoreWithRuns()
        try await store.archive(before: .max, to: FaultyArchive())
        _ = try store.reader.backup(to: target)
        let copied = try text(ofFile: target + "/views.base")
        #expect(copied == store.keptDump)
        #expect(mode(of: target + "/views.base") == 0o600)
        try verify(store)
    }

    @Test func aBackupWhileEventsAreArchivedIsToBeMadeLater() async throws {
        let store = try await fixture.openStoreWithRuns()
        let target = target
        let archive = FaultyArchive {
            let code = try await refusal { try store.reader.backup(to: target) }
            #expect(code == .busy)
        }
        try await store.archive(before: .max, to: archive)
        // Nothing was left there.
        _ = try store.reader.backup(to: target)
        try verify(store)
    }

    @Test(arguments: ["/backup", "/data/backup", "/data", "/data/../data/reports/b"])
    func aFolderThatIsNotFreeIsLeftAsItIs(folder: String) async throws {
        let store = try await fixture.openStore(withEvents: 3)
        let path = fixture.path + "/backup"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try "Dear reader".write(toFile: path + "/letter", atomically: false, encoding: .utf8)
        let before = try FileManager.default.subpathsOfDirectory(atPath: fixture.path).sorted()
        let error = #expect(throws: EventLogError.self) {
            try store.reader.backup(to: fixture.path + folder)
        }
        #expect(error?.code == .notOurs)
        let after = try FileManager.default.subpathsOfDirectory(atPath: fixture.path).sorted()
        #expect(after == before)
        try verify(store)
    }

    @Test func anEmptyFolderIsUsed() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        #expect(try store.reader.backup(to: target).size == 4)
        try verify(store)
    }

    @Test func aDamagedLogGivesNoBackupToRelyOn() async throws {
        try await build()
        try fixture.withRawLog { log in
            try log.change(.integer(20), in: "events") { $0[$0.count - 1] ^= 1 }
        }
        let reader = try fixture.openReader()
        let error = #expect(throws: EventLogError.self) { try reader.backup(to: target) }
        #expect(error?.code == .damaged)
    }

    @Test func aLogWithoutReadableKeysGivesNoBackup() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        try FileManager.default.removeItem(atPath: fixture.directory.keys)
        let error = #expect(throws: EventLogError.self) { try store.reader.backup(to: target) }
        #expect(error?.code == .key)
        #expect(!DataDirectory(target).hasLog)
    }

    private func build() async throws {
        let store = try await fixture.openStore(withEvents: 40)
        try verify(store)
    }

    private func mode(of path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
}
