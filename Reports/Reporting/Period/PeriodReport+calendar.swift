extension PeriodReport.Calendar {
    /// Of every subject of the scorecard. Each week is judged for itself, when it was over: a drill
    /// that was overdue in one and made up for in the next shows in both.
    init(_ book: DrillBook) {
        let weeks = Array(book.weeks.suffix(DrillBook.calendarWeeks))
        let due = weeks.map { Self.due(in: $0, book) }
        let rows = book.subjects.map { subject in
            let drills = weeks.map { week in
                book.ended(of: subject).filter { week.contains($0.endTime) }
            }
            return Row(
                subject: subject,
                marks: zip(drills, due).map { drills, due in
                    Mark.worst(of: drills, due: due[subject] ?? [])
                },
                counts: drills.map { $0.count(where: \.isJudged) })
        }
        self.init(weeks: weeks.map(\.name), rows: rows)
    }

    private static func due(in week: Period, _ book: DrillBook) -> [Subject: [DueDrill]] {
        let catalog = book.history.catalog
        let account = DueAccount(
            cadences: catalog.cadences, excuses: catalog.excuses, drills: book.ended,
            period: week, at: min(week.end, book.judgedAt))
        return Dictionary(grouping: account.due, by: \.subject)
    }
}

extension PeriodReport.Calendar.Mark {
    /// What a stretch of time shows: the worst of what happened in it.
    ///
    /// - Parameters:
    ///   - drills: that ended in it.
    ///   - due: that counted in it.
    static func worst(of drills: [DrillSummary], due: [DueDrill]) -> Self {
        let results = drills.map { Self($0.result) }
        let outcomes = due.map { Self($0.outcome) }
        let found = Set(results + outcomes)
        return worstFirst.first { found.contains($0) } ?? Self.none
    }

    private static let worstFirst: [Self] = [
        .missed, .overdue, .inconclusive, .late, .excused, .cancelled, .met,
    ]

    private init(_ result: DrillResult) {
        switch result {
        case .passed: self = .met
        case .failed: self = .missed
        case .inconclusive: self = .inconclusive
        case .cancelled: self = .cancelled
        case .underWay: self = .none
        }
    }

    private init(_ outcome: DueDrill.Outcome) {
        switch outcome {
        // The drill itself shows that it was met.
        case .onTime: self = .none
        case .late: self = .late
        case .overdue: self = .overdue
        case .excused: self = .excused
        }
    }
}
