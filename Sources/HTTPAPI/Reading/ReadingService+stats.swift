internal import EventLog
internal import NIOCore
internal import Projections

extension ReadingService {
    private static let recentTests = 10

    /// The statistics of a period: `period`, `overall`, `by_type`, `by_day`, `components` and
    /// `recent_tests`. They are read from the buckets of its days, however many tests there were.
    public func stats(_ query: StatisticsQuery) async throws -> [UInt8] {
        let days = days(of: query)
        return try await store.read { [self] reader in try statistics(query, days, reader) }
    }

    /// The body of the answer with the statistics of a period.
    func statisticsAnswer(_ query: StatisticsQuery) async throws -> ByteBuffer {
        let days = days(of: query)
        return try await body(.statistics(query, days: days)) { [self] reader in
            var bytes = Envelope.opening()
            bytes += try statistics(query, days, reader)
            bytes += Envelope.closing()
            return bytes
        }
    }

    /// The body of the answer with rows of a table.
    ///
    /// - Throws: `APIError` for a query that the table does not accept.
    func pageAnswer(_ table: ReadingTable, _ query: RowQuery) async throws -> ByteBuffer {
        let filter = try table.rowFilter(query)
        return try await body(.page(path: table.path, query)) { [self] reader in
            let page = try page(table, query, where: filter, reader)
            var bytes = Envelope.opening()
            bytes.append(UInt8(ascii: "["))
            bytes += page.rows.joined(separator: [UInt8(ascii: ",")])
            bytes.append(UInt8(ascii: "]"))
            bytes += Envelope.pageClosing(nextCursor: page.nextCursor)
            return bytes
        }
    }

    /// A body that was made before, if the log is still as it was then.
    private func body(
        _ key: AnswerKey, _ make: @escaping @Sendable (EventReader) throws -> [UInt8]
    ) async throws -> ByteBuffer {
        try await store.read { [answers] reader in
            let position = try reader.head().position
            if let known = answers.answer(key, at: position) { return known }
            let made = ByteBuffer(bytes: try make(reader))
            answers.keep(made, key, at: position)
            return made
        }
    }

    private func days(of query: StatisticsQuery) -> ClosedRange<String> {
        StatisticsSummary.days(query.days, upTo: clock.now())
    }

    private func statistics(
        _ query: StatisticsQuery, _ days: ClosedRange<String>, _ reader: EventReader
    ) throws -> [UInt8] {
        try catchUp([StatisticsView.self, TestsView.self], with: reader)
        var recent = query.rows
        recent.from = RFC3339.time(days.lowerBound)
        recent.limit = Self.recentTests
        let table = ReadingTable.history
        let page = try page(table, recent, where: table.rowFilter(recent), reader)
        let buckets = try views.statistics(of: days)
        let document = StatisticsDocument(query, buckets, days: days, recentTests: page.rows)
        return document.json
    }
}
