internal import DRTesting

/// What the log says of each control, and what it does not.
extension ComplianceSections {
    var controls: TextSection {
        let cards = report.matrix.map { TextBlock.card(Self.card(of: $0)) }
        let none = TextBlock.paragraph("The catalogue has no control of this framework.")
        let unrecorded = TextBlock.table(
            tables.unrecorded, orElse: "Every fact of the catalogue is recorded.")
        return TextSection(
            id: "controls", title: "Controls",
            blocks: (cards.isEmpty ? [none] : cards) + [unrecorded])
    }

    /// What is *not* evidenced stands beside the result.
    static func card(of row: ComplianceReport.ControlRow) -> TextCard {
        let control = row.control
        return TextCard(
            title: "\(control.id) \(control.title)", mark: row.status.mark,
            facts: [
                ("Why", row.reason), ("Not evidenced here", control.notEvidencedHere),
                ("In our words", control.requirement), ("Drills", drills(row)),
                ("Facts", "\(list(row.facts)); missing: \(list(row.missingFacts))"),
                (
                    "Source",
                    "\(control.framework), \(control.version); interval: \(control.cadence); "
                        + "paraphrase \(control.checkedWords)"
                ),
            ])
    }

    private static func drills(_ row: ComplianceReport.ControlRow) -> String {
        let passed = row.runs == 0 ? "none was judged" : "\(row.passed) of \(row.runs) passed"
        let success = row.lastSuccess.map { ", the last success on \(ReportText.day($0))" } ?? ""
        let tests = row.evidence.map { "\($0)" }.joined(separator: ", ")
        let newest = tests.isEmpty ? "" : "; tests \(tests)"
        return "\(row.control.contribution.words): \(passed)\(success)\(newest)"
    }

    private static func list(_ facts: [EvidenceFact]) -> String {
        facts.isEmpty ? "none" : facts.map(\.rawValue).joined(separator: ", ")
    }
}

extension Control.Contribution {
    /// What a drill is for the control.
    fileprivate var words: String {
        switch self {
        case .direct: "direct evidence for it"
        case .partial: "evidence for a part of it"
        case .supporting: "only input to it"
        }
    }
}

extension Control {
    /// How the words of the catalogue were checked.
    fileprivate var checkedWords: String {
        switch checked {
        case "source": "checked against the source"
        case "memory": "from memory, not checked against the source"
        default: checked
        }
    }
}
