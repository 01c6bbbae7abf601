internal import DRTesting

/// A proof as a table for a terminal. A pure value: it knows no colours.
///
/// Names of steps that are too long are cut, so that each line fits.
public struct ProofMatrix: Equatable, Sendable {
    /// Between two columns.
    public static let gap = "  "
    /// What each line needs before its first column, for a mark.
    public static let markWidth = 2
    private static let narrowest = 10

    /// Sabotage, the step that went red, its verdict, the conclusion: padded, but for the last.
    public let headings: [String]
    /// In the order of the runs. Those that were not made are in it too.
    public let rows: [[String]]

    /// - Parameter width: in columns. Below 66 or so it does not fit.
    public init(_ proof: Proof, width: Int) {
        let headings = ["Sabotage", "Step that went red", "Verdict", "Conclusion"]
        let rows = proof.planned.enumerated().map { index, sabotage in
            index < proof.findings.count
                ? Self.cells(proof.findings[index]) : [sabotage.rawValue, "", "", "not run"]
        }
        var widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].count }.max() ?? 0
        }
        let others = widths[0] + widths[2] + widths[3] + 3 * Self.gap.count + Self.markWidth
        widths[1] = max(min(widths[1], width - others), Self.narrowest)
        self.headings = Self.fitted(headings, widths)
        self.rows = rows.map { Self.fitted($0, widths) }
    }

    private static func cells(_ finding: Proof.Finding) -> [String] {
        let isJudged = finding.verdict != .none
        return [
            finding.sabotage.rawValue, finding.step.printable(),
            isJudged ? "\(finding.verdict)" : "", finding.conclusion.rawValue,
        ]
    }

    private static func fitted(_ cells: [String], _ widths: [Int]) -> [String] {
        zip(cells, widths).enumerated().map { column, cell in
            let (text, width) = cell
            if text.count > width { return text.prefix(width - 1) + "…" }
            let isLast = column == cells.count - 1
            return isLast ? text : text + String(repeating: " ", count: width - text.count)
        }
    }
}
