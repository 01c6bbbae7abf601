/// Which alerts a run gives rise to when it ends.
///
/// Proofs and chaos break things to see that it is noticed: nobody is alerted of them. A drill that
/// was called off is not judged, but it must clean up like any other.
public enum AlertRules {
    static let serviceName = "dr_testing"
    /// The words of a run's end are as many as its checks; an alert is to be read at a glance.
    private static let maximumReason = 1000

    /// - Parameters:
    ///   - run: with everything that was recorded of it, its end too.
    ///   - test: its id.
    public static func alerts(of run: TestRun, test: UInt64) -> [AlertRaised] {
        guard let requested = run.requested, let finished = run.finished,
            requested.purpose == "drill"
        else { return [] }
        let isJudged = finished.status == .failed
        let alerts = [
            isJudged ? verdictAlert(finished, requested) : nil,
            isJudged ? objectiveAlert(finished, requested) : nil,
            cleanupAlert(run, requested),
        ]
        return alerts.compactMap { $0 }.map { alert in
            var alert = alert
            (alert.serviceName, alert.testID) = (serviceName, test)
            alert.details += [
                NamedValue("scenario", requested.scenarioName.shortened(to: maximumReason)),
                NamedValue("target", requested.targetName.shortened(to: maximumReason)),
                NamedValue("environment", requested.environment.shortened(to: maximumReason)),
            ]
            return alert
        }
    }

    private static func verdictAlert(
        _ finished: RunFinished, _ requested: RunRequested
    ) -> AlertRaised? {
        var alert = AlertRaised()
        switch finished.verdict {
        case .failed: (alert.alertType, alert.severity) = ("dr_test_failed", "high")
        case .inconclusive: (alert.alertType, alert.severity) = ("dr_test_inconclusive", "medium")
        case .passed, .none: return nil
        }
        alert.message = message("test \(finished.verdict)", requested)
        alert.details =
            [NamedValue("failure_reason", finished.errorMessage.shortened(to: maximumReason))]
            + exceeded(finished, requested)
        return alert
    }

    private static func objectiveAlert(
        _ finished: RunFinished, _ requested: RunRequested
    ) -> AlertRaised? {
        let outcomes = exceeded(finished, requested)
        guard outcomes.contains(where: { $0.value == "true" }) else { return nil }
        var alert = AlertRaised()
        (alert.alertType, alert.severity) = ("dr_objective_missed", "high")
        alert.message = message("objective missed", requested)
        let times = [
            ("rto_target_ms", requested.rtoTargetMs), ("rto_actual_ms", finished.rtoActualMs),
            ("rpo_target_ms", requested.rpoTargetMs), ("rpo_actual_ms", finished.rpoActualMs),
        ]
        alert.details =
            outcomes + times.compactMap { name, time in time.map { NamedValue(name, "\($0)") } }
        return alert
    }

    /// What is worst of all: a drill that may have left something broken.
    private static func cleanupAlert(_ run: TestRun, _ requested: RunRequested) -> AlertRaised? {
        let undone = run.cleanup?.actions.filter { !$0.isDone } ?? []
        let isIncomplete = run.cleanup.map { !$0.isComplete } ?? false
        if !isIncomplete && run.changesLeft.isEmpty { return nil }
        let left =
            undone.map { "\($0.name): \($0.detail)" }
            + run.changesLeft.map { "\($0.changeID) is not undone" }
        var alert = AlertRaised()
        (alert.alertType, alert.severity) = ("dr_cleanup_failed", "critical")
        alert.message = message("cleanup failed", requested)
        alert.details = [
            NamedValue(
                "failure_reason", left.joined(separator: "; ").shortened(to: maximumReason))
        ]
        return alert
    }

    /// Of the objectives for which something was measured. What is unknown exceeds nothing.
    private static func exceeded(
        _ finished: RunFinished, _ requested: RunRequested
    ) -> [NamedValue] {
        let pairs = [
            ("rto_exceeded", finished.rtoActualMs, requested.rtoTargetMs),
            ("rpo_exceeded", finished.rpoActualMs, requested.rpoTargetMs),
        ]
        return pairs.compactMap { name, actual, target in
            guard let actual, let target else { return nil }
            return NamedValue(name, "\(actual > target)")
        }
    }

    private static func message(_ what: String, _ requested: RunRequested) -> String {
        "Disaster Recovery \(what): \(requested.scenarioName)".shortened(to: maximumReason)
    }
}

extension String {
    /// The beginning of a text, and whether there is more.
    func shortened(to count: Int) -> String {
        unicodeScalars.count <= count
            ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(count - 1))) + "…"
    }
}
