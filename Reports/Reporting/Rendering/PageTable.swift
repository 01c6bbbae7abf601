/// A table of a page, in a region of its own that can be moved sideways where it is too wide.
struct PageTable {
    struct Column {
        let title: String
        /// The style of its cells; empty: none.
        let style: String

        static func text(_ title: String) -> Column { Column(title: title, style: "") }
        /// A name, which may be long.
        static func name(_ title: String) -> Column { Column(title: title, style: "name") }
        /// Sentences.
        static func words(_ title: String) -> Column { Column(title: title, style: "words") }
        static func number(_ title: String) -> Column { Column(title: title, style: "number") }
        static func date(_ title: String) -> Column { Column(title: title, style: "date") }
        /// A word or two that stay in one line.
        static func short(_ title: String) -> Column { Column(title: title, style: "short") }

        fileprivate var attribute: Markup { style.isEmpty ? "" : " class=\"\(style)\"" }
    }

    struct Row {
        /// Unique in the page; `nil`: nobody refers to it.
        let id: String?
        /// One for each column. The first one names the row.
        let cells: [Markup]

        init(id: String? = nil, _ cells: [Markup]) { (self.id, self.cells) = (id, cells) }
    }

    /// What the table shows, and how it is meant.
    let caption: String
    let columns: [Column]
    let rows: [Row]

    init(_ caption: String, _ columns: [Column], rows: [Row]) {
        (self.caption, self.columns, self.rows) = (caption, columns, rows)
    }

    init(_ caption: String, _ columns: [Column], _ rows: [[Markup]]) {
        self.init(caption, columns, rows: rows.map { Row($0) })
    }

    var html: Markup {
        let head = columns.map { column -> Markup in
            "<th scope=\"col\"\(column.attribute)>\(column.title)</th>"
        }
        let body = rows.map { tableRow($0) }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table>
            <caption>\(caption)</caption>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(body)</tbody>
            </table></div>

            """
    }

    private func tableRow(_ row: Row) -> Markup {
        var cells = Markup()
        for (index, (column, content)) in zip(columns, row.cells).enumerated() {
            cells +=
                index == 0
                ? "<th scope=\"row\"\(column.attribute)>\(content)</th>"
                : "<td\(column.attribute)>\(content)</td>"
        }
        guard let id = row.id else { return "<tr>\(cells)</tr>\n" }
        return "<tr id=\"\(id)\">\(cells)</tr>\n"
    }
}
