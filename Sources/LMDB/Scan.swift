internal import CLMDB

/// Whether a scan goes on after an entry.
public enum ScanStep: Sendable {
    case `continue`
    case stop
}

/// The order of a scan.
public enum ScanDirection: Sendable {
    case forward
    case backward
}

extension Transaction where Self: ~Copyable {
    /// Walks over the entries of a database in key order.
    ///
    /// - Parameters:
    ///   - start: the first key looked at, inclusive: scanning forward the smallest key that is
    ///     not less, scanning backward the greatest that is not greater. `nil` begins at the end
    ///     that the direction starts from.
    ///   - body: gets each key and value, and answers whether to go on.
    public borrowing func forEach(
        in database: Database, from start: Key? = nil, direction: ScanDirection = .forward,
        _ body: (Key, RawSpan) throws -> ScanStep
    ) throws {
        lookup.checkOwner(of: database)
        var cursor: OpaquePointer?
        try check(mdb_cursor_open(lookup.handle, database.handle, &cursor), "scan \(database.name)")
        defer { mdb_cursor_close(cursor) }

        var key = MDB_val()
        var value = MDB_val()
        var result = position(cursor, at: start, direction, in: database, &key, &value)
        let next = direction == .forward ? MDB_NEXT : MDB_PREV
        while result == 0 {
            let bytes = UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size).bytes
            if try body(Key(key, for: database), bytes) == .stop { return }
            result = mdb_cursor_get(cursor, &key, &value, next)
        }
        if result != MDB_NOTFOUND { try check(result, "scan \(database.name)") }
    }

    /// The last key of a database and a copy of its value.
    public borrowing func last(of database: Database) throws -> (key: Key, value: [UInt8])? {
        var found: (key: Key, value: [UInt8])?
        try forEach(in: database, direction: .backward) { key, value in
            found = (key, value.withUnsafeBytes { Array($0) })
            return .stop
        }
        return found
    }

    private borrowing func position(
        _ cursor: OpaquePointer?, at start: Key?, _ direction: ScanDirection,
        in database: Database, _ key: inout MDB_val, _ value: inout MDB_val
    ) -> Int32 {
        guard let start else {
            return mdb_cursor_get(
                cursor, &key, &value, direction == .forward ? MDB_FIRST : MDB_LAST)
        }
        var found = MDB_val()
        let result = start.withValue(for: database) { wanted in
            let result = mdb_cursor_get(cursor, &wanted, &value, MDB_SET_RANGE)
            found = wanted
            return result
        }
        key = found
        switch (direction, result) {
        case (.forward, _): return result
        case (.backward, MDB_NOTFOUND): return mdb_cursor_get(cursor, &key, &value, MDB_LAST)
        case (.backward, 0):
            if Key(key, for: database) == start { return 0 }
            return mdb_cursor_get(cursor, &key, &value, MDB_PREV)
        default: return result
        }
    }
}
