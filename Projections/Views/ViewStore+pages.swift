/// Some rows of a table, in the order that was asked for.
public struct RowPage: Sendable {
    /// JSON objects.
    public let rows: [[UInt8]]
    /// After which id the next rows come; `nil` if there are no more.
    public let next: UInt64?
    /// The table shows the log up to here.
    public let position: UInt64
}

extension ViewStore {
    /// More rows are not looked at in one transaction.
    private static let rowsAtOnce = 2000

    /// Rows of a table, some at a time.
    ///
    /// - Parameters:
    ///   - id: the rows come after the one with this id; `nil`: from the first row, or the newest.
    ///   - limit: at least 1.
    ///   - newestFirst: the greatest id comes first, and those after an id are less than it.
    ///   - filter: the rows that it does not accept are left out.
    ///   - least: rows with lesser ids are left out. It ends a search from the newest.
    public func page(
        of view: any ReadModel.Type, after id: UInt64? = nil, limit: Int,
        newestFirst: Bool = false, where filter: RowFilter = RowFilter(),
        from least: UInt64 = 0
    ) throws -> RowPage {
        precondition(limit > 0, "A page has room for one row at least.")
        var rows: [[UInt8]] = []
        var (lastFound, next, seen, position) = (UInt64?.none, UInt64?.none, id, UInt64(0))
        var isDone = false
        while !isDone {
            isDone = true
            var count = 0
            let head = try file.forEachRow(of: view, after: seen, newestFirst: newestFirst) {
                own, row in
                if own < least { return !newestFirst }
                isDone = count < Self.rowsAtOnce
                guard isDone else { return false }
                count += 1
                seen = own
                guard filter.accepts(row) else { return true }
                if rows.count == limit {
                    next = lastFound
                    return false
                }
                rows.append(row)
                lastFound = own
                return true
            }
            position = head?.position ?? 0
        }
        return RowPage(rows: rows, next: next, position: position)
    }

    /// One row of a table; `nil` if there is none with that id.
    public func row(_ id: UInt64, of view: any ReadModel.Type) throws -> [UInt8]? {
        try file.row(id, of: view)
    }

    /// Rows of a test, in the order of their ids: about `size` bytes of them, and one at least.
    ///
    /// - Parameter id: they come after the one with this id; none after the last.
    public func rows(
        ofTest test: UInt64, of view: any ReadModel.Type, after id: UInt64 = 0,
        size: Int = 1 << 18
    ) throws -> [(id: UInt64, json: [UInt8])] {
        try file.rows(ofTest: test, of: view, after: id, size: size)
    }

    /// The buckets of the statistics of some days, in UTC, as `2026-11-23`.
    public func statistics(of days: ClosedRange<String>) throws -> [StatisticsBucket] {
        var buckets: [StatisticsBucket] = []
        _ = try file.forEachRow(
            of: StatisticsView.self, kind: RowKey.stateKind,
            row: { _, stored in
                if let bucket = try StatisticsBucket(stored: stored, ifIn: days) {
                    buckets.append(bucket)
                }
            })
        return buckets
    }
}
