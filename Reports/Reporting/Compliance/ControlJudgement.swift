internal import DRTesting
internal import Projections

/// What the log says of one control, and why: never that anybody meets it. Pure.
struct ControlJudgement {
    let control: Control
    /// Of its scenarios.
    let evidence: ScenarioEvidence
    /// Those of its scenarios of which no drill was judged in the period.
    let undrilled: [CatalogScenario]
    let missing: [EvidenceFact]
    let judgedAt: UInt64

    /// The first that holds, in the order of precedence; and one sentence that says why.
    ///
    /// Never `integrityFailed`: of a log that is not intact no report is made.
    var outcome: (status: ComplianceReport.Status, reason: String) {
        if let reason = contradiction { return (.contradicted, reason) }
        if let reason = delay { return (.overdue, reason) }
        if evidence.passed == 0 { return (.notCovered, absence) }
        let passed = "\(evidence.passed) of \(evidence.judged.counted("drill")) passed"
        let gaps = gaps
        if gaps.isEmpty {
            return (
                .supported,
                "\(passed), the last of every scenario and target among them, and every fact that "
                    + "the control needs is there."
            )
        }
        return (.partlyCovered, "\(passed), but \(gaps.joined(separator: "; ")).")
    }

    /// A drill that fails contradicts what it would have supported. One that is only input to work
    /// done elsewhere contradicts nothing.
    private var contradiction: String? {
        if control.contribution == .supporting { return nil }
        let failed = evidence.lastFailed
        if !failed.isEmpty {
            let names = SentenceList(failed.map { "\($0.subject.words) (test \($0.id))" })
            return "The last judged drill\(names.isOne ? "" : "s") of \(names) failed."
        }
        let open = evidence.findings.filter { $0.isOpen && $0.verdict == .failed }
        if open.isEmpty { return nil }
        let names = SentenceList(
            open.sorted { $0.id < $1.id }.map { "\($0.subject.words) (test \($0.lastTest))" })
        return names.isOne
            ? "A finding of \(names) is open, whose drill failed."
            : "Findings of \(names) are open, whose drills failed."
    }

    /// Judged by the last success, and not by the last run.
    private var delay: String? {
        let overdue = evidence.standings.filter { $0.overdueSince != nil }
        if !overdue.isEmpty {
            let names = SentenceList(
                overdue.sorted { $0.subject < $1.subject }.map(Self.words(of:)))
            return "\(names.isOne ? "A drill is" : "Drills are") overdue: \(names)."
        }
        guard let days = control.intervalDays, let lastSuccess = evidence.lastSuccess,
            judgedAt > lastSuccess, judgedAt - lastSuccess > UInt64(days) * Period.day
        else { return nil }
        return "The last success was on \(ReportText.day(lastSuccess)), longer ago than the "
            + "\(days.counted("day")) that \"\(control.cadence)\" allows at most."
    }

    private static func words(of standing: DueStanding) -> String {
        let since = ReportText.day(standing.overdueSince ?? standing.dueTime)
        let success =
            standing.lastSuccess.map { "last succeeded on \(ReportText.day($0))" }
            ?? "never succeeded"
        return "\(standing.subject.words) (since \(since), to succeed every "
            + "\(ReportText.interval(milliseconds: standing.intervalMs)), \(success))"
    }

    /// Why a control is not covered.
    private var absence: String {
        if control.scenarios.isEmpty { return "No scenario gives evidence for this control." }
        if evidence.judged > 0 {
            return "\(evidence.judged.counted("drill")) of its scenarios "
                + "\(evidence.judged == 1 ? "was" : "were") judged in the period, and none passed."
        }
        let none = "No drill of its scenarios was judged in the period"
        guard let next = evidence.standings.map(\.dueTime).min() else { return none + "." }
        return none + "; a success is due on \(ReportText.day(next))."
    }

    /// What keeps the control from being supported, though drills passed.
    private var gaps: [String] {
        var gaps = evidence.lastNotPassed.isEmpty ? [] : [lastNotPassed]
        switch control.contribution {
        case .direct: break
        case .partial: gaps.append("a drill answers only a part of this control")
        case .supporting: gaps.append("a drill is only input to what this control asks for")
        }
        if !undrilled.isEmpty {
            gaps.append("no drill was judged of \(SentenceList(undrilled.map(\.words), limit: 6))")
        }
        if !missing.isEmpty {
            gaps.append(
                "this report lacks \(SentenceList(missing.map(\.rawValue), limit: missing.count))")
        }
        if evidence.passedEmbedded == evidence.passed {
            gaps.append("what passed ran on embedded targets only")
        } else if evidence.passedInRehearsal == evidence.passed {
            gaps.append("what passed ran on embedded targets or in test environments only")
        }
        return gaps
    }

    private var lastNotPassed: String {
        let drills = evidence.lastNotPassed.map { drill in
            "\(drill.subject.words) (test \(drill.id), \(drill.end?.verdict ?? Verdict.none))"
        }
        let names = SentenceList(drills)
        return "the last judged drill\(names.isOne ? "" : "s") of \(names) did not pass"
    }
}
