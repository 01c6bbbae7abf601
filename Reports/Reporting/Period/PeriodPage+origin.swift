internal import DRTesting

// What the report is made from, and how: so that nobody has to believe it.

extension PeriodPage {
    var origin: PageSection {
        let origin = report.origin
        let root = "\(origin.range.root)"
        let facts = FactList([
            FactList.Fact("Document", "<code>\(report.documentID)</code>"),
            FactList.Fact("Log", "<code>\(origin.logID)</code>, called \(origin.logOrigin)"),
            FactList.Fact(
                "Head",
                """
                event \(origin.head), recorded \(ReportText.moment(origin.generatedAt)) UTC; \
                nothing after it was looked at
                """),
            FactList.Fact("Root of its tree", "<code>\(root)</code>"),
            FactList.Fact("Verified", verifiedWords),
            FactList.Fact("Held", heldWords),
            FactList.Fact("Program", "dr-testing \(origin.toolVersion)"),
            FactList.Fact("PDF", "\(PDFWriter.declaration(inside: "the CSV files"))"),
        ])
        let body: Markup = """
            \(facts.html)<p>The same bytes again, whenever it is run:</p>
            <pre><code>\(origin.command)</code></pre>
            <p>The log itself, and what it says of one test or one event:</p>
            <pre><code>dr-audit verify
            dr-audit replay --test ID
            dr-audit prove POSITION</code></pre>
            \(reconciliation.html)
            """
        return PageSection(
            id: "origin", title: "Where this comes from", label: "Origin",
            lead: "Everything here is derived from the events of one log up to its head.",
            body: body)
    }

    /// How the numbers are made, so that they can be made again.
    var method: PageSection {
        let facts = PeriodReport.methodNotes.map { note in
            FactList.Fact(note.title, Markup(text: note.text))
        }
        return PageSection(
            id: "method", title: "Method", body: FactList(facts, style: "method").html)
    }

    private var verifiedWords: Markup {
        let range = report.origin.range
        let hashed: Markup =
            range.hashed == 0
            ? "The period has no event up to the head"
            : """
            \(Self.count(range.hashed)) events of the period, \(range.first) to \(range.last), \
            were hashed anew from their stored bytes
            """
        return """
            \(ResultMark.passed("verified").html): \(hashed). The \(Self.count(range.stored)) \
            others were taken by their stored hashes. Together they give the root of the tree over \
            \(Self.count(range.size)) events.
            """
    }

    private var heldWords: Markup {
        let first = report.origin.firstHeld
        return first <= 1
            ? "all events from the first on"
            : """
            events from \(first) on; what drills before it showed is in an archive, and not in \
            this report
            """
    }

    // MARK: What adds up

    private var reconciliation: PageTable {
        let (counts, due) = (report.origin.counts, report.due)
        let purposes =
            "\(counts.drills.counted("drill")), \(counts.proofs) of proofs, "
            + "\(counts.chaos) of chaos, \(counts.others) for something else"
        let purposeSum = counts.drills + counts.proofs + counts.chaos + counts.others
        let runs = counts.runs + counts.underWay
        let outcomes = DueDrill.Outcome.allCases.map { "\(due.count($0)) \($0.rawValue)" }
        let rows: [[Markup]] = [
            ["Events of the period", Self.count(counts.events), "all of them were read", ""],
            [
                "Runs that ended in the period", "\(counts.runs)", "\(purposes)",
                Self.mark(isRight: counts.runs == purposeSum),
            ],
            [
                "Runs that ended or were under way", "\(runs)", "\(usesOfRuns)",
                Self.mark(isRight: runs == report.runs.count),
            ],
            [
                "Drills that cadences asked for", "\(due.scheduled)",
                "\(outcomes.joined(separator: ", "))", Self.mark(isRight: due.isReconciled),
            ],
        ]
        return PageTable(
            "What was read, and what became of it",
            [.name("What"), .number("In the log"), .words("In this report"), .text("Adds up")],
            rows)
    }

    /// Each run is in the figures, or left out for one reason.
    private var usesOfRuns: String {
        let leftOut = report.runs.filter { !$0.isCounted }
        let reasons = Dictionary(grouping: leftOut, by: \.exclusion)
            .sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }
        let words = reasons.isEmpty ? "" : ": \(reasons.joined(separator: ", "))"
        return "\(report.runs.count - leftOut.count) in the figures, \(leftOut.count) left out"
            + words
    }

    private static func mark(isRight: Bool) -> Markup {
        (isRight ? ResultMark.passed("yes") : .failed("no")).html
    }
}
