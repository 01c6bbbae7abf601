internal import DRTesting
internal import Projections

/// One run in depth, as the template shows it.
struct RunSection {
    let id: String
    /// Whether the page has links to it: a name may stand in a page once.
    let isLinked: Bool
    let scenario: String
    /// With its symbol, as all verdicts here.
    let verdict: String
    let style: String
    let requested: String
    let target: String
    let environment: String
    let by: String
    let isEmbedded: Bool
    let isOther: Bool
    let purpose: String
    let purposeNote: String
    let error: String?
    let hasObjectives: Bool
    let objectives: [Objective]
    let split: Split?
    let splitWords: String?
    let hasLimits: Bool
    let limits: [Metric]
    let chart: String?
    let hasFaults: Bool
    let hasSteps: Bool
    let steps: [Step]
    let hasObservations: Bool
    let observations: [Observation]
    /// Whether there are faults, marks, phases, comparisons or other measures.
    let hasMore: Bool
    let comparisons: [String]
    let hasPhases: Bool
    let phases: [Phase]
    let faults: [Fault]
    let hasMarks: Bool
    let marks: [Mark]
    let hasMetrics: Bool
    let metrics: [Metric]

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

    init(_ run: RunRecord, isLinked: Bool = true) {
        self.isLinked = isLinked
        let (request, finished) = (run.requested, run.run.finished)
        id = String(run.id)
        scenario = request.scenarioName.printable()
        let mark = Self.mark(of: run.run)
        (verdict, style) = (mark.words, mark.style.rawValue)
        requested = "\(ReportText.moment(run.requestedAt)) UTC"
        target = request.targetName.printable()
        environment = request.environment.printable()
        by = request.executedBy.printable()
        isEmbedded = request.targetKind == "embedded"
        isOther = !run.isDrill
        (purpose, purposeNote) = (request.purpose.printable(), Self.note(on: request))
        error = finished.flatMap { $0.errorMessage.isEmpty ? nil : $0.errorMessage.printable() }
        objectives = Self.objectives(run)
        hasObjectives = !objectives.isEmpty
        split = Self.split(run)
        splitWords = Self.splitWords(run)
        let measures = Self.measures(run)
        (limits, metrics) = (measures.shown, measures.others)
        (hasLimits, hasMetrics) = (!limits.isEmpty, !metrics.isEmpty)
        chart = run.bins.isEmpty ? nil : RunChart(run).svg
        steps = Self.steps(run)
        hasSteps = !steps.isEmpty
        observations = run.run.results.flatMap(\.observations).map { Self.observation($0) }
        hasObservations = !observations.isEmpty
        comparisons = run.comparisons.map { Self.words(about: $0) }
        phases = run.phases.map { Phase($0, faults: run.faults.count) }
        hasPhases = !phases.isEmpty
        faults = run.faults.map { Fault($0) }
        hasFaults = !faults.isEmpty
        marks = run.marks.sorted { $0.offsetUs < $1.offsetUs }.map { Mark($0) }
        hasMarks = !marks.isEmpty
        hasMore = hasFaults || hasMarks || hasPhases || hasMetrics || !comparisons.isEmpty
    }

    private static func mark(of run: TestRun) -> ResultMark {
        if let verdict = run.finished?.verdict, verdict != Verdict.none {
            return ResultMark(verdict)
        }
        return run.status == .cancelled ? .cancelled() : .none("\(run.status)")
    }

    /// Empty for a drill.
    private static func note(on request: RunRequested) -> String {
        switch request.purpose {
        case "drill": return ""
        case "proof" where request.sabotage == "control":
            return "The control of a proof: nothing was broken on purpose. It is no drill."
        case "proof":
            return "Part of a proof, and no drill: '\(request.sabotage.printable())' was broken on "
                + "purpose, so this run is not meant to pass."
        case "chaos": return "Chaos, and no drill: its faults were drawn by chance."
        default: return "This is no drill."
        }
    }

    private static func steps(_ run: RunRecord) -> [Step] {
        let taken = run.run.results.filter { !$0.isOfObjective }.map { result in
            Step(
                name: result.testName.printable(), component: result.component.printable(),
                verdict: ResultMark(result.verdict).words,
                style: ReportText.style(result.verdict),
                took: result.executionTimeUs == 0
                    ? "" : ReportText.microseconds(result.executionTimeUs),
                complaint: result.errorMessage.isEmpty ? nil : result.errorMessage.printable())
        }
        let open = (run.run.finished?.stepsNotExecuted ?? []).map { name in
            Step(
                name: name.printable(), component: "",
                verdict: ResultMark.none("not executed").words, style: "none", took: "",
                complaint: nil)
        }
        return taken + open
    }

    private static func observation(_ made: ObservationMade) -> Observation {
        let samples = made.samples.map { " of \($0)" } ?? ""
        return Observation(
            name: made.name.printable(),
            source: made.source == "self" ? "itself" : made.source.printable(),
            expected: made.expected.printable(),
            value: made.value.isEmpty ? "nothing" : made.value.printable() + samples,
            style: ReportText.style(made.verdict),
            first: made.firstTrueUs.map { ReportText.microseconds($0) } ?? "")
    }
}
