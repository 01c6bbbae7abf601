import LMDB

@testable import EventLog

/// The environment of a log, opened beside the store: to look at what is stored, and to change it
/// as somebody would who owns the disk.
struct RawLog {
    static let databaseNames = [
        "meta", "events", "tiles", "streams", "appends", "once", "checkpoints",
    ]

    private let environment: LMDB.Environment
    private let databases: [String: Database]

    init(_ directory: DataDirectory) throws {
        environment = try LMDB.Environment(path: directory.log)
        let specifications = Self.databaseNames.map {
            Database.Specification($0, keys: $0 == "events" ? .integers : .bytes)
        }
        let opened = try environment.openDatabases(specifications, create: false)
        databases = Dictionary(uniqueKeysWithValues: zip(Self.databaseNames, opened))
    }

    func entries(of name: String) throws -> [(key: Key, value: [UInt8])] {
        let database = databases[name]!
        var entries: [(key: Key, value: [UInt8])] = []
        try environment.read { transaction in
            try transaction.forEach(in: database) { key, value in
                entries.append((key: key, value: value.withUnsafeBytes { Array($0) }))
                return .continue
            }
        }
        return entries
    }

    func value(for key: Key, in name: String) throws -> [UInt8]? {
        let database = databases[name]!
        return try environment.read { try $0.value(for: key, in: database) }
    }

    func put(_ value: [UInt8], for key: Key, in name: String) throws {
        let database = databases[name]!
        try environment.write { transaction in
            try transaction.put(value, for: key, in: database)
            try transaction.commit()
        }
    }

    func remove(_ key: Key, from name: String) throws {
        let database = databases[name]!
        try environment.write { transaction in
            try transaction.remove(key, in: database)
            try transaction.commit()
        }
    }

    /// Changes a value in place; it must be there.
    func change(_ key: Key, in name: String, _ body: (inout [UInt8]) -> Void) throws {
        var changed = try self.value(for: key, in: name)!
        body(&changed)
        try put(changed, for: key, in: name)
    }
}

extension Fixture {
    /// No store and no reader of the directory may be in use. When this returns, none is open.
    func withRawLog<Value>(_ body: (RawLog) throws -> Value) throws -> Value {
        let log = try whenClosed { try RawLog(directory) }
        return try body(log)
    }
}
