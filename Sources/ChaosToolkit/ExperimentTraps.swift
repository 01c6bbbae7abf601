internal import Wire

extension Experiment {
    /// The traps of Chaos Toolkit that this experiment would step into, each told of once.
    var traps: [ExperimentWarning] {
        var traps: [ExperimentWarning] = []
        func add(_ code: ExperimentWarning.Code, _ path: String) {
            traps.append(ExperimentWarning(code: code, path: path, message: code.sentence))
        }
        if hypothesis != nil, hypothesisStrategy.isBefore { add(.gate, "steady-state-hypothesis") }
        if hypothesis != nil, hypothesisStrategy.isDuring {
            add(.during, "runtime.hypothesis.strategy")
        }
        if let fallible = (method + rollbacks).first(where: \.maySucceedWrongly) {
            add(.failedActivities, fallible.path)
        }
        if !rollbacks.isEmpty { add(.rollbacks, "rollbacks") }
        if !secrets.scopes.isEmpty { add(.secrets, "secrets") }
        let activities = (hypothesis?.probes.map(\.activity) ?? []) + method + rollbacks
        if let named = activities.first(where: { $0.raw["provider"]?.hasNames ?? false }) {
            add(.resolvedArguments, named.path)
        }
        return traps
    }

    func with(warnings: [ExperimentWarning]) -> Experiment {
        Experiment(
            title: title, description: description, tags: tags, contributions: contributions,
            configuration: configuration, secrets: secrets, hypothesis: hypothesis,
            method: method, rollbacks: rollbacks, hypothesisStrategy: hypothesisStrategy,
            rollbackStrategy: rollbackStrategy, warnings: warnings, raw: raw)
    }
}

extension Activity {
    /// Whether Chaos Toolkit may call it succeeded though ``failure(in:)`` does not.
    fileprivate var maySucceedWrongly: Bool {
        switch provider {
        case .process: true
        case .http: kind == .action
        case .python: false
        }
    }
}

extension JSONValue {
    fileprivate var hasNames: Bool {
        switch self {
        case .string(let text): text.contains("${")
        case .array(let values): values.contains(where: \.hasNames)
        case .object(let object): object.members.contains { $0.value.hasNames }
        default: false
        }
    }
}
