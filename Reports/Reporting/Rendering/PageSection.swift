/// A section of a page, under a heading of its own.
struct PageSection {
    /// Unique in the page.
    let id: String
    let title: String
    /// As the list of contents calls it.
    let label: String
    /// What is shown, and how it is meant.
    let lead: String
    /// `nil`: there is nothing to show.
    let body: Markup?
    /// A sentence for that case: what there is not, and what follows from it.
    let absence: String

    init(
        id: String, title: String, label: String? = nil, lead: String = "", body: Markup?,
        absence: String = ""
    ) {
        (self.id, self.title, self.label) = (id, title, label ?? title)
        (self.lead, self.body, self.absence) = (lead, body, absence)
    }

    var html: Markup {
        let text: Markup = lead.isEmpty ? "" : "<p class=\"lead\">\(lead)</p>\n"
        return """
            <section id="\(id)" aria-labelledby="\(id)-title">
            <h2 id="\(id)-title">\(title)</h2>
            \(text)\(body ?? "")
            </section>

            """
    }

    /// What was looked for and is not there, together, so that nobody has to guess whether it was
    /// forgotten. `nil` if there is something of everything.
    static func absences(of sections: [PageSection]) -> PageSection? {
        let absent = sections.filter { $0.body == nil }
        if absent.isEmpty { return nil }
        let items = absent.map { section -> Markup in
            "<dt>\(section.title)</dt><dd>\(section.absence)</dd>\n"
        }
        return PageSection(
            id: "nothing", title: "Nothing to show",
            lead: "Looked for, and not there.", body: "<dl class=\"method\">\n\(items)</dl>")
    }
}

/// Names with what they stand for.
struct FactList {
    struct Fact {
        let name: String
        let value: Markup

        init(_ name: String, _ value: Markup) { (self.name, self.value) = (name, value) }
    }

    /// `facts` for short ones, side by side; `method` for sentences.
    let style: String
    let facts: [Fact]

    init(_ facts: [Fact], style: String = "facts") { (self.facts, self.style) = (facts, style) }

    var html: Markup {
        let items = facts.map { fact -> Markup in "<dt>\(fact.name)</dt><dd>\(fact.value)</dd>\n" }
        return "<dl class=\"\(style)\">\n\(items)</dl>\n"
    }
}

/// A drawing of a page, with its numbers beside it.
struct PageFigure {
    let title: String
    /// What can be seen, in sentences.
    let words: String
    /// How what is drawn went, if it went somehow.
    let mark: ResultMark?
    /// `nil`: there is nothing to draw.
    let drawing: Markup?
    /// What its signs stand for.
    let legend: Markup
    /// The numbers that are drawn; `nil`: they stand elsewhere.
    let table: PageTable?

    init(
        title: String = "", words: String = "", mark: ResultMark? = nil, drawing: Markup?,
        legend: Markup = "", table: PageTable? = nil
    ) {
        (self.title, self.words, self.mark) = (title, words, mark)
        (self.drawing, self.legend, self.table) = (drawing, legend, table)
    }

    var html: Markup {
        let plot: Markup =
            if let drawing {
                """
                <div class="scroll" tabindex="0" role="region" aria-label="\(label)">\
                \(drawing)</div>

                """
            } else {
                ""
            }
        return "<figure class=\"chart\">\(caption)\(plot)\(legend)</figure>\n\(details)"
    }

    private var label: String { title.isEmpty ? "Drawing" : "Drawing: \(title)" }

    private var caption: Markup {
        if title.isEmpty { return "" }
        let state: Markup = if let mark { "\(mark.html) " } else { "" }
        return "<figcaption><b>\(title)</b>\(state)<span>\(words)</span></figcaption>\n"
    }

    private var details: Markup {
        guard let table else { return "" }
        return """
            <details><summary>The numbers as a table</summary>
            \(table.html)</details>

            """
    }
}
