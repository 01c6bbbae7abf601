internal import CLMDB

/// What reading and writing transactions have in common: looking things up.
///
/// Spans and buffers handed to closures point into the map. They are valid only inside the
/// closure; in a write transaction only until the next write.
public protocol Transaction: ~Copyable {
    var lookup: Lookup { get }
}

/// The C handle of a transaction, together with the environment it belongs to.
public struct Lookup {
    let handle: OpaquePointer
    let environment: ObjectIdentifier

    func checkOwner(of database: Database) {
        precondition(
            database.environment == environment,
            "Database '\(database.name)' was used with a transaction of another environment.")
    }
}

/// A snapshot. It ends, and gives its reader slot back, when it goes out of scope.
public struct ReadTransaction: Transaction, ~Copyable {
    public let lookup: Lookup

    init(handle: OpaquePointer, environment: Environment) {
        self.lookup = Lookup(handle: handle, environment: ObjectIdentifier(environment))
    }

    deinit { mdb_txn_abort(lookup.handle) }
}

/// The one writer. `commit` consumes it; if it goes out of scope before, nothing was written.
public struct WriteTransaction: Transaction, ~Copyable {
    public let lookup: Lookup
    private let environment: Environment
    private var isOpen = true

    init(handle: OpaquePointer, environment: Environment) {
        self.lookup = Lookup(handle: handle, environment: ObjectIdentifier(environment))
        self.environment = environment
    }

    deinit {
        guard isOpen else { return }
        environment.writeEnds()
        mdb_txn_abort(lookup.handle)
    }

    /// Makes everything written in this transaction durable and visible, at once.
    ///
    /// - Throws: `LMDBError`. Nothing was written, unless the code is `.panic` or a `.system`
    ///   error of the disk: then the outcome is known only from what a later read finds.
    public consuming func commit() throws(LMDBError) {
        isOpen = false
        environment.writeEnds()
        try check(mdb_txn_commit(lookup.handle), "commit")
    }

    /// Stores `value`, replacing what was there.
    public borrowing func put(_ value: RawSpan, for key: Key, in database: Database) throws {
        try store(value, for: key, in: database, flags: 0)
    }

    /// Stores `value` under a key greater than every other: the fastest way to write, and pages
    /// are filled whole.
    ///
    /// - Throws: `.keyExists` if the key is not greater.
    public borrowing func append(_ value: RawSpan, for key: Key, in database: Database) throws {
        try store(value, for: key, in: database, flags: UInt32(MDB_APPEND))
    }

    public borrowing func append(_ value: [UInt8], for key: Key, in database: Database) throws {
        try append(value.span.bytes, for: key, in: database)
    }

    public borrowing func put(_ value: [UInt8], for key: Key, in database: Database) throws {
        try put(value.span.bytes, for: key, in: database)
    }

    private borrowing func store(
        _ value: RawSpan, for key: Key, in database: Database, flags: UInt32
    ) throws {
        lookup.checkOwner(of: database)
        let result = value.withUnsafeBytes { buffer in
            key.withValue(for: database) { keyValue in
                var data = MDB_val(
                    mv_size: buffer.count,
                    mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
                return mdb_put(lookup.handle, database.handle, &keyValue, &data, flags)
            }
        }
        try check(result, "write to \(database.name)")
    }

    /// Removes a key.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public borrowing func remove(_ key: Key, in database: Database) throws -> Bool {
        lookup.checkOwner(of: database)
        let result = key.withValue(for: database) {
            mdb_del(lookup.handle, database.handle, &$0, nil)
        }
        if result == MDB_NOTFOUND { return false }
        try check(result, "remove from \(database.name)")
        return true
    }
}

extension Transaction where Self: ~Copyable {
    /// The number of the commit that a snapshot shows, or that a writer is making.
    public var number: Int { mdb_txn_id(lookup.handle) }

    /// Hands the value of `key` to `body` without copying it.
    ///
    /// - Returns: what `body` returns, or `nil` if the key is not there.
    public borrowing func withValue<Result>(
        for key: Key, in database: Database, _ body: (RawSpan) throws -> Result
    ) throws -> Result? {
        lookup.checkOwner(of: database)
        var data = MDB_val()
        let result = key.withValue(for: database) {
            mdb_get(lookup.handle, database.handle, &$0, &data)
        }
        if result == MDB_NOTFOUND { return nil }
        try check(result, "read from \(database.name)")
        return try body(UnsafeRawBufferPointer(start: data.mv_data, count: data.mv_size).bytes)
    }

    /// A copy of the value of `key`.
    public borrowing func value(for key: Key, in database: Database) throws -> [UInt8]? {
        try withValue(for: key, in: database) { $0.withUnsafeBytes { Array($0) } }
    }

    /// The number of keys in a database.
    public borrowing func count(of database: Database) throws -> Int {
        lookup.checkOwner(of: database)
        var statistics = MDB_stat()
        try check(mdb_stat(lookup.handle, database.handle, &statistics), "count \(database.name)")
        return statistics.ms_entries
    }
}
