internal import DRTesting

/// A number that stands for much, with what it is judged by.
struct KeyFigure {
    let label: String
    let value: String
    let mark: ResultMark
    let note: String

    var html: Markup {
        """
        <div class="figure"><span class="label">\(label)</span><b>\(value)</b>\(mark.html)\
        <span class="note">\(note)</span></div>

        """
    }
}

extension PeriodPage {
    var figures: [KeyFigure] {
        let times = [slowestRecovery, mostLost]
        return isIncident ? times : [passedDrills] + times + [dueDrills, openFindings, overdue]
    }

    private var passedDrills: KeyFigure {
        let statistics = report.statistics
        let label = "Drills passed"
        guard let interval = Proportion.wilson(statistics.passed, of: statistics.total) else {
            return KeyFigure(
                label: label, value: "none", mark: .none("no drill was judged"),
                note: "no rate can be given")
        }
        var notes = ["95 % interval of the rate: \(ReportText.percents(interval))"]
        let mark: ResultMark
        if statistics.failed > 0 {
            mark = .failed("\(statistics.failed) failed")
            if statistics.inconclusive > 0 {
                notes.insert("\(statistics.inconclusive) inconclusive", at: 0)
            }
        } else if statistics.inconclusive > 0 {
            mark = .inconclusive("\(statistics.inconclusive) inconclusive")
        } else {
            mark = .passed("all")
        }
        return KeyFigure(
            label: label, value: "\(statistics.passed) of \(statistics.total)", mark: mark,
            note: notes.joined(separator: "; "))
    }

    // MARK: Times

    private struct Extreme {
        let drill: DrillSummary
        let value: UInt64
        let limit: UInt64?

        /// How much of what is allowed was needed; what has no limit comes last.
        var share: Double {
            guard let limit else { return -1 }
            if limit == 0 { return value == 0 ? 0 : .infinity }
            return Double(value) / Double(limit)
        }
    }

    /// What is told of the drill that needed most of what it was allowed.
    private struct ExtremeWords {
        let value: String
        let mark: ResultMark
        /// `of 2 min allowed`; empty: nothing is measured, or it has no objective.
        let allowed: String
        /// Which drill it is, and of how many drills anything is known.
        let note: String
    }

    private var slowestRecovery: KeyFigure {
        let most = extreme(value: { $0.end?.rtoMs }, limit: { $0.rtoTargetMs })
        return KeyFigure(
            label: isIncident ? "Recovery time (RTO)" : "Slowest recovery (RTO)",
            value: most.value, mark: most.mark, note: Self.joined([most.allowed, most.note]))
    }

    /// A time tells how far back a loss reaches. Of data that is there, and is not what was
    /// acknowledged, it tells nothing: that is told first.
    private var mostLost: KeyFigure {
        let label = isIncident ? "Data lost (RPO)" : "Most data lost (RPO)"
        let most = extreme(value: { $0.end?.rpoMs }, limit: { $0.rpoTargetMs })
        let damaged = drillsWithDamage
        if damaged == 0 {
            return KeyFigure(
                label: label, value: most.value, mark: most.mark,
                note: Self.joined([most.allowed, most.note]))
        }
        let time = most.allowed.isEmpty ? most.value : "\(most.value) \(most.allowed)"
        return KeyFigure(
            label: label, value: "data damaged",
            mark: .failed(isIncident ? "not as acknowledged" : "in \(damaged.counted("drill"))"),
            note: Self.joined(["lost as a time: \(time)", most.note]))
    }

    /// In which keys were not as they were acknowledged. An incident may be no drill.
    private var drillsWithDamage: Int {
        guard isIncident else { return report.statistics.damaged }
        return report.details.count { !DrillMeasures($0).damagedLedgers.isEmpty }
    }

    /// The drill that needed most of what it was allowed.
    private func extreme(
        value: (DrillSummary) -> UInt64?, limit: (DrillSummary) -> UInt64?
    ) -> ExtremeWords {
        let drills = report.runs.filter { $0.isCounted || isIncident }.map(\.summary)
        let known = drills.compactMap { drill in
            value(drill).map { Extreme(drill: drill, value: $0, limit: limit(drill)) }
        }
        let worst = known.max { ($0.share, $0.value) < ($1.share, $1.value) }
        guard let worst else {
            return ExtremeWords(
                value: "unknown", mark: .none("not measured"), allowed: "",
                note: drills.isEmpty ? "no drill was judged" : "known of none of \(drills.count)")
        }
        let unknown = drills.count { limit($0) != nil && value($0) == nil }
        let extent = isIncident ? "" : "; known of \(known.count) of \(drills.count)"
        return ExtremeWords(
            value: Self.words(worst.value), mark: Self.mark(of: worst, unknown: unknown),
            allowed: worst.limit.map { "of \(Self.words($0)) allowed" } ?? "",
            note: "test \(worst.drill.id), \(worst.drill.subject.words)\(extent)")
    }

    /// - Parameter unknown: drills that have an objective, and of which nothing was measured: they
    ///   may have missed it.
    private static func mark(of worst: Extreme, unknown: Int) -> ResultMark {
        guard let limit = worst.limit else { return .none("no objective") }
        if worst.value > limit { return .failed("objective missed") }
        return unknown == 0
            ? .passed("objective met")
            : .inconclusive("met, but unknown of \(unknown.counted("drill"))")
    }

    private static func joined(_ notes: [String]) -> String {
        notes.filter { !$0.isEmpty }.joined(separator: "; ")
    }

    // MARK: What is due and what is open

    private var dueDrills: KeyFigure {
        let due = report.due
        let label = "Drills due"
        if due.scheduled == 0 {
            return KeyFigure(
                label: label, value: "none", mark: .none("nothing to be late with"),
                note: due.standings.isEmpty
                    ? "no cadence says how often to drill" : "no cadence asked for a drill")
        }
        let counts = DueDrill.Outcome.allCases.map { "\(due.count($0)) \($0.rawValue)" }
        let mark: ResultMark =
            if due.count(.overdue) > 0 {
                .overdue("\(due.count(.overdue)) not run")
            } else if due.count(.late) > 0 {
                .late("\(due.count(.late)) late")
            } else if due.count(.excused) > 0 {
                .excused("\(due.count(.excused)) excused")
            } else {
                .passed("all on time")
            }
        return KeyFigure(
            label: label, value: "\(due.count(.onTime) + due.count(.late)) of \(due.scheduled) run",
            mark: mark, note: counts.joined(separator: ", "))
    }

    private var openFindings: KeyFigure {
        let states = report.findings.map(\.state)
        let open = states.count { $0 != .closed }
        let tooLong = states.count { $0 == .overdue }
        let mark: ResultMark =
            if tooLong > 0 {
                .overdue("\(tooLong) open for too long")
            } else if open > 0 {
                .attention("to be closed")
            } else {
                .passed("none is open")
            }
        let new = states.count { $0 == .new }
        let closed = states.count { $0 == .closed }
        return KeyFigure(
            label: "Findings open", value: "\(open)", mark: mark,
            note: "\(new) new, \(closed) closed by a retest")
    }

    private var overdue: KeyFigure {
        let label = "Overdue now"
        if report.due.standings.isEmpty {
            return KeyFigure(
                label: label, value: "unknown", mark: .none("no cadence"),
                note: "nothing says how often to drill")
        }
        let count = report.due.standings.count { $0.overdueSince != nil }
        if count == 0 {
            return KeyFigure(
                label: label, value: "0", mark: .passed("none"),
                note: "judged from the last success of each scenario")
        }
        let longest = report.scorecard.filter { $0.standing?.overdueSince != nil }
            .max { $0.overdueDays < $1.overdueDays }
        let note = longest.map { score in
            "longest: \(score.subject.words), \(score.overdueDays.counted("day"))"
        }
        return KeyFigure(
            label: label, value: "\(count)", mark: .overdue(), note: note ?? "see what comes next")
    }
}
