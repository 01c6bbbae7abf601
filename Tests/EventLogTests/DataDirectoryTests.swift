import Foundation
import LMDB
import Merkle
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

struct DataDirectoryTests {
    private let fixture = Fixture()

    private var path: String { fixture.directory.path }
    private var dataFile: String { fixture.directory.log + "/data.mdb" }

    @Test func aNewLogIsItsOwnersAlone() async throws {
        let store = try await fixture.openStore(withEvents: 1)
        _ = try await store.signCheckpoint(outside: fixture.outside)
        let directory = store.directory
        for folder in [
            path, directory.log, directory.views, directory.keys, directory.runs,
            directory.reports, fixture.outside.directory,
        ] {
            #expect(try mode(of: folder) == 0o700, "\(folder)")
        }
        let keys = try FileManager.default.contentsOfDirectory(atPath: directory.keys).sorted()
        #expect(keys == ["checkpoint.key", "checkpoint.pub", "sign.lock"])
        for file in keys.map({ directory.keys + "/" + $0 }) + [dataFile, directory.turnstile] {
            #expect(try mode(of: file) == 0o600, "\(file)")
        }
        try verify(store, outside: fixture.outside)
    }

    @Test(arguments: ["letter.txt", "folder/letter.txt", "log/letter.txt", ".hidden"])
    func aDirectoryWithOtherThingsIsRefusedAndLeftAsItIs(file: String) throws {
        try write("Dear reader", to: "\(path)/\(file)")
        let before = try contents(ofFolder: path)
        let error = #expect(throws: EventLogError.self) { try EventStore(fixture.directory) }
        let look = #expect(throws: EventLogError.self) { try fixture.directory.checkUsable() }
        #expect([error?.code, look?.code] == [.notOurs, .notOurs])
        #expect(try contents(ofFolder: path) == before)
    }

    @Test func lookingWhetherADirectoryCanBeUsedMakesNothing() throws {
        try fixture.directory.checkUsable()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aDatabaseOfSomethingElseIsRefusedAndLeftAsItIs() throws {
        try makeForeignDatabase()
        let before = FileManager.default.contents(atPath: dataFile)
        let error = #expect(throws: EventLogError.self) { try EventStore(fixture.directory) }
        #expect(error?.code == .notOurs)
        #expect(FileManager.default.contents(atPath: dataFile) == before)
    }

    @Test func aDatabaseOfSomethingElseIsNotReadAsALog() throws {
        try makeForeignDatabase()
        let error = #expect(throws: EventLogError.self) { try EventReader(fixture.directory) }
        #expect(error?.code == .notOurs)
    }

    @Test func aFileThatIsNoDatabaseIsRefusedAndLeftAsItIs() throws {
        let original = String(repeating: "not a database ", count: 1000)
        try write(original, to: dataFile)
        let writing = #expect(throws: EventLogError.self) { try EventStore(fixture.directory) }
        let reading = #expect(throws: EventLogError.self) { try EventReader(fixture.directory) }
        #expect([writing?.code, reading?.code] == [.notOurs, .notOurs])
        #expect(try text(ofFile: dataFile) == original)
    }

    @Test func aLogOfANewerFormatIsRefusedAndLeftAsItIs() async throws {
        try await buildSmallLog()
        try fixture.withRawLog { log in
            try log.put(UInt64(2).bigEndianBytes, for: .name("format"), in: "meta")
        }
        let before = FileManager.default.contents(atPath: dataFile)
        let writing = #expect(throws: EventLogError.self) { try fixture.openStore() }
        let reading = #expect(throws: EventLogError.self) { try fixture.openReader() }
        #expect([writing?.code, reading?.code] == [.notOurs, .notOurs])
        #expect(FileManager.default.contents(atPath: dataFile) == before)
    }

    /// Its key is still there.
    @Test(arguments: [true, false])
    func aLogThatIsGoneIsNotReplacedByANewOne(isFolderLeft: Bool) async throws {
        try await buildSmallLog()
        try fixture.withRawLog { _ in }
        let lost = isFolderLeft ? dataFile : fixture.directory.log
        try FileManager.default.removeItem(atPath: lost)
        let before = try contents(ofFolder: path)
        let writing = #expect(throws: EventLogError.self) { try EventStore(fixture.directory) }
        let reading = #expect(throws: EventLogError.self) { try EventReader(fixture.directory) }
        let look = #expect(throws: EventLogError.self) { try fixture.directory.checkUsable() }
        #expect([writing?.code, reading?.code, look?.code] == [.damaged, .damaged, .damaged])
        #expect(try contents(ofFolder: path) == before)
    }

    @Test func anEmptyDirectoryHasNoLogToRead() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let error = #expect(throws: EventLogError.self) { try EventReader(fixture.directory) }
        #expect(error?.code == .noLog)
        #expect(try contents(ofFolder: path).isEmpty)
    }

    @Test func readingDoesNotMakeADirectory() {
        let error = #expect(throws: EventLogError.self) { try EventReader(fixture.directory) }
        #expect(error?.code == .noLog)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aLogIsReadWithoutAStore() async throws {
        try await buildSmallLog()
        let reader = try fixture.openReader()
        #expect(try reader.head().position == 4)
        #expect(try reader.events(from: 1).count == 4)
        let verifier = LogVerifier(reader, outside: nil)
        #expect(try verifier.verify().isClean)
    }

    @Test func aSecondStoreOfOneDirectoryInAProcessIsRefused() async throws {
        let store = try await fixture.openStore(withEvents: 1)
        #expect(throws: (any Error).self) { try EventStore(fixture.directory) }
        var make = EventMaker(seed: Seed.value &+ 1)
        let receipt = try await store.append(make.events(1), to: "run/b", expecting: .noStream)
        #expect(receipt.firstPosition == 3)
        try verify(store)
    }

    @Test func aRelativePathIsMadeAbsolute() {
        let current = FileManager.default.currentDirectoryPath
        #expect(DataDirectory("some/folder").path == current + "/some/folder")
        #expect(DataDirectory("/some/folder").path == "/some/folder")
    }

    private func buildSmallLog() async throws {
        let store = try await fixture.openStore(withEvents: 3)
        try verify(store)
    }

    private func makeForeignDatabase() throws {
        let folder = fixture.directory.log
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let environment = try LMDB.Environment(path: folder)
        let things = try environment.openDatabases([.init("things")], create: true)[0]
        try environment.write { transaction in
            try transaction.put([1, 2, 3], for: .name("thing"), in: things)
            try transaction.commit()
        }
    }

    private func write(_ text: String, to file: String) throws {
        let folder = String(file[..<file.lastIndex(of: "/")!])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: false, encoding: .utf8)
    }

    private func mode(of path: String) throws -> UInt32 {
        var status = stat()
        let result = stat(path, &status)
        try #require(result == 0, "\(path)")
        return status.st_mode & 0o777
    }
}
