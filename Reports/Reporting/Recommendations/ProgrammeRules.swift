internal import DRTesting
internal import Projections

/// R09, R10, R22, R23, R25 and R26: whether drills are made as often, as widely and as truly as
/// they should be.
enum ProgrammeRules {
    /// A reliability that is worth showing, and how sure one wants to be.
    private static let reliability = 0.9
    private static let confidence = 0.95
    /// Of fewer clean drills nobody expects a rate.
    private static let fewestClean = 5
    private static let fewestIsolated = 3
    private static let yearUs: UInt64 = 365 * 86_400_000_000

    static func all(_ book: DrillBook) -> [Recommendation] {
        let ofSubjects = book.subjects.flatMap { subject -> [Recommendation] in
            [changed(subject, book), tooFew(subject, book)].compactMap { $0 }
        }
        let others = [
            nothingAsked(book), isolated(book), clock(book), scenarios(book),
        ].compactMap { $0 }
        return overdue(book) + ofSubjects + others
    }

    /// R09, of each cadence whose last due drill is overdue.
    private static func overdue(_ book: DrillBook) -> [Recommendation] {
        book.due.standings.compactMap { standing in
            guard let since = standing.overdueSince else { return nil }
            let interval = standing.intervalMs.multipliedClamped(by: 1000)
            let isLong = book.judgedAt > since.addingClamped(interval)
            let last = standing.lastSuccess.map { "last succeeded on \(ReportText.day($0))" }
            let cadence = book.history.catalog.cadences.first {
                $0.definition.id == standing.cadenceID
            }
            return Recommendation(
                .drillOverdue, isLong || last == nil ? .high : .medium,
                "\(standing.subject.words) is overdue since \(ReportText.day(since)), and "
                    + "\(last ?? "never succeeded"): run it. Its cadence says why: "
                    + "\(standing.reason.printable()).",
                evidence: [cadence?.position, standing.lastSuccessTest].compactMap { $0 })
        }
    }

    /// R09, where nothing says how often to drill and nobody did.
    private static func nothingAsked(_ book: DrillBook) -> Recommendation? {
        guard book.judged.isEmpty, book.due.standings.isEmpty else { return nil }
        return Recommendation(
            .drillOverdue, .low,
            "No drill was judged, and no cadence asks for any: run one, and record how often each "
                + "is to be run.",
            evidence: [])
    }

    /// R10, of a subject whose last drill did not pass and was of something else than the last that
    /// passed, or whose scenario was changed in the period after that.
    private static func changed(_ subject: Subject, _ book: DrillBook) -> Recommendation? {
        guard let success = book.lastSuccess(of: subject) else { return nil }
        var facts: [String] = []
        var evidence = [success.id]
        let drills = book.ended(of: subject)
        if let last = drills.last, last.id != success.id, book.endsInPeriod(drills) {
            let words = DrillDifference.all(success, last).map(\.words)
            facts += words
            if !words.isEmpty { evidence.append(last.id) }
        }
        let edits = book.history.catalog.changes.filter { change in
            change.table == "scenario" && change.what == "changed"
                && change.name == subject.scenario && change.position > success.id
        }
        if let edit = edits.last {
            facts.append("its scenario was changed")
            evidence.append(edit.position)
        }
        if facts.isEmpty { return nil }
        return Recommendation(
            .changedSinceSuccess, .medium,
            "\(subject.words) changed since it last passed, in test \(success.id) "
                + "(\(facts.joined(separator: ", "))): test it again.",
            evidence: evidence)
    }

    /// R22, of a subject that never failed, and was drilled too seldom for that to say much.
    private static func tooFew(_ subject: Subject, _ book: DrillBook) -> Recommendation? {
        let ever = book.everJudged(of: subject)
        let needed = Proportion.zeroFailureRuns(reliability: reliability, confidence: confidence)
        guard ever.count >= fewestClean, ever.count < needed, ever.allSatisfy(\.isPassed),
            book.endsInPeriod(ever), let interval = Proportion.wilson(ever.count, of: ever.count)
        else { return nil }
        // Rounded down: what is shown is supported.
        let supported = Int(interval.lowerBound * 100)
        return Recommendation(
            .sampleTooSmall, .low,
            "\(subject.words): \(ever.count) of \(ever.count) supports a success rate of "
                + "\(supported) % at best; \(needed) drills without a failure are needed to show "
                + "90 % with a confidence of 95 %.",
            evidence: ever.map(\.id))
    }

    /// R23, of all drills of the period and of the thirteen weeks up to it.
    private static func isolated(_ book: DrillBook) -> Recommendation? {
        let firstWeek = book.weeks.suffix(DrillBook.calendarWeeks).first
        let since = min(firstWeek?.start ?? 0, book.period.start)
        let drills = book.ended.filter { $0.isJudged && $0.endTime >= since }
        guard drills.count >= fewestIsolated, book.endsInPeriod(drills),
            drills.allSatisfy(\.isRehearsal)
        else { return nil }
        return Recommendation(
            .environmentsIsolated, .medium,
            "All \(drills.count) drills since \(ReportText.day(since)) had a storage embedded in "
                + "the program, or an environment for tests: plan one in an environment like "
                + "production.",
            evidence: drills.map(\.id))
    }

    /// R25: the clock was behind the log, which is the one offset that the log shows.
    private static func clock(_ book: DrillBook) -> Recommendation? {
        let notes = book.history.notes.filter { $0.name == "clock_behind_log" }
        if notes.isEmpty { return nil }
        return Recommendation(
            .clockOff, .medium,
            "The clock of the host went back \(notes.count.counted("time")) by more than a "
                + "second: mend its time source.",
            evidence: notes.map(\.position))
    }

    /// R26, if it is known when a scenario was last created or changed.
    private static func scenarios(_ book: DrillBook) -> Recommendation? {
        guard let changed = book.history.catalog.scenariosChangedAt,
            book.judgedAt.subtractingClamped(changed) > yearUs
        else { return nil }
        return Recommendation(
            .scenariosUnchanged, .low,
            "No scenario was created or changed since \(ReportText.day(changed)): look whether "
                + "they are still those that matter.",
            evidence: [])
    }
}
