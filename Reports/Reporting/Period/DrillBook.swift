internal import DRTesting

/// What all sections of a report are made from: the drills of a history in the orders in which
/// they are asked for, what was due, and what was found.
struct DrillBook {
    let history: History
    /// Ended in the period, in the order of their ends: drills alone.
    let drills: [DrillRun]
    /// Of these, the ones whose verdict counts.
    let judged: [DrillRun]
    let judgedBySubject: [Subject: [DrillRun]]
    /// Ended up to the head: of the period and before it, in the order of their ends.
    let ended: [DrillSummary]
    let endedBySubject: [Subject: [DrillSummary]]
    /// Of these, the ones whose verdict counts.
    let everJudgedBySubject: [Subject: [DrillSummary]]
    let due: DueAccount
    /// Drills that have to succeed between the moment of judgement and the end of the period:
    /// whether they will, or did, nobody knows. None of a period that is over.
    let undecided: Int
    let findings: FindingLedger
    /// Twenty-six, the last of them the one that the period has come to.
    let weeks: [Period]
    /// Drilled in the period or in the thirteen weeks up to it, or under a cadence.
    let subjects: [Subject]

    static let calendarWeeks = 13
    private static let trendWeeks = 26

    init(_ history: History) {
        let drills = history.drills
        let judged = drills.filter(\.summary.isJudged)
        let ended = history.earlier.filter(\.isDrill) + drills.map(\.summary)
        let weeks = Period.weeks(Self.trendWeeks, upTo: Self.lastMoment(of: history))
        self.history = history
        (self.drills, self.judged, self.ended, self.weeks) = (drills, judged, ended, weeks)
        judgedBySubject = Dictionary(grouping: judged, by: \.summary.subject)
        endedBySubject = Dictionary(grouping: ended, by: \.subject)
        everJudgedBySubject = endedBySubject.mapValues { $0.filter(\.isJudged) }
        due = DueAccount(
            cadences: history.catalog.cadences, excuses: history.catalog.excuses, drills: ended,
            period: history.period, at: history.judgedAt)
        undecided = Self.undecided(history, ended)
        findings = FindingLedger(ended)
        let firstWeek = weeks.suffix(Self.calendarWeeks).first?.start ?? 0
        let since = min(firstWeek, history.period.start)
        let drilled = ended.filter { $0.endTime >= since }.map(\.subject)
        let asked = due.standings.map(\.subject) + due.due.map(\.subject)
        subjects = Set(drilled + asked).sorted()
    }

    /// Those that would be overdue at the end of the period if nothing came any more.
    private static func undecided(_ history: History, _ drills: [DrillSummary]) -> Int {
        let start = max(history.judgedAt, history.period.start)
        if start >= history.period.end { return 0 }
        let rest = Period(kind: .custom, start: start, end: history.period.end, name: "")
        return DueAccount(
            cadences: history.catalog.cadences, excuses: history.catalog.excuses, drills: drills,
            period: rest, at: rest.end
        ).count(.overdue)
    }

    /// That there are some, for a sentence; `nil`: there are none.
    var undecidedWords: String? {
        if undecided == 0 { return nil }
        let verb = undecided == 1 ? "has" : "have"
        return "\(undecided.counted("more drill")) \(verb) to succeed before the period ends, of "
            + "which nothing is known after \(ReportText.moment(judgedAt)) UTC"
    }

    /// The last moment of the period that is looked at.
    private static func lastMoment(of history: History) -> UInt64 {
        min(max(history.judgedAt, history.period.start), history.period.end - 1)
    }

    var period: Period { history.period }
    var judgedAt: UInt64 { history.judgedAt }
    /// Whether all of the period is judged.
    var isPeriodOver: Bool { judgedAt >= period.end }

    /// Judged in the period, in the order of their ends.
    func judged(of subject: Subject) -> [DrillRun] { judgedBySubject[subject] ?? [] }

    /// All drills of a subject that ended, in the order of their ends.
    func ended(of subject: Subject) -> [DrillSummary] { endedBySubject[subject] ?? [] }

    /// Of these, the ones whose verdict counts.
    func everJudged(of subject: Subject) -> [DrillSummary] {
        everJudgedBySubject[subject] ?? []
    }

    /// Whether the last of some drills ended in the period: else what they show was said before.
    func endsInPeriod(_ drills: some BidirectionalCollection<DrillSummary>) -> Bool {
        drills.last.map { period.contains($0.endTime) } ?? false
    }

    func standing(of subject: Subject) -> DueStanding? {
        due.standings.first { $0.subject == subject }
    }

    func lastSuccess(of subject: Subject) -> DrillSummary? {
        ended(of: subject).last(where: \.isPassed)
    }
}
