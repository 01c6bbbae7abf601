internal import DRTesting

extension PeriodReport.Summary {
    /// - Parameters:
    ///   - findings: the rows of the report.
    ///   - recommendations: in their order, the most urgent first.
    init(
        _ book: DrillBook, _ statistics: PeriodReport.Statistics,
        findings: [PeriodReport.FindingRow], recommendations: [Recommendation]
    ) {
        let lines = [
            Self.drillLine(book, statistics), Self.findingLine(findings, of: book.period),
            Self.decisionLine(
                recommendations,
                at: book.period.kind == .incident ? "in the JSON file" : "below"),
        ]
        if book.period.kind == .incident, let run = book.history.runs.first {
            let (colour, headline) = Self.incident(run)
            self.init(colour: colour, headline: headline, lines: lines)
            return
        }
        let troubles = Self.troubles(book, statistics)
        let cautions = Self.cautions(book, statistics, findings)
        let colour = Self.colour(troubles, cautions, total: statistics.total)
        self.init(
            colour: colour,
            headline: Self.headline(
                colour, troubles, cautions, total: statistics.total, isFinal: book.isPeriodOver),
            lines: lines)
    }

    // MARK: The headline

    private static func colour(
        _ troubles: [String], _ cautions: [String], total: Int
    ) -> Colour {
        if !troubles.isEmpty { return .bad }
        if !cautions.isEmpty { return .attention }
        return total == 0 ? .unknown : .good
    }

    private static func headline(
        _ colour: Colour, _ troubles: [String], _ cautions: [String], total: Int, isFinal: Bool
    ) -> String {
        let judged = total == 0 ? ["no drill was judged"] : []
        let good = isFinal ? "Good" : "Good so far"
        switch colour {
        case .bad: return "Not good: \(list(troubles + judged))."
        case .attention where total == 0: return "Needs attention: \(list(judged + cautions))."
        case .attention: return "Needs attention: no drill failed, but \(list(cautions))."
        case .unknown: return "Nothing is known: no drill was judged, and none is overdue."
        case .good where total == 1: return "\(good): the only drill passed, and none is overdue."
        case .good: return "\(good): all \(total) drills passed, and none is overdue."
        }
    }

    /// What went wrong.
    private static func troubles(
        _ book: DrillBook, _ statistics: PeriodReport.Statistics
    ) -> [String] {
        var troubles: [String] = []
        if statistics.failed > 0 {
            troubles.append("\(statistics.failed) of \(statistics.total.counted("drill")) failed")
        }
        if statistics.damaged > 0 {
            let drills = statistics.damaged.counted("drill")
            troubles.append("acknowledged data was damaged in \(drills)")
        }
        if book.history.notes.contains(where: { $0.name == "log_reopened" }) {
            troubles.append("the log was reopened after a loss")
        }
        return troubles
    }

    /// What is not wrong, and not good either.
    private static func cautions(
        _ book: DrillBook, _ statistics: PeriodReport.Statistics,
        _ findings: [PeriodReport.FindingRow]
    ) -> [String] {
        var cautions: [String] = []
        if statistics.inconclusive > 0 {
            cautions.append("\(statistics.inconclusive.counted("drill")) proved nothing")
        }
        let missed = book.due.count(.overdue)
        let now = book.due.standings.count { $0.overdueSince != nil }
        if missed > 0 {
            let verb = missed == 1 ? "was" : "were"
            cautions.append("\(missed.counted("drill")) that \(verb) due did not succeed in time")
        } else if now > 0 {
            cautions.append("\(now.counted("drill")) \(now == 1 ? "is" : "are") overdue")
        }
        if let undecided = book.undecidedWords { cautions.append(undecided) }
        let open = findings.count { $0.state != .closed }
        if open > 0 {
            cautions.append("\(open.counted("finding")) \(open == 1 ? "is" : "are") open")
        }
        if book.history.notes.contains(where: { $0.name == "clock_behind_log" }) {
            cautions.append("the clock went back")
        }
        return cautions
    }

    /// `a`, `a and b`, `a, b and c`.
    private static func list(_ words: [String]) -> String {
        SentenceList(words, limit: words.count).description
    }

    // MARK: An incident

    private static func incident(_ run: DrillRun) -> (Colour, String) {
        let summary = run.summary
        let purpose = summary.isDrill ? "" : ", as \(summary.purposeWord) and no drill"
        let name = "test \(summary.id), \(summary.subject.words)\(purpose)"
        let message = summary.end?.message.printable() ?? ""
        let why = message.isEmpty ? "" : ": \(message)"
        switch summary.result {
        case .passed where run.measures.damagedLedgers.isEmpty:
            return (.good, "Passed: \(name).")
        case .passed: return (.bad, "Passed, but acknowledged data was damaged: \(name).")
        case .failed: return (.bad, "Failed: \(name)\(why).")
        case .inconclusive: return (.attention, "Inconclusive: \(name)\(why).")
        case .cancelled: return (.unknown, "Cancelled, and not judged: \(name)\(why).")
        case .underWay: return (.unknown, "Under way: \(name).")
        }
    }

    // MARK: Three lines

    private static func drillLine(
        _ book: DrillBook, _ statistics: PeriodReport.Statistics
    ) -> String {
        let outcomes = DueDrill.Outcome.allCases.compactMap { outcome -> String? in
            let count = book.due.count(outcome)
            return count == 0 ? nil : "\(count) \(outcome.rawValue)"
        }
        let due =
            switch (book.due.scheduled, book.due.standings.isEmpty) {
            case (0, true): "no cadence asks for any"
            case (0, false): "none was due"
            case (let count, _): "\(count) due (\(outcomes.joined(separator: ", ")))"
            }
        let results = [
            (statistics.passed, "met"), (statistics.failed, "failed"),
            (statistics.inconclusive, "inconclusive"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let judged =
            statistics.total == 0
            ? "none judged" : "\(statistics.total) judged (\(results.joined(separator: ", ")))"
        let others = [
            (statistics.cancelled, "cancelled"), (statistics.underWay, "under way"),
        ].filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
        let open = book.undecidedWords.map { "; \($0)" } ?? ""
        return "Drills: \(due); \(judged)\(others)\(open)."
    }

    /// Those that were opened and closed in the period are told too, so that what was open before,
    /// what is new and what was closed add up to what is open now.
    private static func findingLine(
        _ findings: [PeriodReport.FindingRow], of period: Period
    ) -> String {
        let passing = findings.count { row in
            row.state == .closed && period.contains(row.finding.openedAt)
        }
        let isNew = passing == 0 ? "" : " (\(passing) of them opened in the period)"
        let counts = [PeriodReport.FindingRow.State.new, .closed, .open, .overdue].map { state in
            (state, findings.count { $0.state == state })
        }
        let words = counts.filter { $0.1 > 0 }.map { state, count in
            switch state {
            case .new: "\(count) new"
            case .closed: "\(count) closed by a retest\(isNew)"
            case .open: "\(count) open from before"
            case .overdue: "\(count) open for too long"
            }
        }
        return "Findings: \(words.isEmpty ? "none" : words.joined(separator: ", "))."
    }

    /// The first of what is urgent, and how much more there is.
    ///
    /// - Parameter place: where all of them are.
    private static func decisionLine(
        _ recommendations: [Recommendation], at place: String
    ) -> String {
        let urgent = recommendations.filter { $0.severity <= .high }
        guard let first = urgent.first else {
            let rest = recommendations.count
            return rest == 0
                ? "To decide: nothing."
                : "To decide: nothing urgent; \(rest.counted("recommendation")) \(place)."
        }
        let others = urgent.count - 1
        let more = others == 0 ? "" : " \(others) more of this urgency \(place)."
        return "To decide: \(first.sentence)\(more)"
    }
}
