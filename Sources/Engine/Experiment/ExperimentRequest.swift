public import ChaosToolkit
public import DRTesting
internal import Wire

/// A Chaos Toolkit experiment that is to be run, and how.
public struct ExperimentRequest: Sendable {
    public let experiment: Experiment
    /// When the steady state is checked.
    public var hypothesisStrategy: HypothesisStrategy
    /// From the end of a check during the method to the next one.
    public var hypothesisPause: Duration = .seconds(1)
    /// Leaves the rest of the method undone when the steady state is lost during it.
    public var isFailFast = false
    /// What whoever starts the run asks for: `never` leaves what was changed, `always` puts it back
    /// also if nothing was done. What the file says keeps nothing from being put back.
    public var rollbackStrategy: RollbackStrategy?
    /// What was given in the place of values of the file, for the record.
    public var variables: [NamedValue] = []
    /// The variables of the process.
    public var environment: [String: String]
    /// Told what has happened so far, again and again, and at the end.
    public var journal: (@Sendable (Journal) -> Void)?

    public init(_ experiment: Experiment, environment: [String: String]) {
        (self.experiment, self.environment) = (experiment, environment)
        hypothesisStrategy = experiment.hypothesisStrategy
    }

    /// What is known before the run. Probes of the configuration add to it.
    var substitution: Substitution {
        let given = experiment.configuration.entries.compactMap { entry -> (String, JSONValue)? in
            guard case .given(let value) = entry.value else { return nil }
            return (entry.name, value)
        }
        return Substitution(configuration: JSONObject(given), secrets: experiment.secrets)
    }

    var redaction: Redaction { Redaction(experiment.secrets) }

    /// All that may be called.
    var activities: [Activity] {
        var activities = experiment.configuration.entries.compactMap { entry -> Activity? in
            guard case .probe(let activity) = entry.value else { return nil }
            return activity
        }
        if hypothesisStrategy != .skip {
            for probe in experiment.hypothesis?.probes ?? [] {
                activities.append(probe.activity)
                if let judge = probe.tolerance.probe(for: .null) { activities.append(judge) }
            }
        }
        return activities + experiment.method + experiment.rollbacks
    }

    /// The file as it may be kept: without secrets that stand in it.
    func recordable(_ text: String) -> String {
        let journal = Journal(
            experiment: experiment, substitution: substitution, platform: "", node: "", start: 0,
            end: 0)
        let copy = journal.document["experiment"] ?? .null
        let hasNone = copy["secrets"] == experiment.raw["secrets"]
        return hasNone ? redaction.apply(text) : copy.text(indent: 2)
    }
}

extension RunRequest {
    /// - Parameter text: the file that the experiment was read from.
    public init(_ experiment: ExperimentRequest, text: String, seed: UInt64) {
        self.init(
            scenario: ExperimentPlan(experiment).scenario,
            scenarioText: experiment.recordable(text), seed: seed)
        self.experiment = experiment
    }
}
