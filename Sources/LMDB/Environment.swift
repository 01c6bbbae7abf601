internal import CLMDB
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// One LMDB file and its lock file, in a directory of their own.
///
/// Transactions exist only inside the closures of `read` and `write`, which run synchronously on
/// the calling thread. Nothing of a transaction may be used after its closure returns, and no
/// closure may suspend. Both calls block on page faults, and `write` on other writers and on the
/// disk: call them from a queue of your own, never from the cooperative pool.
///
/// Limits: a key has at most 511 bytes; 1,024 readers at once over all processes; a read that
/// stays open keeps every page freed since from being used again, so reads are kept short.
public final class Environment: @unchecked Sendable {
    // `@unchecked`: the C handle may be used from any thread (`MDB_NOTLS`), and everything that
    // changes here is behind the mutex.

    public struct Options: Sendable {
        /// Address space set aside, in bytes, and so the largest size of the file. It costs
        /// nothing until used, and it is never changed while the environment is open.
        public var mapSize = 1 << 38
        public var maximumDatabases: UInt32 = 16
        public var readOnly = false
        /// Leaves flushing to the operating system. After a power cut the file may be damaged:
        /// only for what can be built again.
        public var noSync = false

        public init() {}
    }

    public let path: String
    public let isReadOnly: Bool
    let handle: OpaquePointer
    private let identity: FileIdentity
    private let writer = Mutex<pthread_t?>(nil)
    private let openTransactions = Atomic<Int>(0)

    /// Opens the environment in the directory `path`, which must exist; the files are created
    /// with mode 0600 unless `options.readOnly`.
    ///
    /// - Throws: `LMDBError`: `.alreadyOpen` for a second environment of one file in a process,
    ///   `.invalid` or `.versionMismatch` for a file of something else, `.system` for the rest.
    public init(path: String, options: Options = Options()) throws(LMDBError) {
        let operation = "open \(path)"
        if !options.readOnly { try Self.checkSpace(at: path, operation: operation) }
        let identity = try FileIdentity(of: path, operation: operation)
        try OpenEnvironments.shared.insert(identity, operation: operation)
        do throws(LMDBError) {
            self.handle = try Self.open(path: path, options: options, operation: operation)
        } catch {
            OpenEnvironments.shared.remove(identity)
            throw error
        }
        self.path = path
        self.isReadOnly = options.readOnly
        self.identity = identity
        removeStaleReaders()
    }

    deinit {
        precondition(
            openTransactions.load(ordering: .relaxed) == 0,
            "An LMDB environment was released while a transaction was open.")
        mdb_env_close(handle)
        OpenEnvironments.shared.remove(identity)
    }

    /// The lock file is mapped and sparse: where no page is left, touching it would kill the
    /// process.
    private static func checkSpace(at path: String, operation: String) throws(LMDBError) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return }
        if status.f_bavail * UInt(status.f_frsize) < 262_144 {
            throw LMDBError(.system(ENOSPC), during: operation)
        }
    }

    private static func open(
        path: String, options: Options, operation: String
    ) throws(LMDBError) -> OpaquePointer {
        let turn = try OpeningTurn(folder: path, operation: operation)
        // Closing after a failure is part of it.
        defer { withExtendedLifetime(turn) {} }
        var created: OpaquePointer?
        try check(mdb_env_create(&created), operation)
        let handle = created!
        do throws(LMDBError) {
            try check(mdb_env_set_mapsize(handle, options.mapSize), operation)
            try check(mdb_env_set_maxdbs(handle, options.maximumDatabases), operation)
            try check(mdb_env_set_maxreaders(handle, 1024), operation)
            var flags = MDB_NOTLS
            if options.readOnly { flags |= MDB_RDONLY }
            if options.noSync { flags |= MDB_NOSYNC }
            try check(mdb_env_open(handle, path, UInt32(flags), 0o600), operation)
        } catch {
            mdb_env_close(handle)
            throw error
        }
        return handle
    }

    /// Opens databases, once for the life of the environment. Waits for another writer only if one
    /// of them has to be made.
    ///
    /// Not to be called inside `write`, nor by two threads at once.
    ///
    /// - Returns: them in the order asked for.
    /// - Throws: `.notFound` when `create` is false and one does not exist; `.incompatible` when
    ///   one exists with keys of the other kind.
    public func openDatabases(
        _ specifications: [Database.Specification], create: Bool
    ) throws(LMDBError) -> [Database] {
        refuseInsideWrite()
        do throws(LMDBError) {
            return try openDatabases(specifications, flags: 0, in: MDB_RDONLY)
        } catch {
            guard create, error.code == .notFound else { throw error }
        }
        return try openDatabases(
            specifications, flags: MDB_CREATE, in: isReadOnly ? MDB_RDONLY : 0)
    }

    private func openDatabases(
        _ specifications: [Database.Specification], flags: Int32, in kind: Int32
    ) throws(LMDBError) -> [Database] {
        var transaction: OpaquePointer?
        try check(mdb_txn_begin(handle, nil, UInt32(kind), &transaction), "open databases")
        var databases: [Database] = []
        for specification in specifications {
            var flags = flags
            if specification.keys == .integers { flags |= MDB_INTEGERKEY }
            var database: MDB_dbi = 0
            var result = mdb_dbi_open(transaction, specification.name, UInt32(flags), &database)
            var stored: UInt32 = 0
            if result == 0 { result = mdb_dbi_flags(transaction, database, &stored) }
            // LMDB opens a database with other flags than it was made with, and then misreads it.
            let hasIntegers = stored & UInt32(MDB_INTEGERKEY) != 0
            if result == 0, hasIntegers != (specification.keys == .integers) {
                result = MDB_INCOMPATIBLE
            }
            if result != 0 { mdb_txn_abort(transaction) }
            try check(result, "open database \(specification.name)")
            databases.append(
                Database(
                    name: specification.name, keys: specification.keys, handle: database,
                    environment: ObjectIdentifier(self)))
        }
        // A handle opened in a transaction that aborts is not usable afterwards.
        try check(mdb_txn_commit(transaction), "open databases")
        return databases
    }

    /// Runs `body` on a snapshot of the last commit.
    ///
    /// - Throws: `LMDBError`, or what `body` throws.
    public func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result
    {
        var begun = beginRead()
        if begun.result == MDB_READERS_FULL {
            removeStaleReaders()
            begun = beginRead()
        }
        try check(begun.result, "begin a read")
        defer { openTransactions.subtract(1, ordering: .relaxed) }
        openTransactions.add(1, ordering: .relaxed)
        return try body(ReadTransaction(handle: begun.transaction!, environment: self))
    }

    private func beginRead() -> (result: Int32, transaction: OpaquePointer?) {
        var transaction: OpaquePointer?
        let result = mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        return (result, transaction)
    }

    /// Runs `body` in the only write transaction that exists at the time, over all processes.
    ///
    /// What is not committed in `body` is aborted when it returns or throws. Calling `write`
    /// inside `write` would wait for itself for ever, and traps.
    ///
    /// - Throws: `LMDBError`, or what `body` throws.
    public func write<Result>(
        _ body: (consuming WriteTransaction) throws -> Result
    ) throws -> Result {
        refuseInsideWrite()
        var transaction: OpaquePointer?
        try check(mdb_txn_begin(handle, nil, 0, &transaction), "begin a write")
        writer.withLock { $0 = pthread_self() }
        openTransactions.add(1, ordering: .relaxed)
        defer {
            openTransactions.subtract(1, ordering: .relaxed)
        }
        return try body(WriteTransaction(handle: transaction!, environment: self))
    }

    private func refuseInsideWrite() {
        precondition(
            writer.withLock { $0 != pthread_self() },
            "A write transaction was begun inside another one of the same environment.")
    }

    /// Whether there is nothing at all in the file, not even an empty database.
    public func isEmpty() throws -> Bool {
        var transaction: OpaquePointer?
        try check(mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction), "begin a read")
        defer { mdb_txn_abort(transaction) }
        var (root, statistics) = (MDB_dbi(0), MDB_stat())
        try check(mdb_dbi_open(transaction, nil, 0, &root), "open the root")
        try check(mdb_stat(transaction, root, &statistics), "count the root")
        return statistics.ms_entries == 0
    }

    /// The write transaction is about to end: from here on another thread may begin one.
    func writeEnds() {
        writer.withLock { $0 = nil }
    }

    /// Frees the reader slots of processes that died. Also done at opening and when all slots
    /// are taken.
    public func removeStaleReaders() {
        var dead: Int32 = 0
        mdb_reader_check(handle, &dead)
    }

    /// Flushes everything to disk, also with `noSync`.
    public func sync() throws(LMDBError) {
        try check(mdb_env_sync(handle, 1), "flush")
    }
}

/// Device and inode: two paths of one file are one file.
private struct FileIdentity: Hashable {
    let device: UInt
    let inode: UInt

    init(of path: String, operation: String) throws(LMDBError) {
        var status = stat()
        if stat(path, &status) != 0 { throw LMDBError(.system(errno), during: operation) }
        self.device = UInt(status.st_dev)
        self.inode = UInt(status.st_ino)
    }
}

/// The environments that this process has open.
private final class OpenEnvironments: Sendable {
    static let shared = OpenEnvironments()
    private let identities = Mutex<Set<FileIdentity>>([])

    func insert(_ identity: FileIdentity, operation: String) throws(LMDBError) {
        let inserted = identities.withLock { $0.insert(identity).inserted }
        if !inserted { throw LMDBError(.alreadyOpen, during: operation) }
    }

    func remove(_ identity: FileIdentity) {
        identities.withLock { _ = $0.remove(identity) }
    }
}
