extension ComplianceReport.Coverage {
    /// Of all drills that the log still holds, against the cadences as they stand at the head. Each
    /// month is judged for itself, when it was over.
    init(_ book: DrillBook) {
        let months = Self.months(endingWith: book.period).map { Month($0, book) }
        let standings = Dictionary(
            book.due.standings.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
        let seen = months.flatMap { Array($0.drills.keys) + Array($0.due.keys) }
        self.init(
            months: months.map(\.name),
            rows: Set(seen + standings.keys).sorted().map { subject in
                Row(
                    subject: subject, cadence: standings[subject],
                    marks: months.map { $0.mark(of: subject) },
                    counts: months.map { $0.judged(of: subject) })
            })
    }

    /// Twelve, or fewer at the beginning of time: the last is the one that a period ends in.
    private static func months(endingWith period: Period) -> [Period] {
        var months = [Period(.monthly, containing: period.end - 1)]
        while months.count < 12, let first = months.first, first.start > 0 {
            months.insert(Period(.monthly, containing: first.start - 1), at: 0)
        }
        return months
    }

    private struct Month {
        let name: String
        let drills: [Subject: [DrillSummary]]
        let due: [Subject: [DueDrill]]

        init(_ month: Period, _ book: DrillBook) {
            let catalog = book.history.catalog
            let account = DueAccount(
                cadences: catalog.cadences, excuses: catalog.excuses, drills: book.ended,
                period: month, at: min(month.end, book.judgedAt))
            name = month.name
            due = Dictionary(grouping: account.due, by: \.subject)
            drills = Dictionary(
                grouping: book.ended.filter { month.contains($0.endTime) }, by: \.subject)
        }

        func mark(of subject: Subject) -> PeriodReport.Calendar.Mark {
            .worst(of: drills[subject] ?? [], due: due[subject] ?? [])
        }

        func judged(of subject: Subject) -> Int {
            (drills[subject] ?? []).count { $0.isJudged }
        }
    }
}
