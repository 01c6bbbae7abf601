public import Wire

/// A Chaos Toolkit experiment: a steady state that is checked before and after a method, and
/// rollbacks that put back what the method did.
///
/// It is a value. Whoever runs it makes its calls, and hands their outputs back to be judged.
public struct Experiment: Equatable, Sendable {
    /// As it stands in the file; names in it are put in when it runs.
    public let title: String
    public let description: String
    public let tags: [String]
    /// What the experiment says about qualities of a system: `high`, `medium`, `low` or `none` by
    /// name.
    public let contributions: JSONObject
    public let configuration: Configuration
    public let secrets: Secrets
    public let hypothesis: Hypothesis?
    public let method: [Activity]
    public let rollbacks: [Activity]
    public let hypothesisStrategy: HypothesisStrategy
    public let rollbackStrategy: RollbackStrategy
    public let warnings: [ExperimentWarning]
    /// The file.
    public let raw: JSONValue

    /// Whether a document is meant as an experiment, and not as a scenario.
    public static func isExperiment(_ document: JSONValue) -> Bool {
        if document["method"] != nil || document["steady-state-hypothesis"] != nil { return true }
        // One without both is a mistake of an experiment's; a scenario has a name.
        return document["title"] != nil && document["name"] == nil
    }
}

/// What has to hold before and after the method.
public struct Hypothesis: Equatable, Sendable {
    public let title: String
    /// In their order; the first that fails ends the check.
    public let probes: [HypothesisProbe]
}

/// A probe, and what its output is held against.
public struct HypothesisProbe: Equatable, Sendable {
    public let activity: Activity
    public let tolerance: Tolerance
}

/// When the steady state is checked.
public enum HypothesisStrategy: String, Sendable, CaseIterable {
    case standard = "default"
    case beforeMethodOnly = "before-method-only"
    case afterMethodOnly = "after-method-only"
    case duringMethodOnly = "during-method-only"
    case continuously
    case skip

    public var isBefore: Bool {
        self == .standard || self == .beforeMethodOnly || self == .continuously
    }

    public var isDuring: Bool { self == .duringMethodOnly || self == .continuously }

    public var isAfter: Bool {
        self == .standard || self == .afterMethodOnly || self == .continuously
    }
}

/// When Chaos Toolkit would play the rollbacks. Here they always are.
public enum RollbackStrategy: String, Sendable, CaseIterable {
    case standard = "default"
    case always
    case never
    case deviated
}

/// The configuration, in the order of the file: a probe sees what stands before it.
public struct Configuration: Equatable, Sendable {
    public enum Value: Equatable, Sendable {
        /// From the file, the environment, or whoever starts the run.
        case given(JSONValue)
        /// What a probe finds when the run starts. One that fails leaves its name without a value.
        case probe(Activity)
    }

    public struct Entry: Equatable, Sendable {
        public let name: String
        public let value: Value
    }

    public let entries: [Entry]

    public init(entries: [Entry] = []) { self.entries = entries }
}
