internal import DRTesting
public import EventLog
public import Projections
public import Service
internal import Synchronization
internal import Wire

/// Some rows of a table.
public struct ReadingPage: Sendable {
    /// JSON objects.
    public let rows: [[UInt8]]
    /// Where the next page begins; `nil` if this is the last one.
    public let nextCursor: String?
}

/// Answers what the API and the dashboard ask, from the views: they show all that is in the log
/// when the question comes.
///
/// A server has one of these, which keeps answers. Nothing here blocks who waits for it.
public final class ReadingService: Sendable {
    let views: ViewStore
    let store: EventStore
    let clock: LogClock
    let answers = AnswerCache()
    private let zones: ZoneFiles
    /// Up to where each view was seen to be, by its name.
    private let reached = Mutex<[String: UInt64]>([:])
    private let catchingUp = Mutex(())

    public init(store: EventStore, views: ViewStore, zones: ZoneFiles, clock: LogClock = .system) {
        (self.store, self.views, self.zones, self.clock) = (store, views, zones, clock)
    }

    /// Rows of a table, some at a time.
    ///
    /// - Throws: `APIError` for a query that the table does not accept.
    public func list(
        _ table: ReadingTable, _ query: RowQuery = RowQuery()
    ) async throws -> ReadingPage {
        let filter = try table.rowFilter(query)
        return try await store.read { [self] reader in
            try page(table, query, where: filter, reader)
        }
    }

    /// One row of a table; `nil` if there is none with that id.
    public func row(_ id: UInt64, of table: ReadingTable) async throws -> [UInt8]? {
        try await store.read { [self] reader in try row(id, of: table, reader) }
    }

    // MARK: On a queue where blocking is allowed

    func page(
        _ table: ReadingTable, _ query: RowQuery, where filter: RowFilter, _ reader: EventReader
    ) throws -> ReadingPage {
        try catchUp([table.view], with: reader)
        let found = try views.page(
            of: table.view, after: query.cursor, limit: limit(query, of: table),
            newestFirst: table.isNewestFirst, where: filter,
            from: firstID(in: table, query, reader))
        return ReadingPage(
            rows: try found.rows.map { try shown($0, in: table) },
            nextCursor: found.next.map { String($0) })
    }

    func row(_ id: UInt64, of table: ReadingTable, _ reader: EventReader) throws -> [UInt8]? {
        try catchUp([table.view], with: reader)
        return try views.row(id, of: table.view).map { try shown($0, in: table) }
    }

    func limit(_ query: RowQuery, of table: ReadingTable) -> Int {
        min(max(query.limit ?? table.defaultLimit, 1), ReadingTable.maximumLimit)
    }

    /// Brings views up to the head of the log.
    func catchUp(_ wanted: [any ReadModel.Type], with reader: EventReader) throws {
        let last = try reader.head().position
        if behind(wanted, last).isEmpty { return }
        try catchingUp.withLock { _ in
            // Whoever had the lock before may have done it.
            let late = behind(wanted, last)
            if late.isEmpty { return }
            try views.catchUp(late)
            reached.withLock { known in
                for view in late { known[view.name] = max(known[view.name] ?? 0, last) }
            }
        }
    }

    private func behind(_ wanted: [any ReadModel.Type], _ last: UInt64) -> [any ReadModel.Type] {
        reached.withLock { known in wanted.filter { (known[$0.name] ?? 0) < last } }
    }

    /// A test's id is a position, and no event of a moment stands before the first one that was
    /// recorded at it: there a search from the newest ends.
    private func firstID(
        in table: ReadingTable, _ query: RowQuery, _ reader: EventReader
    ) throws -> UInt64 {
        guard let from = query.from, table.view == TestsView.self else { return 0 }
        do {
            return try reader.position(recordedAtOrAfter: from)
        } catch let error as EventLogError {
            guard case .archived = error.code else { throw error }
            return 0
        }
    }

    // MARK: What a fold cannot know

    /// A row as it is now: a fold has neither a clock nor the rules of time zones.
    private func shown(_ row: [UInt8], in table: ReadingTable) throws -> [UInt8] {
        guard table.view == SchedulesView.self else { return row }
        let schedule = try JSONValue(json: row)
        guard schedule["enabled"]?.boolValue == true else { return row }
        var writer = JSONWriter()
        writer.string(nextRun(of: schedule).map { RFC3339.text($0) })
        return RowMembers.replacing("next_run", in: row, with: writer.bytes)
    }

    private func nextRun(of schedule: JSONValue) -> UInt64? {
        guard let expression = schedule["cron_expression"]?.stringValue,
            let name = schedule["time_zone"]?.stringValue, let zone = zones.known(name),
            let cron = try? CronExpression(expression)
        else { return nil }
        return cron.next(after: clock.now(), in: zone)
    }
}
