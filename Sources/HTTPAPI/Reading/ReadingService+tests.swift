internal import EventLog
internal import NIOCore
internal import Projections

/// The answer about a test: in memory if it is short, else what is left to be read of it.
enum TestAnswer: Sendable {
    case whole(ByteBuffer)
    case long(beginning: ByteBuffer, rest: TestRows)
}

extension ReadingService {
    /// A longer answer is read while it is sent.
    private static let maximumInMemory = 1 << 22
    private static let pieceSize = 1 << 18
    private static let testViews: [any ReadModel.Type] = [
        TestsView.self, ResultsView.self, LogsView.self, MetricsView.self,
    ]

    /// `{test, results, logs, metrics}` with all rows; `nil` if there is no such test.
    public func test(_ id: UInt64) async throws -> [UInt8]? {
        try await store.read { [self] reader in
            guard let row = try testRow(id, reader) else { return nil }
            var rows = TestRows.document(ofTest: id, row: row, views)
            return try rows.next(size: .max)
        }
    }

    /// Rows of a part of a test, some at a time; `nil` if there is no such test.
    ///
    /// - Throws: `APIError` for a query that the part does not accept.
    public func rows(
        ofTest id: UInt64, _ part: TestPart, _ query: RowQuery = RowQuery()
    ) async throws -> ReadingPage? {
        let filter = try part.table.rowFilter(query)
        return try await store.read { [self] reader in
            guard try testRow(id, reader) != nil else { return nil }
            let limit = limit(query, of: part.table)
            var (rows, lastFound, last) = ([[UInt8]](), UInt64(0), query.cursor ?? 0)
            while true {
                let found = try views.rows(ofTest: id, of: part.table.view, after: last)
                guard let end = found.last else { break }
                for row in found where filter.accepts(row.json) {
                    if rows.count == limit {
                        return ReadingPage(rows: rows, nextCursor: String(lastFound))
                    }
                    rows.append(row.json)
                    lastFound = row.id
                }
                last = end.id
            }
            return ReadingPage(rows: rows, nextCursor: nil)
        }
    }

    // MARK: As answers

    /// The body of the answer about a test.
    ///
    /// - Throws: `APIError` if there is none.
    func testAnswer(_ id: UInt64) async throws -> TestAnswer {
        try await answer(.test(id)) { [self] reader in
            TestRows.document(
                ofTest: id, row: try existingTest(id, reader), views,
                opening: Envelope.opening(), closing: Envelope.closing())
        }
    }

    /// The body of the answer with all rows of a part of a test.
    ///
    /// - Throws: `APIError` if there is no such test, or for a query that the part does not accept.
    func partAnswer(
        _ part: TestPart, ofTest id: UInt64, _ query: RowQuery
    ) async throws -> TestAnswer {
        let filter = try part.table.rowFilter(query)
        return try await answer(.part(part, ofTest: id, query)) { [self] reader in
            _ = try existingTest(id, reader)
            return TestRows.list(of: part, ofTest: id, views, where: filter)
        }
    }

    /// More of a long answer: a piece, and what is left after it.
    func more(of rows: TestRows) async throws -> (piece: ByteBuffer, rest: TestRows) {
        try await store.read { _ in
            var rest = rows
            let piece = try rest.next(size: Self.pieceSize)
            return (piece: ByteBuffer(bytes: piece), rest: rest)
        }
    }

    private func answer(
        _ key: AnswerKey, _ make: @escaping @Sendable (EventReader) throws -> TestRows
    ) async throws -> TestAnswer {
        try await store.read { [answers] reader in
            let position = try reader.head().position
            if let known = answers.answer(key, at: position) { return .whole(known) }
            var rows = try make(reader)
            let beginning = ByteBuffer(bytes: try rows.next(size: Self.maximumInMemory))
            guard rows.isAtEnd else { return .long(beginning: beginning, rest: rows) }
            answers.keep(beginning, key, at: position)
            return .whole(beginning)
        }
    }

    private func existingTest(_ id: UInt64, _ reader: EventReader) throws -> [UInt8] {
        guard let row = try testRow(id, reader) else { throw APIError.notFound("test \(id)") }
        return row
    }

    /// The row of a test, when all tables show it as far as the log does.
    private func testRow(_ id: UInt64, _ reader: EventReader) throws -> [UInt8]? {
        try catchUp(Self.testViews, with: reader)
        return try views.row(id, of: TestsView.self)
    }
}
