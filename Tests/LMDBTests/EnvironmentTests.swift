import Foundation
import LMDB
import Testing

#if canImport(Glibc)
    import Glibc
#endif

struct EnvironmentTests {
    private func code(
        ofOpening path: String, _ options: Environment.Options = .init()
    ) -> LMDBError.Code? {
        do throws(LMDBError) {
            _ = try Environment(path: path, options: options)
            return nil
        } catch {
            return error.code
        }
    }

    private var readOnly: Environment.Options {
        var options = Environment.Options()
        options.readOnly = true
        return options
    }

    private func write(_ value: [UInt8], in environment: Environment) throws {
        let databases = try environment.openDatabases([.init("names")], create: true)
        try environment.write { transaction in
            try transaction.put(value, for: .name("key"), in: databases[0])
            try transaction.commit()
        }
    }

    private func value(in environment: Environment) throws -> [UInt8]? {
        let databases = try environment.openDatabases([.init("names")], create: false)
        return try environment.read { transaction in
            try transaction.value(for: .name("key"), in: databases[0])
        }
    }

    @Test func aDirectoryIsOpenOnceInAProcess() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.url.path)
        #expect(code(ofOpening: environment.path) == .alreadyOpen)
        #expect(code(ofOpening: environment.path, readOnly) == .alreadyOpen)
        try write([1], in: environment)
        #expect(try value(in: environment) == [1])
    }

    @Test func anotherPathOfAnOpenDirectoryIsRefused() throws {
        let directory = try TemporaryDirectory()
        let data = directory.url.appending(path: "data")
        let link = directory.url.appending(path: "link")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: data)
        let environment = try Environment(path: data.path)
        for path in [link.path, link.path + "/", data.path + "/", data.path + "/../data/."] {
            #expect(code(ofOpening: path) == .alreadyOpen, "\(path)")
        }
        #expect(environment.path == data.path)
    }

    @Test func twoDirectoriesAreOpenAtOnce() throws {
        let (one, other) = (try TestStore(), try TestStore())
        try one.put([1], for: [.name("a")], in: one.names)
        try other.put([2], for: [.name("a")], in: other.names)
        #expect(try one.value(for: .name("a"), in: one.names) == [1])
        #expect(try other.value(for: .name("a"), in: other.names) == [2])
    }

    @Test func whatWasClosedIsOpenedAgainWithItsContents() throws {
        let directory = try TemporaryDirectory()
        for value in UInt8(1)...3 {
            let environment = try Environment(path: directory.url.path)
            if value > 1 { #expect(try self.value(in: environment) == [value - 1]) }
            try write([value], in: environment)
        }
        let environment = try Environment(path: directory.url.path)
        #expect(try value(in: environment) == [3])
    }

    @Test func itsFilesAreForTheirOwnerOnly() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.url.path)
        for name in ["data.mdb", "lock.mdb"] {
            var status = stat()
            let result = stat(environment.path + "/" + name, &status)
            let permissions = status.st_mode & 0o777
            #expect(result == 0 && permissions == 0o600, "\(name)")
        }
    }

    @Test(arguments: [
        Data("not a database".utf8), Data(count: 8192), Data(repeating: 0xff, count: 4000),
        Data(repeating: 0xff, count: 8192), Data(repeating: 0x61, count: 100_000),
    ])
    func aFileOfSomethingElseIsRefusedAndLeftAsItIs(_ contents: Data) throws {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "data.mdb")
        try contents.write(to: file)
        #expect(code(ofOpening: directory.url.path) == .invalid)
        #expect(code(ofOpening: directory.url.path, readOnly) == .invalid)
        #expect(try Data(contentsOf: file) == contents)

        try FileManager.default.removeItem(at: file)
        #expect(code(ofOpening: directory.url.path) == nil)
    }

    @Test func aFileOfAnotherFormatIsRefusedAndLeftAsItIs() throws {
        let directory = try TemporaryDirectory()
        #expect(code(ofOpening: directory.url.path) == nil)
        let file = directory.url.appending(path: "data.mdb")
        var contents = try Data(contentsOf: file)
        // The version follows the header of the page and four bytes that mark an LMDB file.
        contents[20] = 0x7f
        try contents.write(to: file)
        #expect(code(ofOpening: directory.url.path) == .versionMismatch)
        #expect(try Data(contentsOf: file) == contents)
    }

    @Test func aMissingDirectoryIsAnErrorOfTheSystem() throws {
        let directory = try TemporaryDirectory()
        let missing = directory.url.appending(path: "missing").path
        #expect(code(ofOpening: missing) == .system(ENOENT))
        #expect(!FileManager.default.fileExists(atPath: missing))
    }

    @Test func aFileInPlaceOfTheDirectoryIsAnErrorOfTheSystem() throws {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "file")
        try Data("text".utf8).write(to: file)
        #expect(code(ofOpening: file.path) == .system(ENOTDIR))
    }

    @Test func anErrorNamesThePath() throws {
        let error = #expect(throws: LMDBError.self) { try Environment(path: "/nowhere/at/all") }
        #expect(error?.description.contains("/nowhere/at/all") == true)
    }

    @Test func aReadOnlyEnvironmentReadsAndDoesNotWrite() throws {
        let directory = try TemporaryDirectory()
        try write([1], in: Environment(path: directory.url.path))
        let environment = try Environment(path: directory.url.path, options: readOnly)
        #expect(environment.isReadOnly)
        #expect(try value(in: environment) == [1])
        let error = #expect(throws: LMDBError.self) {
            try environment.write { transaction in try transaction.commit() }
        }
        #expect(error?.code == .system(EACCES))
        let created = #expect(throws: LMDBError.self) {
            try environment.openDatabases([.init("new")], create: true)
        }
        #expect(created?.code == .system(EACCES))
        #expect(try value(in: environment) == [1])
    }

    @Test func aReadOnlyEnvironmentCreatesNothing() throws {
        let directory = try TemporaryDirectory()
        #expect(code(ofOpening: directory.url.path, readOnly) == .system(ENOENT))
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.url.path)
        #expect(!names.contains("data.mdb"))
    }
}
