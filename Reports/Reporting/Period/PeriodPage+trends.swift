// Whether recovery gets slower or faster.

extension PeriodPage {
    var trends: PageSection {
        let followed = report.trends.filter { $0.signal != .tooFew }
        let moving = followed.filter { $0.mayChange }
        let figures = moving.map { figure(of: $0).html }
        let steady = table(ofSteady: followed.filter { !$0.mayChange })
        let short = report.trends.filter { $0.signal == .tooFew }.map(\.subject.words)
        let few = "Fewer than \(PeriodReport.Trend.fewestWeeks) weeks with a recovery time"
        let rest: Markup =
            short.isEmpty ? "" : "<p class=\"soft\">\(few): \(short.joined(separator: "; ")).</p>\n"
        let legend: Markup = """
            <ul class="legend"><li><b>●</b>grows while recovery gets slower</li>\
            <li><b>□</b>grows while it gets faster</li></ul>

            """
        let drawn: [Markup] = moving.isEmpty ? [] : [legend] + figures
        return PageSection(
            id: "trend", title: "Trend",
            lead: "Sums over the medians of weeks. They stay low while nothing changes, and signal "
                + "above \(Drawing.n(TrendChart.signal)).",
            body: followed.isEmpty ? nil : (drawn + [steady, rest]).joined(by: ""),
            absence: "\(few) of each scenario: they cannot show a trend.")
    }

    private func figure(of trend: PeriodReport.Trend) -> PageFigure {
        let rows = trend.points.map { point -> [Markup] in
            let sums = [point.high, point.low].map { $0.map { ReportText.decimal($0) } ?? "" }
            return [
                "\(point.week)", "\(point.count)", "\(ReportText.milliseconds(point.medianMs))",
                "\(sums[0])", "\(sums[1])",
            ]
        }
        let table = PageTable(
            "Medians of the weeks, and the two sums",
            [
                .text("Week"), .number("Drills"), .number("Median"), .number("Slower"),
                .number("Faster"),
            ], rows)
        return PageFigure(
            title: trend.subject.words, words: Self.slope(of: trend), mark: Self.mark(of: trend),
            drawing: TrendChart(trend: trend).svg, table: table)
    }

    /// A line for each is enough where there is nothing to see. Empty if there is none.
    private func table(ofSteady trends: [PeriodReport.Trend]) -> Markup {
        if trends.isEmpty { return "" }
        return PageTable(
            "No change found: the last weekly median, and the highest that a sum has been",
            [
                .name("Scenario"), .number("Weeks"), .number("Last median"),
                .number("Highest sum"), .words("Slope"),
            ],
            trends.map { trend -> [Markup] in
                let last = ReportText.milliseconds(trend.points.last?.medianMs)
                let highest = trend.sums.max().map { ReportText.decimal($0) } ?? "none"
                return [
                    name(trend.subject), "\(trend.points.count)", "\(last)", "\(highest)",
                    "\(Self.slope(of: trend))",
                ]
            }
        ).html
    }

    private static func mark(of trend: PeriodReport.Trend) -> ResultMark {
        let since = trend.since.map { " since \($0)" } ?? ""
        return switch trend.signal {
        case .none: .passed("no change found")
        case .slower: .attention("slower\(since)")
        case .faster: .passed("faster\(since)")
        case .tooFew: .none("too few weeks")
        }
    }

    private static func slope(of trend: PeriodReport.Trend) -> String {
        guard let slope = trend.slopeMs, let p = trend.slopeP else { return "" }
        let change =
            slope == 0
            ? "No slope" : "\(ReportText.milliseconds(abs(slope))) \(slope > 0 ? "more" : "less")"
        return "\(change) a week (Theil-Sen; Kendall \(ReportText.probability(p)))."
    }
}

extension PeriodReport.Trend {
    /// Both, of all weeks that have them.
    fileprivate var sums: [Double] { points.flatMap { [$0.high, $0.low] }.compactMap { $0 } }

    /// It signals, or a sum has been halfway to it: there is something to look at.
    fileprivate var mayChange: Bool {
        signal != .none || sums.contains { $0 > TrendChart.signal / 2 }
    }
}
