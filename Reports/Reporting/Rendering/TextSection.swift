/// A section of a report before it is HTML or Markdown.
struct TextSection {
    /// Unique in its report, in small letters: pages link to it.
    let id: String
    let title: String
    let blocks: [TextBlock]
}

/// A thing of a section with how it went and what there is to say of it, as text.
struct TextCard {
    let title: String
    let mark: ResultMark
    let facts: [(name: String, value: String)]
}

/// What stands in a section, as text: whoever renders it makes it harmless.
enum TextBlock {
    case heading(String)
    case paragraph(String)
    /// Something that must not be overlooked.
    case warning(String)
    case list([String])
    case facts([(name: String, value: String)])
    /// One of many things of a kind.
    case card(TextCard)
    /// The sentence stands there if the table has no rows.
    case table(TextTable, orElse: String)
    /// What a shell or Python takes, line by line.
    case commands([String])
}

extension TextSection {
    var page: PageSection {
        PageSection(id: id, title: title, body: "\(blocks.map(\.markup))")
    }
}

extension TextBlock {
    fileprivate var markup: Markup {
        switch self {
        case .heading(let title): "<h3>\(title)</h3>\n"
        case .paragraph(let sentence): "<p>\(sentence)</p>\n"
        case .warning(let sentence): "<div class=\"card medium\"><p>! \(sentence)</p></div>\n"
        case .list(let sentences): Self.list(sentences)
        case .facts(let facts): Self.facts(facts)
        case .card(let card): Self.card(card)
        case .table(let table, let sentence): table.markup(orElse: sentence)
        case .commands(let lines): Self.commands(lines)
        }
    }

    private static func facts(_ facts: [(name: String, value: String)]) -> Markup {
        FactList(facts.map { FactList.Fact($0.name, Markup(text: $0.value)) }).html
    }

    private static func card(_ card: TextCard) -> Markup {
        """
        <article class="card"><div class="head"><h3>\(card.title)</h3>\(card.mark.badge)</div>
        \(facts(card.facts))</article>

        """
    }

    private static func list(_ sentences: [String]) -> Markup {
        let items = sentences.map { sentence -> Markup in "<li>\(sentence)</li>\n" }
        return "<ul>\n\(items)</ul>\n"
    }

    /// The line breaks between them are the only thing that is no text.
    private static func commands(_ lines: [String]) -> Markup {
        let code = lines.map { Markup(text: $0) }.joined(by: "\n")
        return "<pre><code>\(code)</code></pre>\n"
    }
}

extension TextTable {
    fileprivate func markup(orElse sentence: String) -> Markup {
        if rows.isEmpty { return "<p class=\"soft\">\(sentence)</p>\n" }
        return PageTable(
            caption, columns.map(\.pageColumn), rows.map { row in row.map(\.markup) }
        ).html
    }
}

extension TextTable.Column {
    fileprivate var pageColumn: PageTable.Column {
        switch kind {
        case .text: .text(title)
        case .name: .name(title)
        case .words: .words(title)
        case .number: .number(title)
        case .date: .date(title)
        }
    }
}

extension TextTable.Cell {
    fileprivate var markup: Markup {
        if isBlank { return "<br><br>" }
        let first = mark == nil ? lines.prefix(1) : []
        let shown = first.map { line -> Markup in
            isCode ? "<code>\(line)</code>" : "\(line)"
        }
        let explanations = lines.dropFirst(first.count).map { line -> Markup in
            "<small>\(line)</small>"
        }
        return "\(marked)\(shown)\(explanations)"
    }

    private var marked: Markup {
        guard let mark else { return "" }
        guard let count else { return mark.html }
        let number: Markup = count == 0 ? "" : " \(count)"
        let symbol: Markup = "<span aria-hidden=\"true\">\(mark.symbol)</span>"
        let word: Markup = "<span class=\"hidden\"> \(mark.word)</span>"
        return "<span class=\"state \(mark.style.rawValue)\">\(symbol)\(word)\(number)</span>"
    }
}
