extension PeriodReport.FindingRow {
    /// How long a finding may be open where no cadence says how often is drilled.
    private static let usualTermUs: UInt64 = 30 * 86_400_000_000

    /// Open at the head, or opened or closed in the period: in the order of their ids.
    static func all(_ book: DrillBook) -> [PeriodReport.FindingRow] {
        book.findings.all.filter { finding in
            finding.isOpen || book.period.contains(finding.openedAt)
                || finding.closedAt.map { book.period.contains($0) } ?? false
        }.map { PeriodReport.FindingRow($0, book) }
    }

    private init(_ finding: FindingRecord, _ book: DrillBook) {
        let interval = book.standing(of: finding.subject)?.intervalMs
        let term = interval.map { $0.multipliedClamped(by: 1000) } ?? Self.usualTermUs
        let dueTime = finding.openedAt.addingClamped(term)
        let age = (finding.closedAt ?? book.judgedAt).subtractingClamped(finding.openedAt)
        let state: State =
            if !finding.isOpen {
                .closed
            } else if book.judgedAt > dueTime {
                .overdue
            } else {
                book.period.contains(finding.openedAt) ? .new : .open
            }
        self.init(
            finding: finding, state: state, ageDays: Int(clamping: age / 86_400_000_000),
            dueTime: dueTime)
    }
}
