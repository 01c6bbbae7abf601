internal import DRTesting
internal import Projections

// What the drills measured besides their recovery times.

extension PeriodPage {
    var successes: PageSection {
        let table = PageTable(
            "Judged drills that passed, and the 95 % interval (Wilson) of their rate",
            [
                .name("Scenario"), .number("Passed"), .number("Rate, 95 %"),
                .text("0 to 100 %"), .number("Period before"), .number("Ever"),
            ],
            report.successes.map { row -> [Markup] in
                let interval = row.interval.map { ReportText.percents($0) } ?? "none"
                return [
                    name(row.subject), "\(row.passed) of \(row.total)", "\(interval)",
                    TableBars.share(row.passed, of: row.total, row.interval), before(row),
                    "\(row.everPassed) of \(row.everTotal)",
                ]
            })
        return PageSection(
            id: "success", title: "Success",
            lead: "With few drills the interval is wide: it is what so few can show.",
            body: report.successes.isEmpty ? nil : table.html,
            absence: "No drill was judged, in this period or the one before: there is no rate.")
    }

    private func before(_ row: PeriodReport.SuccessRow) -> Markup {
        if row.priorTotal == 0 { return "none" }
        let counts: Markup = "\(row.priorPassed) of \(row.priorTotal)"
        if row.total == 0 { return counts }
        let now = Double(row.passed) / Double(row.total)
        let change = (now - Double(row.priorPassed) / Double(row.priorTotal)) * 100
        if change == 0 { return "\(counts)<small>the same rate</small>" }
        let points = ReportText.decimal(abs(change).rounded())
        return "\(counts)<small>now \(points) points \(change > 0 ? "more" : "less")</small>"
    }

    // MARK: Data

    var integrity: PageSection {
        let table = PageTable(
            "Keys compared with the ledger of acknowledged writes, at the ends of drills",
            [
                .name("Scenario"), .text("Result"), .number("Drills"), .number("Keys"),
                .number("Intact"), .number("Missing"), .number("Differing"),
                .number("Resurrected"), .number("Unexpected"), .number("Outcome unknown"),
            ],
            report.integrity.map { row -> [Markup] in
                let compared: Markup =
                    row.notCompared == 0
                    ? "" : "<small>\(row.notCompared) without a comparison</small>"
                let counts = [
                    row.expected, row.intact, row.missing, row.differing, row.resurrected,
                    row.unexpected, row.unchecked,
                ]
                return [name(row.subject), Self.mark(of: row).html, "\(row.drills)\(compared)"]
                    + counts.map { row.known($0).map { Self.count($0) } ?? "unknown" }
            })
        return PageSection(
            id: "integrity", title: "Data integrity",
            lead: "Every key is compared, by the SHA-256 of its bytes; none is sampled. A write of "
                + "which nobody knows whether it was applied is never counted as lost.",
            body: report.integrity.isEmpty ? nil : table.html,
            absence: "No drill was judged in the period, so no data was compared.")
    }

    private static func mark(of row: PeriodReport.IntegrityRow) -> ResultMark {
        if row.missing > 0 || row.differing > 0 || row.resurrected > 0 { return .failed("damaged") }
        if !row.isCompared { return .inconclusive("not compared") }
        if row.notCompared > 0 { return .attention("partly compared") }
        return row.unexpected > 0 ? .attention("unexpected objects") : .passed("intact")
    }

    static func count(_ value: UInt64) -> Markup { Markup(text: ReportText.count(value)) }

    // MARK: Degradation

    var degradation: PageSection {
        let table = PageTable(
            "Operations by phase, and the latencies of those that were served",
            [
                .short("Test"), .name("Scenario"), .text("Phase"), .number("Available"),
                .number("Served"), .number("Deferred"), .number("Refused"), .number("Failed"),
                .number("p50"), .number("p99"),
            ],
            report.degradation.map { cells(of: $0) })
        return PageSection(
            id: "degradation", title: "Degradation and circuit breaker", label: "Degradation",
            lead: "Available is what was served or put into the queue, of all operations.",
            body: report.degradation.isEmpty ? nil : table.html,
            absence: "No drill of the period was judged and had a phase in which something was "
                + "broken.")
    }

    private func cells(of row: PeriodReport.DegradationRow) -> [Markup] {
        let breaker = row.breaker.joined(separator: ", ")
        let course: Markup = breaker.isEmpty ? "" : "<small>breaker: \(breaker)</small>"
        let latencies = [row.p50Us, row.p99Us].map { $0.map { ReportText.microseconds($0) } ?? "" }
        return [
            tests.link(row.test), name(row.subject), "\(row.phase)\(course)",
            "\(row.availability.map { ReportText.percent($0) } ?? "unknown")",
            Self.count(row.served), Self.count(row.deferred), Self.count(row.refused),
            Self.count(row.failed), "\(latencies[0])", "\(latencies[1])",
        ]
    }

    // MARK: Benchmarks

    var benchmarks: PageSection {
        let table = PageTable(
            "Measures of benchmarks, and the median of the earlier ones of the period",
            [
                .short("Test"), .name("Scenario"), .name("Measure"), .number("Value"),
                .number("Limit"), .text("Result"), .number("Median before"), .number("Ratio"),
            ],
            report.benchmarks.map { cells(of: $0) })
        return PageSection(
            id: "benchmark", title: "Benchmark against its baseline", label: "Benchmark",
            body: report.benchmarks.isEmpty ? nil : table.html,
            absence: "No benchmark was judged in the period.")
    }

    private func cells(of row: PeriodReport.BenchmarkRow) -> [Markup] {
        var metric = MetricRecorded()
        (metric.name, metric.value, metric.unit) = (row.measure, row.value, row.unit)
        (metric.threshold, metric.passed) = (row.limit, row.passed)
        var earlier = MetricRecorded()
        (earlier.value, earlier.unit) = (row.baseline, row.unit)
        let baseline: Markup =
            row.baseline == nil
            ? "none" : "\(earlier.valueText)<small>of \(row.baselineCount)</small>"
        let verdict = metric.verdict
        return [
            tests.link(row.test), name(row.subject), "\(row.measure)", "\(metric.valueText)",
            "\(metric.limitText ?? "")", verdict == .none ? "" : ResultMark(verdict).html,
            baseline, "\(row.ratio.map { ReportText.thousandths($0) } ?? "")",
        ]
    }

    // MARK: Unstable drills

    var unstable: PageSection {
        let table = PageTable(
            "Drills that change their result with the same settings and the same program",
            [
                .name("Scenario"), .number("Drills"), .number("Changes"),
                .number("Of those possible"), .date("Last change (UTC)"), .words("Tests"),
            ],
            report.unstable.map { row -> [Markup] in
                [
                    name(row.subject), "\(row.runs)", "\(row.switches)",
                    "\(ReportText.percent(row.share))", "\(ReportText.moment(row.lastSwitch))",
                    tests.links(row.tests),
                ]
            })
        return PageSection(
            id: "unstable", title: "Unstable drills",
            lead: "Such a drill proves little either way until the reason is known.",
            body: report.unstable.isEmpty ? nil : table.html,
            absence: "No drill changed its result twice or more with the same settings and the "
                + "same program.")
    }
}
