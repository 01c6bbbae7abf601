import DRTesting
import Engine
import Projections

/// What is printed when a run has ended.
struct RunSummary {
    let report: RunReport
    let style: TerminalStyle

    var lines: [String] {
        [table, objectives, measures, closing].filter { !$0.isEmpty }.flatMap { [""] + $0 }
    }

    // MARK: Steps

    private struct Row {
        let name: String
        let outcome: String
        var verdict = Verdict.none
        var took = ""
        var complaint = ""
    }

    private var rows: [Row] {
        let run = report.run
        let judged = run.results.filter { !$0.isOfObjective }.map { result in
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
            let gap = String(repeating: " ", count: max(13 - row.outcome.count, 1))
            let outcome = style.verdict(row.verdict, row.outcome)
            let line =
                "  \(Self.padded(row.name, nameWidth))  \(outcome)"
                + (row.took.isEmpty ? "" : gap + row.took)
            return row.complaint.isEmpty ? [line] : [line, "      \(row.complaint)"]
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }

    // MARK: Objectives

    private var objectives: [String] {
        let outcomes = ObjectiveOutcome.all(of: report.run, metrics: report.metrics)
        let labelWidth = outcomes.map(\.label.count).max() ?? 0
        var lines = outcomes.map { outcome in
            let value = outcome.measured.map { Self.words($0) } ?? "unknown"
            let isKnown = outcome.measured != nil
            let limit = outcome.limit.map {
                isKnown ? " of at most \(Self.words($0))" : "; at most \(Self.words($0)) is allowed"
            }
            return "  \(Self.padded(outcome.label, labelWidth))  "
                + "\(style.verdict(outcome.verdict, value))\(limit ?? "")"
                + (isKnown && outcome.isRecoveryTime ? resolution : "")
        }
        if !split.isEmpty {
            let indent = Self.padded("", labelWidth + 4)
            lines.append("\(indent)\(split.joined(separator: ", "))")
        }
        return lines
    }

    private var split: [String] {
        RecoveryPartText.phrases(
            of: report.metrics, testType: report.run.requested?.testType ?? "", words: Self.words)
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

    // MARK: Measures

    /// Those that have a limit.
    private var measures: [String] {
        let limited = report.metrics.filter { $0.threshold != nil && !$0.isOfObjective }
        let nameWidth = min(limited.map { $0.name.printable().count }.max() ?? 0, 46)
        return limited.map { metric in
            let value = style.verdict(metric.verdict, metric.valueText.printable())
            let limit = metric.limitText.map { ", \($0.printable())" } ?? ""
            return "  \(Self.padded(metric.name.printable(), nameWidth))  \(value)\(limit)"
        }
    }

    // MARK: Verdict

    private var closing: [String] {
        let finished = report.finished
        let verdict = finished.status == .cancelled ? "cancelled" : "\(finished.verdict)"
        var lines = ["  Verdict: \(style.verdict(finished.verdict, style.bold(verdict)))"]
        if !finished.errorMessage.isEmpty { lines.append("  \(finished.errorMessage.printable())") }
        let sealed = report.checkpointSize.map { "; \($0) events are sealed" } ?? ""
        lines.append("  Recorded as test \(report.id)\(purpose)\(sealed).")
        if let problem = report.checkpointProblem {
            let label = report.checkpointSize == nil ? "Not sealed:" : "Not anchored outside:"
            lines.append("  \(style.yellow(label)) \(problem.printable())")
        }
        return lines
    }

    private var purpose: String {
        let purpose = report.run.requested?.purpose ?? ""
        return ["drill", ""].contains(purpose) ? "" : ", as \(purpose) and not as a drill"
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
