internal import Wire
internal import ChaosToolkit
internal import DRTesting

/// The steps of an experiment's run, in their order. A pure value.
///
/// Rollbacks are none of them: they belong to the cleanup, so that they are taken however far the
/// steps got.
struct ExperimentPlan: Sendable {
    enum Step: Sendable {
        case before, during, after
        case activity(Activity)
    }

    static let type = "chaos_toolkit"

    let steps: [Step]
    /// `skip` if there is no steady state to check.
    let strategy: HypothesisStrategy
    private let request: ExperimentRequest

    init(_ request: ExperimentRequest) {
        self.request = request
        let experiment = request.experiment
        let hasProbes = experiment.hypothesis?.probes.isEmpty == false
        strategy = hasProbes ? request.hypothesisStrategy : .skip
        var steps: [Step] = strategy.isBefore ? [.before] : []
        steps += experiment.method.map { .activity($0) }
        if strategy.isDuring { steps.append(.during) }
        if strategy.isAfter { steps.append(.after) }
        self.steps = steps
    }

    /// Where the method begins among the steps.
    var firstOfMethod: Int { strategy.isBefore ? 1 : 0 }

    /// Whether anything is expected of the system once something was done to it. Otherwise nothing
    /// can be shown.
    var isJudged: Bool {
        strategy.isDuring || strategy.isAfter
            || (strategy.isBefore && request.experiment.method.isEmpty)
    }

    /// What the log and those who watch know of the run before it begins.
    var scenario: Scenario {
        let title = request.substitution.recordable(.string(request.experiment.title))
        return Scenario(
            name: request.redaction.apply(title.pythonString), type: Self.type,
            description: request.redaction.apply(request.experiment.description),
            objectives: Objectives([]), prerequisites: [], workload: Self.noWorkload,
            steps: steps.map { step in
                DRTesting.Step(
                    name: step.name, component: step.component, expectations: [step.expectation])
            }, cleanup: [], abortWhen: [],
            variables: request.variables.map {
                NamedValue($0.name, request.redaction.apply($0.value))
            })
    }

    private static let noWorkload = WorkloadPlan(
        writesPerSecond: 0, readsPerSecond: 0, objectBytes: 0, steadyFor: .zero, stableFor: .zero)
}

extension ExperimentPlan.Step {
    static let steadyState = "steady_state"

    var name: String {
        switch self {
        case .before: "Steady state before the method"
        case .during: "Steady state during the method"
        case .after: "Steady state after the method"
        case .activity(let activity): activity.name
        }
    }

    var component: String {
        switch self {
        case .before, .during, .after: Self.steadyState
        case .activity(let activity): activity.provider.component
        }
    }

    fileprivate var expectation: Expectation {
        let (observation, expected) =
            switch self {
            case .before, .during, .after: (Self.steadyState, "met")
            case .activity(let activity): (activity.name, "succeeded")
            }
        return Expectation(
            observation: observation, comparison: .equals, expected: .text(expected), within: nil,
            minimumSamples: nil)
    }
}

extension Provider {
    /// What of the surroundings it calls.
    var component: String {
        switch self {
        case .http: "http"
        case .process: "process"
        case .python(let provider): provider.isToxiproxy ? "toxiproxy" : "python"
        }
    }
}

extension PythonProvider {
    /// It is called here, without Python.
    var isToxiproxy: Bool { module.hasPrefix("chaostoxi.") }
}
