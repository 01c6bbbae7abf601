public import Wire

extension Experiment {
    /// Reads an experiment, and finds all that is wrong with it.
    ///
    /// - Parameters:
    ///   - document: the file, as JSON or YAML gave it.
    ///   - environment: the variables that the experiment may read.
    ///   - variables: what the start of the run puts in the place of values of the configuration;
    ///     names that the file does not have are not used, as in Chaos Toolkit.
    public init(
        _ document: JSONValue, environment: [String: String],
        variables: JSONObject = JSONObject()
    ) throws(ExperimentError) {
        var reader = ExperimentReader(environment: environment, variables: variables)
        guard let experiment = reader.experiment(document), reader.problems.isEmpty else {
            throw ExperimentError(problems: reader.problems)
        }
        self = experiment
    }
}

/// Reads the parts of an experiment, and collects the mistakes instead of stopping at the first.
struct ExperimentReader {
    private static let names = [
        "title", "description", "method", "version", "tags", "steady-state-hypothesis",
        "rollbacks", "configuration", "secrets", "controls", "contributions", "extensions",
        "runtime", "dry",
    ]

    private(set) var problems: [ExperimentProblem] = []
    private(set) var warnings: [ExperimentWarning] = []
    let environment: [String: String]
    let variables: JSONObject
    /// What `ref` finds, by name.
    var references: [String: (path: String, value: JSONValue)] = [:]

    init(environment: [String: String], variables: JSONObject) {
        self.environment = environment
        self.variables = variables
    }

    /// `nil` if parts are missing; there is a problem then.
    mutating func experiment(_ document: JSONValue) -> Experiment? {
        guard case .object(let members) = document else {
            fail("", "an experiment is an object with 'title', 'description' and 'method'")
            return nil
        }
        warnOfOthers(in: members, at: "", known: Self.names)
        warnOfControls(in: members, at: "")
        let givenTitle = text("title", of: members, at: "")
        let givenDescription = text("description", of: members, at: "")
        let tags = tags(members["tags"])
        checkExtensions(members["extensions"])
        if let dry = members["dry"], !dry.isNull {
            fail("dry", "runs that only pretend are not supported; remove it")
        }
        collectReferences(members)
        let configuration = configuration(members["configuration"])
        let secrets = secrets(members["secrets"])
        let hypothesis = hypothesis(members["steady-state-hypothesis"])
        if members["method"] == nil {
            fail("method", "a list is required; it may be empty, to check the steady state alone")
        }
        let method = activities(members["method"], at: "method")
        let rollbacks = activities(members["rollbacks"], at: "rollbacks")
        let hypothesisStrategy = hypothesisStrategy(members["runtime"])
        let rollbackStrategy = rollbackStrategy(members["runtime"])
        guard let title = givenTitle, let description = givenDescription else { return nil }
        let experiment = Experiment(
            title: title, description: description, tags: tags,
            contributions: members["contributions"]?.objectValue ?? JSONObject(),
            configuration: configuration, secrets: secrets, hypothesis: hypothesis,
            method: method, rollbacks: rollbacks, hypothesisStrategy: hypothesisStrategy,
            rollbackStrategy: rollbackStrategy, warnings: [], raw: document)
        return experiment.with(warnings: experiment.traps + warnings)
    }

    mutating func fail(_ path: String, _ message: String) {
        problems.append(ExperimentProblem(path: path, message: message))
    }

    mutating func warn(
        _ code: ExperimentWarning.Code, _ path: String, _ message: String? = nil
    ) {
        warnings.append(
            ExperimentWarning(code: code, path: path, message: message ?? code.sentence))
    }

    /// Chaos Toolkit says nothing about members that it does not know, such as misspelt ones.
    mutating func warnOfOthers(in members: JSONObject, at path: String, known: [String]) {
        for name in members.keys where !known.contains(name) {
            warn(.ignored, Self.join(path, name), "'\(name)' is not known and not used")
        }
    }

    mutating func warnOfControls(in members: JSONObject, at path: String) {
        guard let controls = members["controls"], controls.isTrue else { return }
        warn(
            .ignored, Self.join(path, "controls"),
            "controls are Python code around the run, and are not used here")
    }

    static func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }

    /// A text that is there and not empty.
    mutating func text(_ name: String, of members: JSONObject, at path: String) -> String? {
        if case .string(let text)? = members[name], !text.isEmpty { return text }
        let found = members[name].map { ", not \($0.isTrue ? $0.kind : "empty")" } ?? ""
        fail(Self.join(path, name), "a text is required\(found)")
        return nil
    }

    /// The elements of a list that may be missing.
    mutating func list(_ value: JSONValue?, at path: String) -> [JSONValue] {
        switch value {
        case nil, .null?: return []
        case .array(let values)?: return values
        case let other?:
            fail(path, "a list is expected, not \(other.kind)")
            return []
        }
    }

    private mutating func tags(_ value: JSONValue?) -> [String] {
        var tags: [String] = []
        for (index, tag) in list(value, at: "tags").enumerated() {
            if case .string(let text) = tag, !text.isEmpty {
                tags.append(text)
            } else {
                fail("tags[\(index)]", "a tag is a text that is not empty")
            }
        }
        return tags
    }

    private mutating func checkExtensions(_ value: JSONValue?) {
        for (index, part) in list(value, at: "extensions").enumerated() {
            let name = part["name"]?.stringValue?.trimmedWhitespace ?? ""
            if name.isEmpty { fail("extensions[\(index)].name", "an extension needs a name") }
        }
    }

    /// Among activities of one name the later counts, and one of the hypothesis before others.
    private mutating func collectReferences(_ members: JSONObject) {
        let probes = members["steady-state-hypothesis"]?["probes"]
        let lists = [("method", members["method"]), ("steady-state-hypothesis.probes", probes)]
        for (path, value) in lists {
            for (index, activity) in (value?.arrayValue ?? []).enumerated() {
                guard let name = activity["name"]?.stringValue else { continue }
                references[name] = ("\(path)[\(index)]", activity)
            }
        }
    }

    private mutating func hypothesisStrategy(_ runtime: JSONValue?) -> HypothesisStrategy {
        let value = runtime?["hypothesis"]?["strategy"]
        // The command's own misspelling, which it still accepts.
        if value == .string("continously") { return .continuously }
        return strategy(value, at: "runtime.hypothesis.strategy") ?? .standard
    }

    private mutating func rollbackStrategy(_ runtime: JSONValue?) -> RollbackStrategy {
        strategy(runtime?["rollbacks"]?["strategy"], at: "runtime.rollbacks.strategy") ?? .standard
    }

    private mutating func strategy<Strategy: RawRepresentable & CaseIterable>(
        _ value: JSONValue?, at path: String
    ) -> Strategy? where Strategy.RawValue == String {
        guard let value, !value.isNull else { return nil }
        if let strategy = value.stringValue.flatMap({ Strategy(rawValue: $0) }) { return strategy }
        let accepted = Strategy.allCases.map(\.rawValue).joined(separator: ", ")
        fail(path, "\(value.text()) is not known; accepted: \(accepted)")
        return nil
    }
}
