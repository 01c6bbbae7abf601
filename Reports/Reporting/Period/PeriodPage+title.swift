// The first thing that is seen: whether the period was good.

extension PeriodPage {
    /// - Parameter contents: the sections that follow.
    func titleBlock(contents: [PageSection]) -> Markup {
        let (summary, period) = (report.summary, report.period)
        let mark = summary.colourMark
        let lines = summary.lines.map { line -> Markup in "<li>\(line)</li>\n" }
        let type = period.kind.rawValue
        let kind = "\(type.prefix(1).uppercased())\(type.dropFirst()) report"
        return """
            <header class="title">
            <p class="kind"><span>\(kind) · \(period.name)</span>\
            <span>\(report.documentID)</span></p>
            <h1>\(report.name)</h1>
            <div class="verdict \(mark.style.rawValue)">
            <p class="headline"><span aria-hidden="true">\(mark.symbol)</span> \
            \(summary.headline)</p>
            <ul class="lines">
            \(lines)</ul>
            </div>
            <div class="figures">
            \(figures.map(\.html))</div>
            \(FactList(facts).html)\(Self.list(of: contents))</header>

            """
    }

    private var facts: [FactList.Fact] {
        let (period, range, origin) = (report.period, report.origin.range, report.origin)
        let events: Markup =
            range.hashed == 0
            ? "no event of the period"
            : "events \(range.first) to \(range.last), all hashed anew"
        return [
            FactList.Fact(
                "Period",
                """
                \(ReportText.moment(period.start)) up to, not with, \
                \(ReportText.moment(period.end)), UTC
                """),
            FactList.Fact("Targets", Self.list(report.targets)),
            FactList.Fact("Environments", Self.list(report.environments)),
            FactList.Fact(
                "Generated",
                """
                \(ReportText.moment(origin.generatedAt)), when the head was recorded; what is due \
                is judged as of \(ReportText.moment(report.judgedAt))
                """),
            FactList.Fact(
                "Log",
                """
                \(ResultMark.passed("verified").html): \(events), head \(origin.head); \
                see <a href="#origin">where this comes from</a>
                """),
        ]
    }

    private static func list(_ names: [String]) -> Markup {
        names.isEmpty ? "none" : Markup(text: names.joined(separator: ", "))
    }

    private static func list(of contents: [PageSection]) -> Markup {
        let links = contents.map { section -> Markup in
            "<li><a href=\"#\(section.id)\">\(section.label)</a></li>\n"
        }
        return """
            <nav class="contents" aria-label="Contents"><ul>
            \(links)</ul></nav>

            """
    }
}
