internal import DRTesting

/// The tables of a period report in Markdown, by drill and by scenario.
struct MarkdownPeriodTables {
    let report: PeriodReport

    static let subject = TextTable.Column("Scenario and target", .name)

    /// - Parameter limit: of its rows.
    func shortScorecard(_ limit: Int) -> TextTable {
        TextTable(
            "Scorecard",
            [Self.subject, .init("Last result"), .init("Passed", .number), .init("RTO", .number)],
            of: report.scorecard, limit: limit
        ) { score in
            [
                .subject(score.subject), Self.last(score),
                .number("\(score.passed) of \(score.runs)"),
                .measured(ms: score.rtoMs, limit: score.rtoTargetMs),
            ]
        }
    }

    var scorecard: TextTable {
        TextTable(
            "Scorecard",
            [
                Self.subject, .init("Last result"), .init("Passed", .number),
                .init("RTO", .number), .init("Margin", .number), .init("RPO", .number),
                .init("Last success", .date), .init("Due", .words),
            ], of: report.scorecard
        ) { score in
            [
                .subject(score.subject, score.environment), Self.last(score),
                .number("\(score.passed) of \(score.runs)"),
                .measured(ms: score.rtoMs, limit: score.rtoTargetMs),
                .percent(score.rtoMargin),
                .measured(ms: score.rpoMs, limit: score.rpoTargetMs), .time(score.lastSuccess),
                Self.due(score),
            ]
        }
    }

    private static func last(_ score: PeriodReport.Score) -> TextTable.Cell {
        guard let drill = score.last else { return .init(ResultMark.none("no drill judged")) }
        return .init(ResultMark(drill.result), "test \(drill.id)")
    }

    private static func due(_ score: PeriodReport.Score) -> TextTable.Cell {
        guard let standing = score.standing else { return .init("no cadence asks for it") }
        let due = ReportText.moment(standing.dueTime)
        if standing.overdueSince == nil { return .init(due, standing.cadenceWords) }
        return .init(
            ResultMark.overdue(), "by \(score.overdueDays.counted("day"))", "due at \(due)")
    }

    var calendar: TextTable {
        TextTable(
            "Drills week by week",
            [Self.subject] + report.calendar.weeks.map { TextTable.Column($0) },
            of: report.calendar.rows
        ) { row in
            let cells = zip(row.marks, row.counts).map { mark, count -> TextTable.Cell in
                .init(mark: ResultMark(mark), count: count, lines: [])
            }
            return [TextTable.Cell.subject(row.subject)] + cells
        }
    }

    var recoveryTimes: TextTable {
        TextTable(
            "Recovery times",
            [
                Self.subject, .init("Measured", .number), .init("Median", .number),
                .init("Maximum", .number), .init("At most", .number),
                .init("Median of the eight weeks before", .number),
                .init("95 % interval of the median of all", .words),
                .init("This period against before", .words), .init("Unknown", .number),
            ], of: report.recoveryTimes
        ) { strip in
            let interval = Self.words(for: strip.medianInterval)
            return [
                .subject(strip.subject), .number(strip.count),
                .duration(ms: strip.medianMs), .duration(ms: strip.maximumMs),
                .duration(ms: strip.limitMs, orElse: "no objective"),
                .duration(ms: strip.priorMedianMs, orElse: "too few"), .init(interval),
                .probability(strip.difference, orElse: "too few, or too alike"),
                .number(strip.unknown),
            ]
        }
    }

    private static func words(for interval: ClosedRange<Double>?) -> String {
        guard let interval else { return "too few" }
        let low = ReportText.milliseconds(interval.lowerBound)
        return "\(low) to \(ReportText.milliseconds(interval.upperBound))"
    }

    /// Every recovery time of the period.
    var points: TextTable {
        let points = report.recoveryTimes.flatMap { strip in
            strip.points.filter(\.isInPeriod).map { (strip.subject, $0) }
        }
        return TextTable(
            "Recovery times of the period",
            [
                .init("Test", .number), Self.subject, .init("Ended", .date),
                .init("Recovery time", .number), .init("At most", .number),
            ], of: points
        ) { subject, point in
            [
                .number(point.test), .subject(subject), .time(point.time),
                .duration(ms: point.milliseconds),
                .duration(ms: point.limitMs, orElse: "no objective"),
            ]
        }
    }

    var breakdowns: TextTable {
        let parts = report.breakdowns.flatMap { breakdown in
            breakdown.parts.map { (breakdown, $0) }
        }
        return TextTable(
            "Recovery time in its parts",
            [
                Self.subject, .init("Part", .name), .init("Median", .number),
                .init("Drills", .number), .init("Longest"),
            ], of: parts
        ) { breakdown, part in
            [
                .subject(breakdown.subject), .init(part.label),
                .duration(ms: part.milliseconds), .number(breakdown.count),
                .init(part.label == breakdown.longest ? "longest" : ""),
            ]
        }
    }

    var successes: TextTable {
        TextTable(
            "Success",
            [
                Self.subject, .init("Passed", .number), .init("Wilson 95 %", .words),
                .init("Period before", .number), .init("Ever", .number),
            ], of: report.successes
        ) { row in
            let interval = row.interval.map { ReportText.percents($0) } ?? "none"
            return [
                .subject(row.subject), .number("\(row.passed) of \(row.total)"), .init(interval),
                .number("\(row.priorPassed) of \(row.priorTotal)"),
                .number("\(row.everPassed) of \(row.everTotal)"),
            ]
        }
    }

    var trends: TextTable {
        TextTable(
            "Trends",
            [
                Self.subject, .init("Weeks", .number), .init("Signal", .words),
                .init("Last weekly median", .number), .init("Slope a week", .number),
                .init("Kendall", .words),
            ], of: report.trends
        ) { trend in
            let since = trend.since.map { "since \($0)" } ?? ""
            return [
                .subject(trend.subject), .number(trend.points.count),
                .init(trend.signal.rawValue, since),
                .duration(ms: trend.points.last?.medianMs),
                .duration(ms: trend.slopeMs, orElse: "too few weeks"),
                .probability(trend.slopeP, orElse: "too few weeks"),
            ]
        }
    }
}
