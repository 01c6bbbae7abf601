internal import DRTesting

/// R19 and R20: what was found and is not put right.
enum FindingRules {
    private static let lastDrills = 6
    private static let recurrences = 3

    static func all(
        _ book: DrillBook, findings: [PeriodReport.FindingRow]
    ) -> [Recommendation] {
        overdue(findings) + book.subjects.compactMap { recurring($0, book) }
    }

    /// R19, of each finding that is open past its time.
    private static func overdue(_ findings: [PeriodReport.FindingRow]) -> [Recommendation] {
        findings.filter { $0.state == .overdue }.map { row in
            Recommendation(
                .findingOverdue, .high,
                "Finding \(row.finding.id) of \(row.finding.subject.words) is open for "
                    + "\(row.ageDays.counted("day")): put it right, and show it by a retest.",
                evidence: [row.finding.openedBy, row.finding.lastTest])
        }
    }

    /// R20, of three of the last six drills.
    private static func recurring(_ subject: Subject, _ book: DrillBook) -> Recommendation? {
        let last = book.everJudged(of: subject).suffix(lastDrills)
        let bad = last.filter { !$0.isPassed }
        guard bad.count >= recurrences, book.endsInPeriod(bad) else { return nil }
        return Recommendation(
            .findingRecurs, .high,
            "\(subject.words) did not pass in \(bad.count) of its last \(last.count) drills: look "
                + "for a cause behind them all.",
            evidence: bad.map(\.id))
    }
}
