internal import DRTesting
internal import Projections

extension OverviewPage {
    /// A scenario, and how its drills went.
    struct Scenario {
        let name: String
        let test: String?
        let verdict: String
        let style: String
        let ago: String
        let rto: String
        let rtoMeter: String
        let rpo: String
        let rpoMeter: String
        let strip: String

        init(_ scenario: Row, _ drills: [Row], now: UInt64) {
            name = scenario.text("scenario_name")
            let own = drills.filter { $0.text("scenario") == scenario.text("scenario_name") }
            let last = own.first { !TestLine.isRunning($0) }
            test = last?.id("id").map { String($0) }
            (verdict, style) = last.map { TestLine.verdict(of: $0) } ?? ("", "")
            let end = last?.time("end_time")
            ago = end.map { Words.ago($0, now: now) } ?? ""
            let judged = own.first { TestLine.isJudged($0) }
            (rto, rtoMeter) = Self.measure("rto", judged, scenario)
            (rpo, rpoMeter) = Self.measure("rpo", judged, scenario)
            strip = VerdictStrip.svg(
                own.prefix(VerdictStrip.most).reversed().map { row in
                    let verdict = TestLine.verdict(of: row)
                    let words = "\(verdict.word), \(Words.moment(row.time("created_at")))"
                    return VerdictStrip.Mark(
                        test: row.id("id") ?? 0, verdict: verdict.style, words: words)
                })
        }

        private static func measure(
            _ name: String, _ last: Row?, _ scenario: Row
        ) -> (words: String, meter: String) {
            let limit = last?.number("\(name)_target_ms") ?? scenario.number("\(name)_target_ms")
            guard let limit else { return ("no objective", "") }
            guard let last else { return ("at most \(Words.span(limit))", "") }
            let value = last.number("\(name)_actual_ms")
            return ("\(Words.span(value)) of \(Words.span(limit))", Meter.svg(value, limit: limit))
        }
    }

    /// What there is to say first.
    static func headline(
        _ facts: OverviewFacts, _ counts: DrillCounts, late: Int
    ) -> (String, String) {
        let judged = counts.verdicts.total
        let days = "the last \(facts.period) days"
        var open = facts.findings.isEmpty ? [] : ["\(facts.findings.count.counted("finding")) open"]
        if late > 0 { open.append("\(late.counted("drill")) overdue") }
        let rate =
            judged == 0
            ? "No drill was judged in \(days)."
            : "\(counts.verdicts.passed) of \(judged.counted("drill")) passed in \(days)."
        if !open.isEmpty { return (open.joined(separator: ", "), rate) }
        if judged == 0 { return ("Nothing is known yet", rate) }
        let last = facts.scenarios.compactMap { scenario in
            facts.drills.first {
                $0.text("scenario") == scenario.text("scenario_name") && TestLine.isJudged($0)
            }
        }
        let isWhole = last.count == facts.scenarios.count
        return (
            isWhole ? "Every scenario recovers" : "What was tested recovers",
            isWhole ? rate : "\(rate) Some scenarios were never judged."
        )
    }

    static func figures(
        _ facts: OverviewFacts, _ counts: DrillCounts, late: Int
    ) -> [Figure] {
        let rate = counts.verdicts.passRate
        return [
            Figure(
                label: "Passed", value: rate.map { "\(Words.decimal($0)) %" } ?? "none",
                note: "\(counts.verdicts.passed) of \(counts.verdicts.total.counted("drill"))",
                tone: rate.map { $0 == 100 ? "good" : "bad" } ?? ""),
            Figure(
                label: "Median recovery time", value: span(counts.recoveryTimes.median),
                note: greatest(counts.recoveryTimes)),
            Figure(
                label: "Median data loss", value: span(counts.recoveryPoints.median),
                note: greatest(counts.recoveryPoints)),
            objectives(facts),
            Figure(
                label: "Open findings", value: String(facts.findings.count),
                note: facts.findings.isEmpty
                    ? "nothing is known to be wrong" : "until a retest passes",
                tone: facts.findings.isEmpty ? "" : "bad"),
            Figure(
                label: "Overdue", value: String(late),
                note: facts.cadences.isEmpty
                    ? "no cadence is set" : "of \(facts.cadences.count.counted("cadence"))",
                tone: late > 0 ? "bad" : ""),
        ]
    }

    /// How many drills of the period that had an objective met all of theirs.
    private static func objectives(_ facts: OverviewFacts) -> Figure {
        let limited = facts.drills.filter { row in
            guard let time = row.time("created_at"), !TestLine.isRunning(row) else { return false }
            let hasLimit = row.number("rto_target_ms") != nil || row.number("rpo_target_ms") != nil
            return hasLimit && row.text("status") != "cancelled"
                && facts.days.contains(Words.day(time))
        }
        let met = limited.count { meets($0, "rto") && meets($0, "rpo") }
        let isAll = met == limited.count
        return Figure(
            label: "Within objectives",
            value: limited.isEmpty ? "none" : "\(met) of \(limited.count)",
            note: limited.isEmpty
                ? "no drill had an objective" : "RTO and RPO, of drills that have them",
            tone: limited.isEmpty ? "" : isAll ? "good" : "bad")
    }

    /// What was not measured was not met.
    private static func meets(_ row: Row, _ name: String) -> Bool {
        guard let limit = row.number("\(name)_target_ms") else { return true }
        return row.number("\(name)_actual_ms").map { $0 <= limit } ?? false
    }

    private static func span(_ value: Double?) -> String { value.map { Words.span($0) } ?? "none" }

    private static func greatest(_ times: Distribution) -> String {
        guard let greatest = times.maximum else { return "none was measured" }
        return "at most \(Words.span(Double(greatest))), of \(times.count) measured"
    }
}
