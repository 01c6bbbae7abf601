internal import DRTesting
internal import Projections

/// What follows from the results, in sentences.
enum Recommendations {
    static func about(_ runs: [RunRecord], _ statistics: PeriodReport.Statistics) -> [String] {
        var sentences: [String] = []
        if statistics.total == 0 {
            sentences.append(
                "No drill was judged in this period: run one, so that there is evidence.")
        }
        sentences += failures(of: runs)
        if statistics.inconclusive > 0 {
            sentences.append(
                "\(statistics.inconclusive) of \(statistics.total) drills proved nothing; "
                    + "repeat them when what kept them from it is mended.")
        }
        for run in runs {
            sentences +=
                missedObjectives(of: run) + narrowObjectives(of: run)
                + missedLimits(of: run)
        }
        return sentences
    }

    private static func failures(of runs: [RunRecord]) -> [String] {
        var byComponent: [String: (steps: Set<String>, ids: Set<UInt64>)] = [:]
        for run in runs {
            for result in run.run.results
            where result.verdict == .failed && !result.isOfObjective {
                byComponent[result.component, default: ([], [])].steps.insert(result.testName)
                byComponent[result.component]?.ids.insert(run.id)
            }
        }
        return byComponent.sorted { $0.key < $1.key }.map { component, found in
            let ids = found.ids.sorted().map(String.init).joined(separator: ", ")
            return "Look into \(component): \(found.steps.sorted().joined(separator: ", ")) failed "
                + "in test \(ids)."
        }
    }

    private static func missedObjectives(of run: RunRecord) -> [String] {
        run.objectives.filter { $0.verdict == .failed }.map { objective in
            "Test \(run.id) missed an objective: \(objective.label) "
                + "\(ReportText.milliseconds(objective.measured)), at most "
                + "\(ReportText.milliseconds(objective.limit))."
        }
    }

    /// Met with less than a fifth to spare.
    private static func narrowObjectives(of run: RunRecord) -> [String] {
        run.objectives.compactMap { objective in
            guard let measured = objective.measured, let limit = objective.limit,
                measured <= limit, measured > limit * 0.8
            else { return nil }
            return "Test \(run.id) met an objective with little to spare: \(objective.label) "
                + "\(ReportText.milliseconds(measured)) of at most "
                + "\(ReportText.milliseconds(limit))."
        }
    }

    /// They fail no step, so nothing else would tell.
    private static func missedLimits(of run: RunRecord) -> [String] {
        run.metrics.filter { $0.passed == false && !$0.isOfObjective }.map { metric in
            "Test \(run.id) missed a limit: \(metric.name) was \(metric.valueText), "
                + "\(metric.limitText ?? "limit unknown")."
        }
    }
}
