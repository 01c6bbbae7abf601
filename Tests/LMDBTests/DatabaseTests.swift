import Foundation
import LMDB
import Testing

struct DatabaseTests {
    @Test func aDatabaseThatDoesNotExistIsNotFound() throws {
        let store = try TestStore()
        let error = #expect(throws: LMDBError.self) {
            try store.environment.openDatabases([.init("other")], create: false)
        }
        #expect(error?.code == .notFound)
    }

    @Test func afterADatabaseIsNotFoundTheOthersCanBeOpened() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.url.path)
        _ = try environment.openDatabases([.init("one")], create: true)
        for _ in 0..<2 {
            let error = #expect(throws: LMDBError.self) {
                try environment.openDatabases([.init("one"), .init("two")], create: false)
            }
            #expect(error?.code == .notFound)
        }
        let both = try environment.openDatabases([.init("one"), .init("two")], create: true)
        #expect(both.map(\.name) == ["one", "two"])
    }

    @Test func databasesComeInTheOrderAskedFor() throws {
        let store = try TestStore()
        let again = try store.environment.openDatabases(
            [.init("numbers", keys: .integers), .init("names")], create: false)
        #expect(again.map(\.name) == ["numbers", "names"])
        #expect(again.map(\.keys) == [.integers, .bytes])
    }

    @Test func openingADatabaseAgainGivesTheSameContents() throws {
        let store = try TestStore()
        try store.put([7], for: [.name("a")], in: store.names)
        let again = try store.environment.openDatabases([.init("names")], create: true)
        #expect(try store.value(for: .name("a"), in: again[0]) == [7])
    }

    @Test func databasesDoNotShareTheirKeys() throws {
        let store = try TestStore()
        let other = try store.environment.openDatabases([.init("other")], create: true)[0]
        try store.put([1], for: [.name("a")], in: store.names)
        try store.put([2], for: [.name("a")], in: other)
        #expect(try store.value(for: .name("a"), in: store.names) == [1])
        #expect(try store.value(for: .name("a"), in: other) == [2])
    }

    @Test func moreDatabasesThanAllowedAreRefused() throws {
        let directory = try TemporaryDirectory()
        var options = Environment.Options()
        options.maximumDatabases = 2
        let environment = try Environment(path: directory.url.path, options: options)
        let names = ["one", "two", "three"].map { Database.Specification($0) }
        let error = #expect(throws: LMDBError.self) {
            try environment.openDatabases(names, create: true)
        }
        #expect(error?.code == .databasesFull)
        #expect(try environment.openDatabases(Array(names.prefix(2)), create: true).count == 2)
    }

    @Test func whatIsBuiltWithoutSyncIsFlushedWhenAsked() throws {
        let directory = try TemporaryDirectory()
        var options = Environment.Options()
        options.noSync = true
        do {
            let environment = try Environment(path: directory.url.path, options: options)
            let names = try environment.openDatabases([.init("names")], create: true)[0]
            try environment.write { transaction in
                try transaction.put([1], for: .name("a"), in: names)
                try transaction.commit()
            }
            try environment.sync()
        }
        let environment = try Environment(path: directory.url.path)
        let names = try environment.openDatabases([.init("names")], create: false)[0]
        let value = try environment.read { transaction in
            try transaction.value(for: .name("a"), in: names)
        }
        #expect(value == [1])
    }
}
