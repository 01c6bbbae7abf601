internal import DRTesting
internal import Projections
internal import Reporting

extension TestPage {
    /// A check, and what its verdict rests on.
    struct Result {
        /// Tells it from the others while the page changes.
        let key: String
        let name: String
        let component: String
        let verdictWord: String
        let verdictStyle: String
        let took: String
        let error: String?
        let errorTone: String
        let expected: String?
        let hasEvidence: Bool
        let isOpen: Bool
        let observations: [Observation]
    }

    /// What was seen, and where.
    struct Observation {
        let what: String
        let source: String
        let wanted: String
        let seen: String
        let first: String
        let judged: String
    }

    /// A line of the log.
    struct Line {
        let time: String
        let level: String
        let part: String
        let message: String

        init(_ row: Row) {
            time = Words.clock(row.time("timestamp"))
            level = row.text("level")
            part = row.text("component")
            message = row.text("message")
        }
    }

    /// A measure.
    struct Metric {
        let metric: String
        let type: String
        let amount: String
        let threshold: String
        /// `nil` if it was not judged.
        let metWord: String?

        init(_ row: Row) {
            let unit = row.text("unit")
            metric = row.text("metric_name")
            type = row.text("metric_type")
            amount = row.number("value").map { Words.amount($0, unit) } ?? "unknown"
            threshold = row.number("threshold").map { Words.amount($0, unit) } ?? ""
            metWord = row.flag("passed").map { $0 ? "passed" : "failed" }
        }
    }

    // MARK: Results

    /// Those that are recorded, then the step that is under way, then those to come.
    static func results(_ facts: TestFacts, isRunning: Bool) -> [Result] {
        let recorded = facts.results.map { Result($0) }
        let names = Set(facts.results.map { $0.text("test_name") })
        let open = facts.test["test_config"].texts("steps").filter { !names.contains($0) }
        let begun = facts.run?.run.steps.last?.name
        return recorded
            + open.map { name in
                let isCurrent = isRunning && name == begun
                return Result(
                    key: name, name: name, component: "",
                    verdictWord: isCurrent ? "running" : isRunning ? "to come" : "not executed",
                    verdictStyle: isCurrent ? "running" : "none", took: "", error: nil,
                    errorTone: "", expected: nil, hasEvidence: false, isOpen: false,
                    observations: [])
            }
    }

    // MARK: Objectives

    static func objectives(_ facts: TestFacts) -> [Figure] {
        guard let run = facts.run else { return objectives(facts.test) }
        let isOver = !TestLine.isRunning(facts.test)
        return run.objectives.map { outcome in
            let tone =
                switch outcome.verdict {
                case .passed: "good"
                case .failed: "bad"
                case .inconclusive: "unclear"
                case .none: ""
                }
            let limit = outcome.limit.map { "at most \(Words.span($0))" } ?? "no limit"
            return Figure(
                label: outcome.title,
                value: outcome.measured == nil && !isOver ? "…" : Words.span(outcome.measured),
                note: outcome.complaint.isEmpty ? limit : "\(limit). \(outcome.complaint)",
                tone: tone, meter: Meter.svg(outcome.measured, limit: outcome.limit))
        }
    }

    /// As the table has them, of a test whose events are archived.
    private static func objectives(_ test: Row) -> [Figure] {
        [("Recovery time", "rto"), ("Recovery point", "rpo")].compactMap { label, name in
            guard let limit = test.number("\(name)_target_ms") else { return nil }
            let value = test.number("\(name)_actual_ms")
            return Figure(
                label: label, value: Words.span(value), note: "at most \(Words.span(limit))",
                tone: Words.tone(value, limit: limit), meter: Meter.svg(value, limit: limit))
        }
    }
}

extension TestPage.Result {
    fileprivate init(_ row: Row) {
        key = String(row.id("id") ?? 0)
        name = row.text("test_name")
        component = row.text("component")
        let verdict = row.words("verdict") ?? "none"
        (verdictWord, verdictStyle) = (verdict == "none" ? "not judged" : verdict, verdict)
        let time = row.number("execution_time_ms") ?? 0
        took = time > 0 ? Words.span(time) : ""
        error = row.words("error_message")
        errorTone = verdict == "failed" ? "bad" : "unclear"
        expected = row.words("expected_result")
        observations = row["details"].rows("observations").map { TestPage.Observation($0) }
        hasEvidence = !observations.isEmpty
        // What went wrong is what somebody came to see.
        isOpen = verdict == "failed"
    }
}

extension TestPage.Observation {
    fileprivate init(_ row: Row) {
        what = row.text("observation")
        source = row.text("source") == "self" ? "itself" : row.text("source")
        let deadline = row.number("deadline_ms").map { " within \(Words.span($0))" } ?? ""
        wanted = row.text("expected") + deadline
        let samples = row.id("samples").map { " of \($0)" } ?? ""
        seen = row.words("value").map { $0 + samples } ?? "nothing"
        first = row.number("first_true_ms").map { Words.span($0) } ?? ""
        judged = row.words("verdict") ?? "none"
    }
}
