public import Wire

/// What a run did, in the format of Chaos Toolkit's `journal.json`.
///
/// A reader of such journals finds its keys in their order. Beside them each run has `resolved`:
/// what was called, with names put in. Secrets are replaced by their names everywhere. `status` and
/// `deviated` say what the run found, where Chaos Toolkit has three ways to call a failure
/// completed: whoever reads them as its command does passes what passed here.
public struct Journal: Sendable {
    /// The release of `chaostoolkit-lib` whose journals this looks like.
    public static let formatVersion = "1.44.0"

    public enum Ending: Sendable {
        case regular
        /// By a signal, or on request.
        case interrupted
        /// By a mistake of the runner's.
        case aborted
    }

    /// One activity as it went.
    public struct Run: Sendable {
        public var activity: Activity
        /// From ``Provider/recordable(with:)``.
        public var resolved: JSONValue
        public var output: JSONValue = .null
        /// In microseconds since the beginning of 1970 in UTC, as all times here.
        public var start: Int
        /// `nil` if it was interrupted.
        public var end: Int?
        /// Why it failed; `nil` if it did not.
        public var failure: String?
        /// Of a probe in a hypothesis.
        public var isWithinTolerance: Bool?

        public init(activity: Activity, resolved: JSONValue, start: Int) {
            self.activity = activity
            self.resolved = resolved
            self.start = start
        }
    }

    /// One check of the steady state.
    public struct State: Sendable {
        /// `nil` if it did not come to an end.
        public var isMet: Bool?
        public var probes: [Run]

        public init(isMet: Bool?, probes: [Run]) {
            self.isMet = isMet
            self.probes = probes
        }
    }

    public var experiment: Experiment
    public var platform: String
    public var node: String
    public var start: Int
    public var end: Int
    public var ending = Ending.regular
    /// The run shows nothing, for a reason that stands at none of its activities.
    public var isInconclusive = false
    public var before: State?
    public var after: State?
    public var during: [State] = []
    public var method: [Run] = []
    public var rollbacks: [Run] = []
    /// With the configuration as it was at the end.
    public var substitution: Substitution

    public init(
        experiment: Experiment, substitution: Substitution, platform: String, node: String,
        start: Int, end: Int
    ) {
        self.experiment = experiment
        self.substitution = substitution
        self.platform = platform
        self.node = node
        self.start = start
        self.end = end
    }

    /// The steady state was not met, at whichever time it was checked.
    public var hasDeviated: Bool {
        ([before, after].compactMap { $0 } + during).contains { $0.isMet == false }
    }

    /// `failed` if the gate was not passed before the method, a probe of the steady state could not
    /// be made, an activity of the method or the rollbacks failed, or nothing was shown.
    public var status: String {
        switch ending {
        case .interrupted: return "interrupted"
        case .aborted: return "aborted"
        case .regular: break
        }
        let probes = ([before, after].compactMap { $0 } + during).flatMap(\.probes)
        let hasFailed =
            isInconclusive || before.map { $0.isMet != true } ?? false
            || (probes + method + rollbacks).contains { $0.failure != nil || $0.end == nil }
        return hasFailed ? "failed" : "completed"
    }
}

extension Journal {
    /// The document, as the `chaos` command writes it.
    public var text: String { document.text(indent: 2) }

    public var document: JSONValue {
        let redaction = Redaction(substitution.secrets)
        var document: JSONObject = ["chaoslib-version": .string(Self.formatVersion)]
        document["platform"] = .string(platform)
        document["node"] = .string(node)
        document["experiment"] = redaction.apply(experimentCopy)
        document["start"] = .string(PythonTime.text(of: start))
        document["status"] = .string(status)
        document["deviated"] = .bool(hasDeviated)
        document["steady_states"] = redaction.apply([
            "before": before?.document ?? .null, "after": after?.document ?? .null,
            "during": .array(during.map(\.document)),
        ])
        document["run"] = redaction.apply(.array(method.map(\.document)))
        document["rollbacks"] = redaction.apply(.array(rollbacks.map(\.document)))
        document["end"] = .string(PythonTime.text(of: end))
        document["duration"] = .double(Double(end - start) / 1e6)
        return .object(document)
    }

    /// The file with its title as it was shown, and without the values of secrets that stand in it.
    private var experimentCopy: JSONValue {
        var members = experiment.raw.objectValue ?? JSONObject()
        members["title"] = substitution.recordable(.string(experiment.title))
        if let secrets = members["secrets"]?.objectValue {
            members["secrets"] = Self.withoutValues(.object(secrets), name: "secrets")
        }
        members["dry"] = .null
        return .object(members)
    }

    /// Where a secret comes from stays; one that stands in the file itself does not.
    private static func withoutValues(_ value: JSONValue, name: String) -> JSONValue {
        guard case .object(let object) = value else { return .string("${\(name)}") }
        if let type = object["type"]?.stringValue, type == "env" || type == "vault" { return value }
        return .object(
            JSONObject(object.members.map { ($0.key, withoutValues($0.value, name: $0.key)) }))
    }
}

extension Journal.State {
    fileprivate var document: JSONValue {
        [
            "steady_state_met": isMet.map(JSONValue.bool) ?? .null,
            "probes": .array(probes.map(\.document)),
        ]
    }
}

extension Journal.Run {
    fileprivate var document: JSONValue {
        var members: JSONObject = ["activity": activity.raw, "output": output]
        members["start"] = .string(PythonTime.text(of: start))
        if let end {
            members["status"] = .string(failure == nil ? "succeeded" : "failed")
            if let failure { members["exception"] = .array([.string(failure + "\n")]) }
            members["end"] = .string(PythonTime.text(of: end))
            members["duration"] = .double(Double(end - start) / 1e6)
        }
        members["tolerance_met"] = isWithinTolerance.map(JSONValue.bool)
        members["resolved"] = resolved
        return .object(members)
    }
}
