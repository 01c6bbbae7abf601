internal import DRTesting

// What is to be decided, and how each scenario did.

extension PeriodPage {
    var decisions: PageSection {
        let ordered = report.recommendations.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }
        let cards = ordered.map { card($0.element) }
        let nothing: Markup =
            "<p>\(ResultMark.passed("nothing").html): no rule of this report asks for anything.</p>"
        return PageSection(
            id: "decisions", title: "What needs a decision", label: "Decisions",
            lead: cards.isEmpty
                ? "" : "What follows from the facts by rules; the most urgent first.",
            body: cards.isEmpty ? nothing : "<ol class=\"actions\">\n\(cards)</ol>")
    }

    private func card(_ recommendation: Recommendation) -> Markup {
        let severity = recommendation.severity.rawValue
        let evidence: Markup =
            recommendation.evidence.isEmpty
            ? "" : "Evidence: events \(TestReferences.events(recommendation.evidence)). "
        let controls =
            recommendation.controls.isEmpty
            ? "" : "Bears on \(recommendation.controls.joined(separator: ", "))."
        return """
            <li class="card \(severity)">
            <p>\(Self.mark(of: recommendation.severity).badge) \
            <span class="soft small">rule \(recommendation.rule)</span></p>
            <p>\(recommendation.sentence)</p>
            <p class="soft small">\(evidence)\(controls)</p>
            </li>

            """
    }

    private static func mark(of severity: Recommendation.Severity) -> ResultMark {
        let word = severity.rawValue
        return switch severity {
        case .critical, .high: ResultMark(symbol: "!", word: word, style: .failed)
        case .medium: .attention(word)
        case .low: .none(word)
        }
    }

    // MARK: Scorecard

    var scorecard: PageSection {
        let table = PageTable(
            "The last judged drill of each scenario on each target, against its objectives",
            [
                .name("Scenario"), .text("Last result"), .number("Passed"),
                .number("Recovery time"), .text("Of the objective"), .number("Data lost"),
                .date("Last success"), .date("Next due"),
            ],
            report.scorecard.map { cells(of: $0) })
        return PageSection(
            id: "scorecard", title: "Scorecard", body: report.scorecard.isEmpty ? nil : table.html,
            absence: "No drill was run and no cadence is kept: nothing is known of any scenario.")
    }

    private func cells(of score: PeriodReport.Score) -> [Markup] {
        let environment = score.environment.isEmpty ? "" : ", \(score.environment)"
        let result: Markup =
            if let last = score.last {
                "\(ResultMark(last.result).html)<small>\(tests.link(last.id))</small>"
            } else {
                ResultMark.none("none in the period").html
            }
        return [
            "\(score.subject.scenario)<small>on \(score.subject.target)\(environment)</small>",
            result, "\(score.passed) of \(score.runs)",
            time(score.rtoMs, of: score.rtoTargetMs), margin(of: score),
            time(score.rpoMs, of: score.rpoTargetMs),
            score.lastSuccess.map { Markup(text: ReportText.day($0)) } ?? "none known",
            nextDue(of: score),
        ]
    }

    private func margin(of score: PeriodReport.Score) -> Markup {
        guard let margin = score.rtoMargin else { return "unknown" }
        let words = "\(ReportText.decimal((abs(margin) * 100).rounded())) %"
        let bar = TableBars.measured(score.rtoMs, limit: score.rtoTargetMs)
        return "\(bar)<small>\(words) \(margin < 0 ? "over" : "to spare")</small>"
    }

    private func nextDue(of score: PeriodReport.Score) -> Markup {
        guard let standing = score.standing else { return "no cadence" }
        let day = ReportText.day(standing.dueTime)
        if standing.overdueSince == nil { return "\(day)" }
        let mark = ResultMark.overdue("overdue \(score.overdueDays.counted("day"))")
        return "\(day)<small>\(mark.html)</small>"
    }

    // MARK: Coverage

    var coverage: PageSection {
        let calendar = report.calendar
        let isEmpty = calendar.rows.isEmpty || calendar.weeks.isEmpty
        let legend = PeriodReport.Calendar.Mark.allCases.map { mark -> Markup in
            let look = ResultMark(mark)
            return "<li><b class=\"\(look.style.rawValue)\">\(look.symbol)</b>\(look.word)</li>"
        }
        let figure = PageFigure(
            drawing: CoverageChart(calendar: calendar).svg,
            legend: "<ul class=\"legend\">\(legend)</ul>", table: table(of: calendar))
        return PageSection(
            id: "coverage", title: "Coverage",
            lead: "The worst of what happened in each week. A number beside a sign is how many "
                + "drills were judged in it, where there were several.",
            body: isEmpty ? nil : figure.html,
            absence: "No drill is known, so there is no week to show.")
    }

    private func table(of calendar: PeriodReport.Calendar) -> PageTable {
        let columns = calendar.weeks.map { PageTable.Column.text(CoverageChart.short($0)) }
        let rows = calendar.rows.map { row -> [Markup] in
            let cells = zip(row.marks, row.counts).map { mark, count in
                Self.cell(ResultMark(mark), count)
            }
            return [name(row.subject)] + cells
        }
        return PageTable(
            "The worst of each week, and how many drills were judged in it",
            [.name("Scenario")] + columns, rows)
    }

    /// The symbol for whoever sees it, the word for whoever hears it.
    private static func cell(_ mark: ResultMark, _ count: Int) -> Markup {
        let number: Markup = count > 0 ? " \(count)" : ""
        return """
            <span class="state \(mark.style.rawValue)"><span aria-hidden="true">\(mark.symbol)\
            </span><span class="hidden">\(mark.word)</span>\(number)</span>
            """
    }
}
