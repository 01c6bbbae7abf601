internal import Projections

/// JSON with rows of a test, read piece by piece: each is one short transaction, so that a test
/// with any number of rows is answered in little memory.
struct TestRows: Sendable {
    /// Rows of one table, and what stands before them.
    struct Section: Sendable {
        let opening: [UInt8]
        let view: any ReadModel.Type
    }

    private let views: ViewStore
    private let test: UInt64
    private let filter: RowFilter
    private var sections: ArraySlice<Section>
    private let closing: [UInt8]
    private var isOpen = false
    private var hasRows = false
    private var lastID: UInt64 = 0

    /// - Parameter closing: what stands after the rows of the last section.
    init(
        _ views: ViewStore, test: UInt64, _ sections: [Section], closing: [UInt8],
        where filter: RowFilter = RowFilter()
    ) {
        (self.views, self.test, self.filter) = (views, test, filter)
        (self.sections, self.closing) = (sections[...], closing)
    }

    var isAtEnd: Bool { sections.isEmpty }

    /// The next piece, about `size` bytes of it or all that is left. Blocks.
    mutating func next(size: Int) throws -> [UInt8] {
        var piece: [UInt8] = []
        while piece.count < size, let section = sections.first {
            try add(section, to: &piece)
        }
        return piece
    }

    private mutating func add(_ section: Section, to piece: inout [UInt8]) throws {
        if !isOpen { piece += section.opening }
        isOpen = true
        let rows = try views.rows(ofTest: test, of: section.view, after: lastID)
        for row in rows where filter.accepts(row.json) {
            if hasRows { piece.append(UInt8(ascii: ",")) }
            hasRows = true
            piece += row.json
        }
        if let last = rows.last {
            lastID = last.id
            return
        }
        sections.removeFirst()
        (isOpen, hasRows, lastID) = (false, false, 0)
        if sections.isEmpty { piece += closing }
    }
}

extension TestRows {
    /// `{test, results, logs, metrics}`.
    ///
    /// - Parameters:
    ///   - row: of the test itself.
    ///   - opening: stands before it all, and `closing` after it.
    static func document(
        ofTest test: UInt64, row: [UInt8], _ views: ViewStore, opening: [UInt8] = [],
        closing: [UInt8] = []
    ) -> TestRows {
        var first = opening
        first += #"{"test":"#.utf8
        first += row
        first += #","results":["#.utf8
        return TestRows(
            views, test: test,
            [
                Section(opening: first, view: ResultsView.self),
                Section(opening: Array(#"],"logs":["#.utf8), view: LogsView.self),
                Section(opening: Array(#"],"metrics":["#.utf8), view: MetricsView.self),
            ],
            closing: Array("]}".utf8) + closing)
    }

    /// The rows of one part, as the only page of a list.
    static func list(
        of part: TestPart, ofTest test: UInt64, _ views: ViewStore, where filter: RowFilter
    ) -> TestRows {
        var (opening, closing) = (Envelope.opening(), [UInt8(ascii: "]")])
        opening.append(UInt8(ascii: "["))
        closing += Envelope.pageClosing(nextCursor: nil)
        return TestRows(
            views, test: test, [Section(opening: opening, view: part.table.view)],
            closing: closing, where: filter)
    }
}
