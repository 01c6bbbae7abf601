internal import DRTesting

/// What a compliance report says, section by section, for its page and its Markdown.
struct ComplianceSections {
    let report: ComplianceReport

    var tables: ComplianceTables { ComplianceTables(report: report) }

    var all: [TextSection] {
        [
            scope, claims, tally, method, controls, coverage, population, objectives, findings,
            exceptions, integrity, origin, manifest, verification, documentControl, custody,
            signatures, history, glossary,
        ]
    }

    private var scope: TextSection {
        TextSection(
            id: "scope", title: "Scope",
            blocks: [
                .facts([
                    ("Document", report.documentID), ("Framework", report.framework.title),
                    ("Period", report.periodWords),
                    ("Targets", Self.list(report.targets)),
                    ("Environments", Self.list(report.environments)),
                    ("Generated", ReportText.moment(report.origin.generatedAt) + " UTC"),
                    ("Judged as of", ReportText.moment(report.judgedAt) + " UTC"),
                ]),
                .table(
                    Self.form(
                        "To be filled in by whoever hands this report over",
                        ["Revision", "Classification", "Distribution", "Keep until"], rows: 1),
                    orElse: ""),
            ])
    }

    static func list(_ names: [String]) -> String {
        names.isEmpty ? "none: no drill ended in the period" : names.joined(separator: ", ")
    }

    /// A table that people fill in.
    static func form(_ caption: String, _ titles: [String], rows: Int) -> TextTable {
        TextTable(caption, titles.map { TextTable.Column($0) }, of: Array(0..<rows)) { _ in
            titles.map { _ in TextTable.Cell.blank }
        }
    }

    private var claims: TextSection {
        TextSection(
            id: "claims", title: "What this report says, and what it does not",
            blocks: [
                .paragraph(
                    """
                    It says what the drills of one log evidence for each control that the \
                    catalogue has of \(report.framework.title): for the object storage of \
                    the targets above, in the period above, and for nothing else.
                    """),
                .list([
                    """
                    It does not say that an organisation, a system or a control meets a \
                    requirement. Assessors decide that, with evidence of other kinds.
                    """,
                    """
                    It is something to examine, and tests that can be run again. It answers no \
                    interview.
                    """,
                    "What is not evidenced here stands beside each result, and belongs to it.",
                    """
                    Requirements stand in our own words. Each control says how its words were \
                    checked; what the text of the framework says goes before them.
                    """,
                    """
                    Which drill bears on which control is a judgement. Whoever answers for this \
                    framework should review it.
                    """,
                ]),
            ])
    }

    private var tally: TextSection {
        TextSection(
            id: "result", title: "Results by status",
            blocks: [
                .table(tables.tally, orElse: "The catalogue has no control of this framework.")
            ])
    }

    private var method: TextSection {
        let precedence = ComplianceReport.Status.allCases.map(\.rawValue).joined(separator: ", ")
        return TextSection(
            id: "method", title: "How results are decided",
            blocks: [
                .facts([
                    ("Precedence", "\(precedence): the first that holds is shown."),
                    (
                        "Overdue",
                        """
                        Decided by the last success, whatever was run since. A cadence is a \
                        decision of the organisation; an interval that a text states \
                        counts too.
                        """
                    ),
                    (
                        "Runs",
                        """
                        A run counts in the period in which its end was recorded. Proofs, chaos \
                        and cancelled runs are listed, and in no figure.
                        """
                    ),
                    (
                        "Unknown",
                        "A time or a loss that was not measured is unknown, and never 0."
                    ),
                    (
                        "Facts",
                        """
                        A fact is there if the drills of a control recorded it. What nothing \
                        records is listed below the controls.
                        """
                    ),
                ])
            ])
    }

    private var coverage: TextSection {
        TextSection(
            id: "coverage", title: "Coverage over twelve months",
            blocks: [
                .table(
                    tables.coverage,
                    orElse: "No drill ended in these months, and no cadence asks for any."),
                .paragraph(
                    """
                    \(PeriodReport.Calendar.marksInWords). A month shows the worst of what \
                    happened in it, and how many drills were judged.
                    """),
                .table(tables.standings, orElse: "No cadence asks for any drill."),
            ])
    }

    private var population: TextSection {
        TextSection(
            id: "population", title: "Population and reconciliation",
            blocks: [
                .table(tables.identities, orElse: ""),
                .table(tables.exclusions, orElse: "No run is left out of the figures."),
                .paragraph(
                    "Runs shown here: \(shown(of: report.population.count)). The CSV and JSON "
                        + "files of this report have all of them."),
                .table(tables.population, orElse: "No run ended in the period."),
            ])
    }

    /// How many rows of a long list stand in the page: `250 of 312`.
    func shown(of count: Int) -> String {
        "\(min(count, ComplianceTables.shownRuns)) of \(count)"
    }

    private var objectives: TextSection {
        TextSection(
            id: "objectives", title: "Objectives in force, and what was changed",
            blocks: [
                .table(
                    tables.objectives,
                    orElse: "No judged drill of the period had an objective."),
                .table(tables.changes, orElse: "Nothing was changed in the period."),
            ])
    }

    private var findings: TextSection {
        TextSection(
            id: "findings", title: "Findings",
            blocks: [
                .paragraph(
                    """
                    A finding is opened by a drill that failed or saw too little, and closed only \
                    by a later drill of the same scenario and target that passed. The log \
                    names no owner: the last column is for that.
                    """),
                .table(
                    tables.findings,
                    orElse: "No finding is open, and none was opened or closed in the period."),
            ])
    }

    private var exceptions: TextSection {
        TextSection(
            id: "exceptions", title: "Exceptions and excused drills",
            blocks: [
                .paragraph(
                    """
                    An excuse needs an approver other than the executor. An excused drill stays \
                    excused in every count, and is never counted as run.
                    """),
                .table(tables.excuses, orElse: "No drill of the period was excused."),
            ])
    }
}
