internal import DRTesting
internal import Projections

/// One run as the template shows it.
struct RunSection {
    let id: String
    let scenario: String
    let verdict: String
    let style: String
    let requested: String
    let target: String
    let environment: String
    let by: String
    let isEmbedded: Bool
    let error: String?
    let objectives: [Objective]
    let split: Split?
    let chart: String?
    let steps: [Step]
    let observations: [Observation]
    let ledger: String?
    let phases: [Phase]
    let metrics: [Metric]

    struct Objective {
        let name: String
        let measured: String
        let limit: String
        let result: String
        let style: String
    }

    /// The recovery time in its parts: a fault that a script holds must not flatter.
    struct Split {
        let words: String
        let parts: [Part]

        struct Part {
            let label: String
            let value: String
            let share: String
            let color: String
        }
    }

    struct Step {
        let name: String
        let component: String
        let verdict: String
        let style: String
        let took: String
        let complaint: String?
    }

    struct Observation {
        let name: String
        let source: String
        let expected: String
        let value: String
        let style: String
        let first: String
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

    struct Metric {
        let name: String
        let value: String
    }

    init(_ run: RunRecord) {
        let (request, finished) = (run.requested, run.run.finished)
        id = String(run.id)
        scenario = request.scenarioName.printable()
        let isJudged = finished != nil && finished?.verdict != Verdict.none
        verdict = isJudged ? "\(finished!.verdict)" : "\(run.run.status)"
        style = ReportText.style(finished?.verdict ?? .none)
        requested = RFC3339.text(run.requestedAt)
        target = request.targetName.printable()
        environment = request.environment.printable()
        by = request.executedBy.printable()
        isEmbedded = request.targetKind == "embedded"
        error = finished.flatMap { $0.errorMessage.isEmpty ? nil : $0.errorMessage.printable() }
        objectives = Self.objectives(run)
        split = Self.split(run)
        chart = run.bins.isEmpty ? nil : RunChart(run).svg
        steps = Self.steps(run)
        observations = run.run.results.flatMap(\.observations).map { Self.observation($0) }
        ledger = run.ledger.map { Self.words(about: $0) }
        phases = run.phases.map { Self.phase($0) }
        metrics = run.metrics.map { metric in
            let value =
                metric.value.map { "\(ObservedValue.number($0)) \(metric.unit)" } ?? "unknown"
            return Metric(name: metric.name, value: value)
        }
    }

    private static func objectives(_ run: RunRecord) -> [Objective] {
        [("rto_actual_ms", "Recovery time (RTO)"), ("rpo_actual_ms", "Recovery point (RPO)")]
            .compactMap { name, label in
                guard let metric = run.metric(name) else { return nil }
                let verdict: Verdict = metric.passed.map { $0 ? .passed : .failed } ?? .inconclusive
                var measured = ReportText.milliseconds(metric.value)
                if name == "rto_actual_ms", let within = run.metric("rto_resolution_ms")?.value {
                    measured += ", to within \(ReportText.milliseconds(within))"
                }
                return Objective(
                    name: label, measured: measured,
                    limit: metric.threshold.map { ReportText.milliseconds($0) } ?? "none",
                    result: "\(verdict)", style: ReportText.style(verdict))
            }
    }

    private static func split(_ run: RunRecord) -> Split? {
        let marks = ["impact", "detected", "lifted", "restored", "verified"]
        let names = [
            "until detected", "detected until lifted", "lifted until restored",
            "restored until verified",
        ]
        let colors = ["failed", "deferred", "refused", "served"]
        let offsets = marks.map { run.mark($0)?.offsetUs }
        guard offsets.allSatisfy({ $0 != nil }) else { return nil }
        let parts = names.indices.map { index in
            let (start, end) = (offsets[index]!, offsets[index + 1]!)
            let length = end > start ? end - start : 0
            return Split.Part(
                label: names[index], value: ReportText.microseconds(length), share: String(length),
                color: colors[index])
        }
        let words = parts.map { "\($0.label) \($0.value)" }.joined(separator: ", ")
        return Split(words: words, parts: parts)
    }

    private static func steps(_ run: RunRecord) -> [Step] {
        let taken = run.run.results.map { result in
            Step(
                name: result.testName.printable(), component: result.component.printable(),
                verdict: "\(result.verdict)", style: ReportText.style(result.verdict),
                took: result.executionTimeUs == 0
                    ? "" : ReportText.microseconds(result.executionTimeUs),
                complaint: result.errorMessage.isEmpty ? nil : result.errorMessage.printable())
        }
        let open = (run.run.finished?.stepsNotExecuted ?? []).map { name in
            Step(
                name: name.printable(), component: "", verdict: "not executed", style: "soft",
                took: "", complaint: nil)
        }
        return taken + open
    }

    private static func observation(_ made: ObservationMade) -> Observation {
        let samples = made.samples.map { " of \($0)" } ?? ""
        return Observation(
            name: made.name.printable(), source: made.source == "self" ? "itself" : made.source,
            expected: made.expected.printable(),
            value: made.value.isEmpty ? "nothing" : made.value.printable() + samples,
            style: ReportText.style(made.verdict),
            first: made.firstTrueUs.map { ReportText.microseconds($0) } ?? "")
    }

    private static func words(about ledger: LedgerCompared) -> String {
        "\(ledger.keys) keys, \(ledger.acknowledged) acknowledged writes and deletes, "
            + "\(ledger.bytesCompared) bytes compared by SHA-256: \(ledger.intact) keys intact, "
            + "\(ledger.lost) lost, \(ledger.stale) stale, \(ledger.corrupt) corrupt, "
            + "\(ledger.resurrected) resurrected, \(ledger.unexpected) unexpected; "
            + "\(ledger.indeterminate) writes of unknown outcome."
    }

    private static func phase(_ phase: PhaseSummarized) -> Phase {
        Phase(
            name: phase.phase, served: String(phase.served), deferred: String(phase.deferred),
            refused: String(phase.refused), failed: String(phase.failed + phase.indeterminate),
            p50: phase.served == 0 ? "" : ReportText.microseconds(phase.p50Us),
            p99: phase.served == 0 ? "" : ReportText.microseconds(phase.p99Us))
    }
}
