import DRTesting
import Engine

/// What is printed when a run has ended.
struct RunSummary {
    let report: RunReport
    let style: TerminalStyle
    let width: Int

    var lines: [String] {
        [""] + table + [""] + objectives + [""] + closing
    }

    private var table: [String] {
        let rows = report.run.results.filter { $0.component != "objectives" }
        let nameWidth = min(rows.map { $0.testName.printable().count }.max() ?? 0, 46)
        var lines: [String] = []
        for row in rows {
            let name = row.testName.printable()
            let padded = name + String(repeating: " ", count: max(nameWidth - name.count, 0))
            let verdict = "\(row.verdict)"
            let gap = String(repeating: " ", count: max(13 - verdict.count, 1))
            let took = Duration.microseconds(Int64(row.executionTimeUs)).words
            lines.append("  \(padded)  \(style.verdict(row.verdict, verdict))\(gap)\(took)")
            if !row.errorMessage.isEmpty { lines.append("      \(row.errorMessage.printable())") }
        }
        return lines
            + report.run.stepsNotBegun.map { "  \($0.printable())  \(style.dim("not executed"))" }
    }

    private var objectives: [String] {
        let parts = [("rto_actual_ms", "RTO"), ("rpo_actual_ms", "RPO")]
        var lines = parts.compactMap { name, label -> String? in
            guard let metric = report.metrics.first(where: { $0.name == name }) else { return nil }
            let value = metric.value.map { Self.words($0) } ?? "unknown"
            let limit = metric.threshold.map { " of at most \(Self.words($0))" } ?? ""
            let verdict: Verdict = metric.passed.map { $0 ? .passed : .failed } ?? .inconclusive
            return
                "  \(label)  \(style.verdict(verdict, value))\(limit)"
                + (name == "rto_actual_ms" ? resolution : "")
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
        if let size = report.checkpointSize {
            lines.append("  Recorded as test \(report.id); \(size) events are sealed.")
        }
        if let problem = report.checkpointProblem {
            lines.append("  \(style.yellow("Not anchored outside:")) \(problem.printable())")
        }
        return lines
    }
}
