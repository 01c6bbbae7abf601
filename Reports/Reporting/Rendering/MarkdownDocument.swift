internal import DRTesting

/// GitHub-flavoured Markdown, part by part. Whatever is given to it is text: it escapes everything.
struct MarkdownDocument {
    private(set) var text = ""

    /// - Parameter title: the heading of the first level, of which there is one.
    init(title: String) { heading(1, title) }

    mutating func section(_ section: TextSection) {
        heading(2, section.title)
        for block in section.blocks { self.block(block) }
    }

    mutating func block(_ block: TextBlock) {
        switch block {
        case .heading(let title): heading(3, title)
        case .paragraph(let sentence): part(MarkdownText.escaped(sentence))
        case .warning(let sentence): part("**! " + MarkdownText.escaped(sentence) + "**")
        case .list(let sentences): lines(sentences.map { "- " + MarkdownText.escaped($0) })
        case .facts(let facts): self.facts(facts)
        case .card(let card):
            heading(3, "\(card.title): \(card.mark.words)")
            facts(card.facts)
        case .table(let table, let sentence): self.table(table, orElse: sentence)
        case .commands(let lines): commands(lines)
        }
    }

    private mutating func heading(_ level: Int, _ title: String) {
        part(String(repeating: "#", count: level) + " " + MarkdownText.escaped(title))
    }

    private mutating func facts(_ facts: [(name: String, value: String)]) {
        lines(
            facts.map { fact in
                let (name, value) = (fact.name, fact.value)
                return "- **\(MarkdownText.escaped(name)):** \(MarkdownText.escaped(value))"
            })
    }

    private mutating func commands(_ commands: [String]) {
        let shown = commands.map { $0.printable() }
        let fence = MarkdownText.fence(around: shown.joined(separator: "\n"), atLeast: 3)
        lines([fence] + shown + [fence])
    }

    private mutating func table(_ table: TextTable, orElse sentence: String) {
        if table.rows.isEmpty { return part(MarkdownText.escaped(sentence)) }
        let titles = table.columns.map { MarkdownText.escaped($0.title) }
        let rules = table.columns.map { $0.kind == .number ? "---:" : "---" }
        let rows = table.rows.map { row in row.map { Self.text(of: $0) } }
        lines(([titles, rules] + rows).map { Self.row($0) })
    }

    private mutating func lines(_ lines: [String]) {
        if !lines.isEmpty { part(lines.joined(separator: "\n")) }
    }

    private mutating func part(_ lines: String) {
        if !text.isEmpty { text += "\n" }
        text += lines + "\n"
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |"
    }

    /// What stands below one another in a page stands side by side here.
    private static func text(of cell: TextTable.Cell) -> String {
        let lines = cell.lines.enumerated().map { index, line in
            cell.isCode && index == 0 ? MarkdownText.code(line) : MarkdownText.escaped(line)
        }
        guard let mark = cell.mark else { return lines.joined(separator: "; ") }
        var shown = MarkdownText.escaped(mark.words)
        if let count = cell.count {
            // The symbol of nothing needs no words in each of many cells: they stand below.
            let isNothing = mark == ResultMark(PeriodReport.Calendar.Mark.none)
            shown = isNothing ? mark.symbol : shown
            if count > 0 { shown += " (\(count))" }
        }
        return ([shown] + lines).joined(separator: "; ")
    }
}
