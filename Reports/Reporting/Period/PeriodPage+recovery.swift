internal import DRTesting

// How long recovery took, and where the time went.

extension PeriodPage {
    var recovery: PageSection {
        let figures = report.recoveryTimes.map { figure(of: $0).html }
        let legend: Markup = """
            <ul class="legend"><li><b>●</b>in the period</li><li><b>○</b>in the eight weeks \
            before</li><li><b class="failed">◆ ◇</b>the same, over the objective</li>\
            <li><b class="failed">- -</b>objective</li><li><b>···</b>median of the weeks before\
            </li></ul>

            """
        return PageSection(
            id: "recovery", title: "Recovery times",
            lead: "Every drill of the period, and of the eight weeks before it.",
            body: figures.isEmpty ? nil : ([legend] + figures).joined(by: ""),
            absence: "No recovery time was measured in the period and the eight weeks before it: "
                + "how long recovery takes is not known.")
    }

    private func figure(of strip: PeriodReport.RecoveryStrip) -> PageFigure {
        let weeks = Dictionary(grouping: strip.points) { point in
            Period(.weekly, containing: point.time).start
        }
        let rows = weeks.sorted { $0.key < $1.key }.map { start, points -> [Markup] in
            let inOrder = points.sorted { ($0.time, $0.test) < ($1.time, $1.test) }
            let times = inOrder.map { point -> Markup in
                let mark = point.isMissed ? " ✗" : ""
                let time = ReportText.milliseconds(point.milliseconds)
                return "\(time)\(mark) (\(tests.link(point.test)))"
            }
            let week = Period(.weekly, containing: start).name
            return ["\(week)", "\(points.count)", times.joined(by: ", ")]
        }
        let table = PageTable(
            "Recovery times by week; ✗: over the objective that the drill had",
            [.text("Week"), .number("Drills"), .words("Recovery times")], rows)
        return PageFigure(
            title: strip.subject.words, words: words(about: strip),
            drawing: RecoveryChart(strip, period: report.period).svg,
            table: strip.points.isEmpty ? nil : table)
    }

    private func words(about strip: PeriodReport.RecoveryStrip) -> String {
        let time = { (value: Double) in ReportText.milliseconds(value) }
        var sentences: [String] = []
        if let median = strip.medianMs, let maximum = strip.maximumMs {
            sentences.append(
                strip.count == 1
                    ? "1 drill in the period: \(time(maximum))."
                    : "\(strip.count) drills in the period: median \(time(median)), slowest "
                        + "\(time(maximum)).")
        } else {
            sentences.append("No recovery time is known of the period.")
        }
        if strip.unknown > 0 {
            sentences.append("Of \(strip.unknown.counted("judged drill")) it is not known.")
        }
        sentences.append(strip.limitMs.map { "Objective: \(time($0))." } ?? "No objective.")
        sentences.append(
            strip.priorMedianMs.map { "Median of the eight weeks before: \(time($0))." }
                ?? "The eight weeks before have too few drills for a median.")
        if let interval = strip.medianInterval {
            sentences.append(
                "Median of all, 95 % interval: \(time(interval.lowerBound)) to "
                    + "\(time(interval.upperBound)).")
        }
        if let difference = strip.difference {
            sentences.append("Period against before: \(ReportText.probability(difference)).")
        } else if strip.medianMs != nil, strip.priorMedianMs != nil {
            sentences.append("Period against before: too few drills, or times too alike, to tell.")
        }
        return sentences.joined(separator: " ")
    }

    // MARK: Parts

    var parts: PageSection {
        let chart = PartsChart(
            report.breakdowns.map { breakdown in
                PartsChart.Bar(
                    name: breakdown.subject.words,
                    parts: breakdown.parts.map {
                        PartsChart.Part(label: $0.label, milliseconds: $0.milliseconds)
                    })
            })
        let table = PageTable(
            "Medians of the parts; to get faster, begin with the longest",
            [.name("Scenario"), .number("Drills"), .words("Parts"), .text("Longest")],
            report.breakdowns.map { breakdown -> [Markup] in
                let parts = breakdown.parts.map { part in
                    "\(part.label) \(ReportText.milliseconds(part.milliseconds))"
                }
                return [
                    name(breakdown.subject), "\(breakdown.count)",
                    "\(parts.joined(separator: ", "))", "\(breakdown.longest)",
                ]
            })
        let figure = PageFigure(drawing: chart.svg, legend: chart.legend)
        return PageSection(
            id: "parts", title: "Where the time goes", label: "Parts of recovery",
            lead: "Medians over the drills of the period, from the impact on.",
            body: report.breakdowns.isEmpty ? nil : [figure.html, table.html].joined(by: ""),
            absence: "Of no drill is the recovery time known in its parts.")
    }
}
