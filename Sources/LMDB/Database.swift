internal import CLMDB

/// A named B+tree inside an environment. It is a small value; it does not keep anything open.
///
/// A database works only with transactions of the environment that opened it. Using it with
/// another one's is a programming error and traps.
public struct Database: Sendable {
    /// How the keys of a database are ordered. It is fixed when the database is created.
    public enum Keys: Sendable {
        /// Compared byte by byte; 1 to 511 bytes.
        case bytes
        /// Native-endian 64-bit integers (`MDB_INTEGERKEY`): fast to compare and to append, but
        /// the file is then bound to the byte order of its host.
        case integers
    }

    /// What to open: a name and the order of its keys.
    public struct Specification: Sendable {
        public let name: String
        public let keys: Keys

        public init(_ name: String, keys: Keys = .bytes) {
            self.name = name
            self.keys = keys
        }
    }

    public let name: String
    public let keys: Keys
    let handle: MDB_dbi
    let environment: ObjectIdentifier
}

/// A key: bytes, or an integer for a database of integers. Mixing them up traps.
public enum Key: Sendable, Equatable {
    case integer(UInt64)
    case bytes([UInt8])

    /// The UTF-8 bytes of a name.
    public static func name(_ name: String) -> Key { .bytes(Array(name.utf8)) }

    func withValue<Result>(
        for database: Database, _ body: (inout MDB_val) throws -> Result
    ) rethrows -> Result {
        switch (self, database.keys) {
        case (.integer(var number), .integers):
            return try withUnsafeMutableBytes(of: &number) { buffer in
                var value = MDB_val(mv_size: buffer.count, mv_data: buffer.baseAddress)
                return try body(&value)
            }
        case (.bytes(let bytes), .bytes):
            return try bytes.withUnsafeBytes { buffer in
                var value = MDB_val(
                    mv_size: buffer.count,
                    mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
                return try body(&value)
            }
        default:
            preconditionFailure("The key does not have the kind of database '\(database.name)'.")
        }
    }

    init(_ value: MDB_val, for database: Database) {
        let buffer = UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        switch database.keys {
        case .integers:
            // In a damaged file it may be too short.
            self = .integer(buffer.count < 8 ? 0 : buffer.loadUnaligned(as: UInt64.self))
        case .bytes: self = .bytes(Array(buffer))
        }
    }
}
