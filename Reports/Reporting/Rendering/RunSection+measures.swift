internal import DRTesting
internal import Projections

/// What a run measured.
extension RunSection {
    struct Objective {
        let name: String
        let measured: String
        let limit: String
        let result: String
        let style: String
        let complaint: String?
    }

    /// The recovery time in its parts, drawn and in words.
    struct Split {
        let drawing: String
        let legend: String
        let words: String
    }

    struct Metric {
        let name: String
        let value: String
        let limit: String
        let result: String
        let style: String
    }

    struct Phase {
        let name: String
        let served: String
        let deferred: String
        let refused: String
        let failed: String
        let p50: String
        let p99: String
    }

    struct Fault {
        let name: String
        let kind: String
        let endpoint: String
        let shares: String
        let from: String
        let to: String
        let endedBy: String
    }

    struct Mark {
        let name: String
        let at: String
    }

    static func objectives(_ run: RunRecord) -> [Objective] {
        run.objectives.map { outcome in
            var measured = ReportText.milliseconds(outcome.measured)
            if outcome.isRecoveryTime, outcome.measured != nil,
                let within = run.metric("rto_resolution_ms")?.value
            {
                measured += ", to within \(ReportText.milliseconds(within))"
            }
            return Objective(
                name: outcome.title, measured: measured,
                limit: outcome.limit.map { ReportText.milliseconds($0) } ?? "none",
                result: ResultMark(outcome.verdict).words,
                style: ReportText.style(outcome.verdict),
                complaint: outcome.complaint.isEmpty ? nil : outcome.complaint.printable())
        }
    }

    static func split(_ run: RunRecord) -> Split? {
        let split = RecoverySplit(
            run.marks, recoveryTimeMs: run.metric("rto_actual_ms")?.value)
        guard let split else { return nil }
        let chart = PartsChart([
            PartsChart.Bar(
                name: "",
                parts: split.parts.map { part in
                    PartsChart.Part(label: part.label, milliseconds: Double(part.lengthUs) / 1000)
                })
        ])
        let words = split.parts.map { "\($0.label) \(ReportText.microseconds($0.lengthUs))" }
            .joined(separator: ", ")
        return Split(drawing: chart.svg.html, legend: chart.legend.html, words: words)
    }

    /// How long the fault was held, and how long it took to notice it and to recover from it. `nil`
    /// if none of them is known.
    static func splitWords(_ run: RunRecord) -> String? {
        let words = RecoveryPartText.phrases(
            of: run.metrics, testType: run.requested.testType
        ) { ReportText.milliseconds($0) }.joined(separator: ", ")
        return words.isEmpty ? nil : "\(words.prefix(1).uppercased())\(words.dropFirst())."
    }

    /// Those with a limit, and all others. A run that is not about recovery is about its measures:
    /// there, all are shown.
    static func measures(_ run: RunRecord) -> (shown: [Metric], others: [Metric]) {
        let metrics = run.metrics.filter { !$0.isOfObjective }
        let isAboutRecovery = !run.objectives.isEmpty
        func isShown(_ metric: MetricRecorded) -> Bool {
            !isAboutRecovery || metric.threshold != nil
        }
        return (
            metrics.filter { isShown($0) }.map { Metric($0) },
            metrics.filter { !isShown($0) }.map { Metric($0) }
        )
    }

    static func words(about ledger: LedgerCompared) -> String {
        let counts =
            "\(ledger.keys.counted("key")), "
            + "\(ledger.acknowledged) acknowledged writes and deletes, "
            + "\(ledger.bytesCompared.counted("byte")) compared by SHA-256: "
            + "\(ledger.intact.counted("key")) intact, "
            + "\(ledger.lost) lost, \(ledger.stale) stale, \(ledger.corrupt) corrupt, "
            + "\(ledger.resurrected) resurrected, \(ledger.unexpected) unexpected; "
            + "\(ledger.indeterminate) writes of unknown outcome."
        return lead(ledger.subject) + counts
    }

    /// What was compared with the ledger.
    private static func lead(_ subject: String) -> String {
        switch subject {
        case "final": "At the end of the run: "
        case "takeover": "At the takeover by the secondary: "
        case "restore": "After the restore, as of the snapshot: "
        case "before restore": "After the restore, as of right before it: "
        case "restored copy": "What was restored elsewhere, as of the snapshot: "
        default: ""
        }
    }
}

extension RunSection.Metric {
    init(_ metric: MetricRecorded) {
        name = metric.name.printable()
        value = metric.valueText.printable()
        limit = metric.limitText?.printable() ?? ""
        result = metric.verdict == .none ? "" : ResultMark(metric.verdict).words
        style = ReportText.style(metric.verdict)
    }
}

extension RunSection.Phase {
    /// - Parameter faults: how many there were in the run.
    init(_ phase: PhaseSummarized, faults: Int) {
        let isKnown = ["before", "during", "after"].contains(phase.phase)
        switch faults {
        case _ where !isKnown: name = phase.phase.printable()
        // Nothing was broken by a fault: there is one phase.
        case 0: name = "the whole run"
        case 1: name = "\(phase.phase) the fault"
        default: name = "\(phase.phase) the faults"
        }
        (served, deferred) = (String(phase.served), String(phase.deferred))
        refused = String(phase.refused)
        failed = String(phase.failed.addingClamped(phase.indeterminate))
        p50 = phase.served == 0 ? "" : ReportText.microseconds(phase.p50Us)
        p99 = phase.served == 0 ? "" : ReportText.microseconds(phase.p99Us)
    }
}

extension RunSection.Fault {
    init(_ window: FaultWindow) {
        name = window.plan.faultID.printable()
        kind = window.plan.kind.printable()
        endpoint = window.plan.endpoint.printable()
        shares = window.shares.map(\.percent).joined(separator: ", ")
        from = window.startUs.map { RunChart.seconds($0) } ?? "never"
        to = window.endUs.map { RunChart.seconds($0) } ?? ""
        endedBy = window.endedBy.printable()
    }
}

extension RunSection.Mark {
    init(_ mark: MarkRecorded) {
        (name, at) = (mark.mark.printable(), RunChart.seconds(mark.offsetUs))
    }
}
