internal import ChaosToolkit
internal import DRTesting
internal import Wire

/// What a plug-in says about itself, once, at the start of a run.
struct PluginDescription: Sendable {
    struct Action: Equatable, Sendable {
        let name: String
        let parameters: [String]
        /// It puts back what it has changed when it is asked to.
        let canUndo: Bool
        let changesNothing: Bool
    }

    struct Observation: Equatable, Sendable {
        let name: String
        let kind: String
        let source: String
    }

    static let version = 1

    /// Its name and its version, for people.
    let title: String
    let actions: [Action]
    let observations: [Observation]

    /// - Parameter result: of the program, called with `describe`.
    init(_ result: OutsideResult) throws(OutsideError) {
        guard result.status == 0 else {
            throw OutsideError(.unexpected, "exit status \(result.status)")
        }
        let document = try PluginAnswer.document(result.body)
        guard document["protocol"]?.intValue == Self.version else {
            throw OutsideError(.unexpected, "it does not speak 'protocol' \(Self.version)")
        }
        let names = ["name", "version"].compactMap { document[$0]?.stringValue }
        title = names.joined(separator: " ")
        var (actions, observations): ([Action], [Observation]) = ([], [])
        for entry in document["actions"]?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue else { throw Self.nameless }
            actions.append(
                Action(
                    name: name,
                    parameters: (entry["parameters"]?.arrayValue ?? []).compactMap(\.stringValue),
                    canUndo: entry["undo"]?.boolValue ?? false,
                    changesNothing: entry["changes_nothing"]?.boolValue ?? false))
        }
        for entry in document["observations"]?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue else { throw Self.nameless }
            observations.append(
                Observation(
                    name: name, kind: entry["kind"]?.stringValue ?? "number",
                    source: entry["source"]?.stringValue ?? "self"))
        }
        (self.actions, self.observations) = (actions, observations)
    }

    private static let nameless = OutsideError(
        .unexpected, "an action or an observation has no 'name'")

    /// The action as a scenario asks for it.
    ///
    /// - Throws: `OutsideError` if it is not offered so, or may leave something changed.
    func action(for call: PluginCall) throws(OutsideError) -> Action {
        guard let action = actions.first(where: { $0.name == call.name }) else {
            throw OutsideError(
                .unusable, "it has no action '\(call.name)'; it has: \(list(actions.map(\.name)))")
        }
        let given = call.parameters.map(\.name)
        guard Set(given) == Set(action.parameters) else {
            throw OutsideError(
                .unusable,
                "action '\(call.name)' takes: \(list(action.parameters)); given: \(list(given))")
        }
        guard action.canUndo || action.changesNothing else {
            throw OutsideError(
                .notAllowed,
                "action '\(call.name)' says neither 'undo' nor 'changes_nothing'")
        }
        return action
    }

    /// Whether an observation is what a scenario says of it.
    func check(_ probe: OutsideProbe, _ call: PluginCall) throws(OutsideError) {
        guard let observation = observations.first(where: { $0.name == call.name }) else {
            throw OutsideError(
                .unusable,
                "it has no observation '\(call.name)'; it has: "
                    + list(observations.map(\.name)))
        }
        guard observation.kind == probe.kind.rawValue else {
            throw OutsideError(
                .unusable,
                "observation '\(call.name)' is a \(observation.kind), not a \(probe.kind.rawValue)")
        }
        guard observation.source == probe.source.rawValue else {
            throw OutsideError(
                .unusable,
                "the source of observation '\(call.name)' is '\(observation.source)', not "
                    + "'\(probe.source.rawValue)'")
        }
    }

    private func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.joined(separator: ", ")
    }
}

/// What a plug-in answers to a call.
struct PluginAnswer: Sendable {
    let value: JSONValue
    let log: [String]

    /// - Parameter redacted: takes the secrets out of a text, before it is cut: a part of one would
    ///   not be known for it.
    /// - Throws: `OutsideError` if it is no answer, or says that the call failed.
    init(_ bytes: [UInt8], redacted: (String) -> String) throws(OutsideError) {
        let document = try Self.document(bytes)
        guard let isDone = document["ok"]?.boolValue else {
            throw OutsideError(.unexpected, "the answer has no 'ok'")
        }
        guard isDone else {
            let reason = document["error"]?.stringValue ?? "it gave no reason"
            throw OutsideError(.unexpected, String(redacted(reason).prefix(300)))
        }
        value = document["value"] ?? .null
        let lines = (document["log"]?.arrayValue ?? []).compactMap(\.stringValue)
        log = lines.prefix(100).map { String(redacted($0).prefix(1000)) }
    }

    static func document(_ bytes: [UInt8]) throws(OutsideError) -> JSONValue {
        do {
            return try JSONValue(json: bytes)
        } catch {
            throw OutsideError(.unexpected, "the answer is not JSON: \(error)")
        }
    }
}

extension PluginCall {
    /// What the plug-in reads.
    ///
    /// - Parameter filled: the parameters with their values.
    func question(_ filled: [NamedValue]) -> JSONValue {
        let members = filled.map { ($0.name, JSONValue.string($0.value)) }
        return [
            "protocol": .int(PluginDescription.version), "call": .string(purpose.rawValue),
            "name": .string(name), "parameters": .object(JSONObject(members)),
            "run": [
                "key": .string(runKey), "prefix": .string(DrillKeys(runKey: runKey).custom),
            ],
        ]
    }
}
