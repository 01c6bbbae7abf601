import DRTesting
import Engine

/// What is printed when a run has ended.
struct RunSummary {
    let report: RunReport
    let style: TerminalStyle
    let width: Int

    var lines: [String] {
        [table, objectives, closing].filter { !$0.isEmpty }.flatMap { [""] + $0 }
    }

    private struct Row {
        let name: String
        let outcome: String
        var verdict = Verdict.none
        var took = ""
        var complaint = ""
    }

    private var rows: [Row] {
        let run = report.run
        let judged = run.results.filter { $0.component != "objectives" }.map { result in
            Row(
                name: result.testName.printable(), outcome: "\(result.verdict)",
                verdict: result.verdict,
                took: Duration.microseconds(Int64(result.executionTimeUs)).words,
                complaint: result.errorMessage.printable())
        }
        return judged
            + run.stepsInterrupted.map {
                Row(name: $0.name.printable(), outcome: "interrupted", verdict: .inconclusive)
            } + run.stepsNotBegun.map { Row(name: $0.printable(), outcome: "not executed") }
    }

    private var table: [String] {
        let rows = rows
        let nameWidth = min(rows.map(\.name.count).max() ?? 0, 46)
        return rows.flatMap { row in
            let padding = String(repeating: " ", count: max(nameWidth - row.name.count, 0))
            let gap = String(repeating: " ", count: max(13 - row.outcome.count, 1))
            let outcome = style.verdict(row.verdict, row.outcome)
            let line =
                "  \(row.name)\(padding)  \(outcome)\(row.took.isEmpty ? "" : gap + row.took)"
            return row.complaint.isEmpty ? [line] : [line, "      \(row.complaint)"]
        }
    }

    private var objectives: [String] {
        let parts = [("rto_actual_ms", "RTO"), ("rpo_actual_ms", "RPO")]
        var lines = parts.compactMap { name, label -> String? in
            guard let metric = report.metrics.first(where: { $0.name == name }) else { return nil }
            let value = metric.value.map { Self.words($0) } ?? "unknown"
            let isKnown = metric.value != nil
            let limit = metric.threshold.map {
                isKnown ? " of at most \(Self.words($0))" : "; at most \(Self.words($0)) is allowed"
            }
            let verdict: Verdict = metric.passed.map { $0 ? .passed : .failed } ?? .inconclusive
            return "  \(label)  \(style.verdict(verdict, value))\(limit ?? "")"
                + (isKnown && name == "rto_actual_ms" ? resolution : "")
        }
        let split = [
            ("fault_held_ms", "fault held"), ("time_to_detect_ms", "detected after"),
            ("recovery_after_lift_ms", "recovered after the lift in"),
        ].compactMap { name, label in value(name).map { "\(label) \(Self.words($0))" } }
        if !split.isEmpty { lines.append("       \(split.joined(separator: ", "))") }
        return lines
    }

    private var resolution: String {
        value("rto_resolution_ms").map { " (to within \(Self.words($0)))" } ?? ""
    }

    private func value(_ name: String) -> Double? {
        report.metrics.first { $0.name == name }?.value
    }

    private static func words(_ milliseconds: Double) -> String {
        Duration.milliseconds(Int64(milliseconds.rounded())).words
    }

    private var closing: [String] {
        let finished = report.finished
        let verdict = finished.status == .cancelled ? "cancelled" : "\(finished.verdict)"
        var lines = ["  Verdict: \(style.verdict(finished.verdict, style.bold(verdict)))"]
        if !finished.errorMessage.isEmpty { lines.append("  \(finished.errorMessage.printable())") }
        let sealed = report.checkpointSize.map { "; \($0) events are sealed" } ?? ""
        lines.append("  Recorded as test \(report.id)\(sealed).")
        if let problem = report.checkpointProblem {
            let label = report.checkpointSize == nil ? "Not sealed:" : "Not anchored outside:"
            lines.append("  \(style.yellow(label)) \(problem.printable())")
        }
        return lines
    }
}

extension TestRun {
    /// The steps that began and came to no result.
    var stepsInterrupted: [StepStarted] {
        steps.filter { step in
            !results.contains { $0.stepIndex == step.index && $0.testName == step.name }
        }
    }
}
