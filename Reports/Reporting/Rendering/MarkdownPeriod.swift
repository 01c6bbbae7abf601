internal import DRTesting

extension PeriodReport {
    /// The report in GitHub-flavoured Markdown: all that its page has, without HTML and images.
    public var markdown: String {
        var document = MarkdownDocument(title: name)
        document.block(.paragraph("\(summary.colourMark.symbol) \(summary.headline)"))
        document.block(.list(summary.lines))
        document.section(figures)
        let sections = MarkdownPeriodSections(report: self)
        for section in sections.all { document.section(section) }
        document.section(source)
        return document.text
    }

    /// The report in at most 60 lines of Markdown, for a chat or the body of a ticket.
    var summaryMarkdown: String {
        var document = MarkdownDocument(title: name)
        document.block(.paragraph("\(summary.colourMark.symbol) \(summary.headline)"))
        document.block(.list(summary.lines))
        document.section(figures)
        if !scorecard.isEmpty {
            let table = MarkdownPeriodTables(report: self).shortScorecard(8)
            document.block(.table(table, orElse: ""))
            document.rest(of: scorecard.count, shown: 8, "row")
        }
        let rules = recommendations.map { "\($0.rule): \($0.sentence)" }
        document.short(rules, "To do", "recommendation")
        document.short(next.map(\.dueWords), "Due next", "drill")
        let source = "\(documentID), from log \(origin.logID) up to event \(origin.head)"
        document.block(.paragraph("\(source): \(origin.command)"))
        return document.text
    }

    /// Each with its count.
    private var figures: TextSection {
        let counts = statistics
        let share =
            counts.total == 0
            ? "" : " (\(ReportText.percent(Double(counts.passed) / Double(counts.total))))"
        let damage =
            counts.damaged == 0
            ? "" : "; acknowledged data was damaged in \(counts.damaged.counted("drill"))"
        let facts = [
            (name: "Passed", value: "\(counts.passed) of \(counts.total.counted("drill"))\(share)"),
            (
                name: "Not passed",
                value: "\(counts.failed) failed, \(counts.inconclusive) inconclusive; of all, "
                    + "\(counts.notRecovered) not recovered"
            ),
            (
                name: "In no rate",
                value: "\(counts.cancelled) cancelled, \(counts.underWay) under way at the head"
            ),
            (
                name: "Mean recovery time (RTO)",
                value: "\(ReportText.milliseconds(counts.averageRTOMs)), of "
                    + "\(counts.rtoCount) measured"
            ),
            (
                name: "Mean data loss (RPO)",
                value: "\(ReportText.milliseconds(counts.averageRPOMs)), of "
                    + "\(counts.rpoCount) measured\(damage)"
            ),
        ]
        return TextSection(id: "figures", title: "In figures", blocks: [.facts(facts)])
    }

    private var source: TextSection {
        let range = origin.range
        let facts = [
            (name: "Document", value: documentID),
            (
                name: "Period",
                value: "\(period.name): from \(ReportText.moment(period.start)) up to, but not "
                    + "with, \(ReportText.moment(period.end)), UTC"
            ),
            (name: "Targets", value: Self.list(targets)),
            (name: "Environments", value: Self.list(environments)),
            (name: "Generated", value: "\(ReportText.moment(origin.generatedAt)) UTC"),
            (name: "Log", value: origin.logID),
            (name: "Head", value: "event \(origin.head)"),
            (name: "Root", value: "\(range.root) over \(range.size.counted("event"))"),
            (
                name: "Verified",
                value: "\(range.hashed.counted("event")) of the period hashed anew, "
                    + "\(range.stored) taken from stored hashes"
            ),
            (name: "Program", value: "dr-testing \(origin.toolVersion)"),
            (name: "PDF", value: PDFWriter.declaration(inside: "the CSV files")),
        ]
        return TextSection(
            id: "origin", title: "Origin",
            blocks: [
                .facts(facts), .paragraph("This command makes the same report again:"),
                .commands([origin.command]),
            ])
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.joined(separator: ", ")
    }
}

extension MarkdownDocument {
    /// The first five of a list.
    fileprivate mutating func short(_ sentences: [String], _ title: String, _ noun: String) {
        if sentences.isEmpty { return }
        section(TextSection(id: "", title: title, blocks: [.list(Array(sentences.prefix(5)))]))
        rest(of: sentences.count, shown: 5, noun)
    }

    /// That there is more than was shown.
    fileprivate mutating func rest(of count: Int, shown: Int, _ noun: String) {
        if count > shown {
            let more = (count - shown).counted("more \(noun)")
            block(.paragraph("And \(more), in the whole report."))
        }
    }
}

extension DueStanding {
    /// When the next drill is due, in a sentence.
    fileprivate var dueWords: String {
        let late = overdueSince.map { ", overdue since \(ReportText.moment($0))" } ?? ""
        return "\(subject.words): due at \(ReportText.moment(dueTime)) UTC\(late)"
    }
}
