import Foundation
import LMDB
import Testing

#if canImport(Glibc)
    import Glibc
#endif

struct CopyTests {
    @Test func aCopyHoldsTheLastCommit() throws {
        let store = try TestStore()
        try store.put([7], for: (0..<1000).map { .integer($0) }, in: store.numbers)
        try store.put([8], for: [.name("a")], in: store.names)
        let folder = try TemporaryDirectory()
        try store.environment.copy(to: folder.url.path + "/data.mdb")
        // What comes later is not in it.
        try store.put([9], for: [.name("b")], in: store.names)

        let copy = try Environment(path: folder.url.path)
        let databases = try copy.openDatabases(
            [.init("names"), .init("numbers", keys: .integers)], create: false)
        let (names, numbers) = (databases[0], databases[1])
        let counts = try copy.read { transaction in
            [try transaction.count(of: names), try transaction.count(of: numbers)]
        }
        #expect(counts == [1, 1000])
        let value = try copy.read { try $0.value(for: .name("a"), in: names) }
        #expect(value == [8])
    }

    @Test func aFileThatIsThereIsNotReplaced() throws {
        let store = try TestStore()
        let folder = try TemporaryDirectory()
        let file = folder.url.path + "/data.mdb"
        try "a letter".write(toFile: file, atomically: false, encoding: .utf8)
        let error = #expect(throws: LMDBError.self) { try store.environment.copy(to: file) }
        #expect(error?.code == .system(EEXIST))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "a letter")
    }

    @Test func freedPagesAreLeftOut() throws {
        let store = try TestStore()
        let keys = (0..<20_000).map { Key.integer($0) }
        try store.put([UInt8](repeating: 1, count: 200), for: keys, in: store.numbers)
        try store.environment.write { transaction in
            for key in keys { try transaction.remove(key, in: store.numbers) }
            try transaction.commit()
        }
        let folder = try TemporaryDirectory()
        let file = folder.url.path + "/data.mdb"
        try store.environment.copy(to: file)
        let bytes = try #require(FileManager.default.contents(atPath: file)).count
        #expect(bytes < 1 << 20)
    }
}
