internal import DRTesting

/// Where the report comes from, how to check that, and who answers for it.
extension ComplianceSections {
    var integrity: TextSection {
        let sources = report.statement.clockSources
        return TextSection(
            id: "integrity", title: "Integrity of the log",
            blocks: [
                .list(report.statement.sentences),
                .facts([
                    (
                        "Clocks of the drills",
                        sources.isEmpty ? "not recorded" : sources.joined(separator: ", ")
                    )
                ]),
                .table(tables.notes, orElse: "The log says nothing of itself in the period."),
            ])
    }

    var origin: TextSection {
        let (origin, counts) = (report.origin, report.origin.counts)
        return TextSection(
            id: "origin", title: "Origin",
            blocks: [
                .facts([
                    ("Program", "dr-testing \(origin.toolVersion)"), ("Log", origin.logID),
                    ("Name in checkpoints", origin.logOrigin),
                    ("Head", "event \(origin.head), the last that was read"),
                    ("Root", "\(origin.range.root) over \(origin.range.size.counted("event"))"),
                    ("Hashed anew", origin.range.hashed.counted("event")),
                    ("Taken from stored hashes", origin.range.stored.counted("event")),
                    ("Oldest event held", "\(origin.firstHeld)"),
                    ("Events in the period", "\(counts.events)"),
                    (
                        "Runs that ended in the period",
                        """
                        \(counts.runs) = \(counts.drills.counted("drill")) + \
                        \(counts.proofs.counted("proof")) + \(counts.chaos) of chaos + \
                        \(counts.others) of other purposes
                        """
                    ),
                    ("Runs under way at the head", "\(counts.underWay)"),
                    ("Times", "UTC, as the log recorded them"),
                ]),
                .paragraph("This command makes the same report again:"),
                .commands([origin.command]),
            ])
    }

    var manifest: TextSection {
        TextSection(
            id: "manifest", title: "Evidence manifest",
            blocks: [
                .paragraph(
                    """
                    Each digest is that of a leaf of the tree: SHA-256 of a zero byte and the \
                    event as it is stored. Drills shown here: \(shown(of: report.manifest.count)). \
                    The JSON file of this report has all of them.
                    """),
                .table(tables.manifest, orElse: "No drill counts in the period."),
            ])
    }

    var documentControl: TextSection {
        TextSection(
            id: "document", title: "Document control",
            blocks: [
                .facts([
                    ("Document", report.documentID),
                    (
                        "Made",
                        """
                        from the log up to event \(report.origin.head), which was recorded at \
                        \(ReportText.moment(report.origin.generatedAt)) UTC
                        """
                    ),
                    (
                        "Editions",
                        "HTML, PDF, Markdown, JSON, CSV and OSCAL are made from the same values"
                    ),
                    (
                        "Digest",
                        """
                        a file cannot hold its own: those of all files are in SHA256SUMS of the \
                        bundle, and in the log, which records each report that is written
                        """
                    ),
                    ("PDF", PDFWriter.declaration(inside: "the OSCAL and CSV files")),
                ])
            ])
    }

    var custody: TextSection {
        let titles = [
            "When (UTC)", "From", "To", "Purpose", "SHA-256 before", "SHA-256 after",
        ]
        let generated: [TextTable.Cell] = [
            .time(report.origin.generatedAt),
            .init("log \(report.origin.logID)", "up to event \(report.origin.head)"),
            .init(report.documentID), .init("report of \(report.period.name)"),
            .code("\(report.origin.range.root)"), .init("see SHA256SUMS"),
        ]
        let table = TextTable(
            "Each time that this report changes hands",
            titles.map { TextTable.Column($0) }, of: Array(0..<6)
        ) { row in
            row == 0 ? generated : titles.map { _ in TextTable.Cell.blank }
        }
        return TextSection(
            id: "custody", title: "Chain of custody", blocks: [.table(table, orElse: "")])
    }

    var signatures: TextSection {
        let titles = ["Step", "Name", "Role", "Date", "Signature"]
        let table = TextTable(
            "Who answers for this report", titles.map { TextTable.Column($0) },
            of: ["Prepared", "Reviewed", "Approved"]
        ) { step in
            [TextTable.Cell(step)] + titles.dropFirst().map { _ in TextTable.Cell.blank }
        }
        return TextSection(
            id: "signatures", title: "Sign-off",
            blocks: [.warning(independence), .table(table, orElse: "")])
    }

    /// Whoever ran a drill does not review it.
    private var independence: String {
        if report.executors.isEmpty { return "The log names nobody who ran a drill in the period." }
        let names = SentenceList(report.executors, limit: 40)
        let signer = names.isOne ? "that name" : "one of them"
        return "The log names \(names) as whoever ran drills of the period or asked for them. A "
            + "review or an approval by \(signer) is not independent."
    }

    var history: TextSection {
        let titles = ["Revision", "Date", "By", "What changed, and why"]
        let made: [TextTable.Cell] = [
            .init("as generated"), .time(report.origin.generatedAt),
            .init("dr-testing \(report.origin.toolVersion)"),
            .init("made from the log up to event \(report.origin.head)"),
        ]
        let table = TextTable(
            "Revisions of this document", titles.map { TextTable.Column($0) }, of: Array(0..<4)
        ) { row in
            row == 0 ? made : titles.map { _ in TextTable.Cell.blank }
        }
        return TextSection(
            id: "history", title: "Change history",
            blocks: [
                .paragraph(
                    """
                    Another head, another version of the program or another catalogue gives \
                    other bytes. Such a document is a new revision, and says here why.
                    """),
                .table(table, orElse: ""),
            ])
    }
}
