import Foundation
import LMDB

/// An environment with a database of each kind of key, in a directory of its own.
final class TestStore: Sendable {
    private let directory: TemporaryDirectory
    let environment: Environment
    /// The keys are bytes.
    let names: Database
    /// The keys are integers.
    let numbers: Database

    init(mapSize: Int = 1 << 30) throws {
        let directory = try TemporaryDirectory()
        var options = Environment.Options()
        options.mapSize = mapSize
        let environment = try Environment(path: directory.url.path, options: options)
        let databases = try environment.openDatabases(
            [.init("names"), .init("numbers", keys: .integers)], create: true)
        self.environment = environment
        self.names = databases[0]
        self.numbers = databases[1]
        self.directory = directory
    }

    /// The files can be used while they are open, and a process that ends in a trap leaves none.
    func removeDirectory() throws {
        try FileManager.default.removeItem(at: directory.url)
    }

    func put(_ value: [UInt8] = [1], for keys: [Key], in database: Database) throws {
        try environment.write { transaction in
            for key in keys { try transaction.put(value, for: key, in: database) }
            try transaction.commit()
        }
    }

    func value(for key: Key, in database: Database) throws -> [UInt8]? {
        try environment.read { transaction in try transaction.value(for: key, in: database) }
    }

    func count(of database: Database) throws -> Int {
        try environment.read { transaction in try transaction.count(of: database) }
    }

    func keys(
        of database: Database, from start: Key? = nil, direction: ScanDirection = .forward
    ) throws -> [Key] {
        try environment.read { transaction in
            var keys: [Key] = []
            try transaction.forEach(in: database, from: start, direction: direction) { key, _ in
                keys.append(key)
                return .continue
            }
            return keys
        }
    }
}
