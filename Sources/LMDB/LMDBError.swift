internal import CLMDB

#if canImport(Glibc)
    internal import Glibc
#endif

/// What LMDB, or the operating system below it, answered instead of success.
///
/// Two errors are equal when their codes are: tests and callers branch on `code`, people read
/// `message`.
public struct LMDBError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One case per code of `lmdb.h`, and the two that are not LMDB's own.
    public enum Code: Equatable, Hashable, Sendable {
        /// The key is already there, or an appended key is not greater than the last one.
        case keyExists
        case notFound
        /// A page that the tree points to is missing: the file is damaged.
        case pageNotFound
        case corrupted
        /// A write of the meta page failed; the environment must be closed and opened again.
        case panic
        case versionMismatch
        /// The file is not an LMDB file.
        case invalid
        case mapFull
        case databasesFull
        case readersFull
        case threadLocalsFull
        case transactionFull
        case cursorFull
        case pageFull
        case mapResized
        case incompatible
        case badReaderSlot
        case badTransaction
        /// A key that is empty or longer than 511 bytes, or a value that is too large.
        case badValueSize
        case badDatabase
        /// An `errno` of the operating system.
        case system(Int32)
        /// This process already has the same file open. A second environment would drop the
        /// locks of the first when either is closed.
        case alreadyOpen
    }

    public let code: Code
    /// What was being done, for example `commit` or `open /var/lib/dr/log`.
    public let operation: String

    public init(_ code: Code, during operation: String) {
        self.code = code
        self.operation = operation
    }

    public static func == (left: LMDBError, right: LMDBError) -> Bool { left.code == right.code }

    /// The volume, a quota or a file size limit leaves no room. Nothing was written.
    public var isOutOfSpace: Bool {
        switch code {
        case .system(ENOSPC), .system(EDQUOT), .system(EFBIG), .mapFull: true
        default: false
        }
    }

    public var description: String { "LMDB could not \(operation): \(code.sentence)" }
}

extension LMDBError.Code {
    init(_ result: Int32) {
        self = Self.byResult[result] ?? .system(result)
    }

    var sentence: String {
        switch self {
        case .alreadyOpen:
            "this process already has the environment open; share the first one"
        case .system(let number):
            String(cString: strerror(number))
        default:
            String(cString: mdb_strerror(Self.byResult.first { $0.value == self }?.key ?? EINVAL))
        }
    }

    private static let byResult: [Int32: LMDBError.Code] = [
        MDB_KEYEXIST: .keyExists, MDB_NOTFOUND: .notFound, MDB_PAGE_NOTFOUND: .pageNotFound,
        MDB_CORRUPTED: .corrupted, MDB_PANIC: .panic, MDB_VERSION_MISMATCH: .versionMismatch,
        MDB_INVALID: .invalid, MDB_MAP_FULL: .mapFull, MDB_DBS_FULL: .databasesFull,
        MDB_READERS_FULL: .readersFull, MDB_TLS_FULL: .threadLocalsFull,
        MDB_TXN_FULL: .transactionFull, MDB_CURSOR_FULL: .cursorFull, MDB_PAGE_FULL: .pageFull,
        MDB_MAP_RESIZED: .mapResized, MDB_INCOMPATIBLE: .incompatible,
        MDB_BAD_RSLOT: .badReaderSlot, MDB_BAD_TXN: .badTransaction,
        MDB_BAD_VALSIZE: .badValueSize, MDB_BAD_DBI: .badDatabase,
    ]
}

/// Throws unless `result` is success.
@inline(__always)
func check(_ result: Int32, _ operation: @autoclosure () -> String) throws(LMDBError) {
    if result != 0 { throw LMDBError(LMDBError.Code(result), during: operation()) }
}
