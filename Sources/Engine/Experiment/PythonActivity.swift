internal import ChaosToolkit
internal import DRTesting
internal import Wire

/// A function of Python that an experiment calls: by the `chaos` command, as an experiment of its
/// own that has nothing but this activity. A pure value: it runs nothing.
struct PythonActivity {
    /// The command of Chaos Toolkit.
    static let program = "chaos"

    let activity: Activity
    let provider: PythonProvider
    let substitution: Substitution

    /// The experiment. Values of secrets do not stand in it.
    var document: JSONValue {
        var copy = activity.raw.objectValue ?? JSONObject()
        // What is waited for, and judged, is so here.
        let ours = ["background", "pauses", "tolerance", "controls", "timeout", "configuration"]
        for name in ours + ["secrets"] { copy[name] = nil }
        var called = copy["provider"]?.objectValue ?? JSONObject()
        called["arguments"] = .object(provider.arguments)
        copy["provider"] = .object(called)
        let secrets = substitution.secrets.scopes.enumerated().map { index, scope in
            (scope.name, JSONValue.object(Self.references(scope.values, "\(index)")))
        }
        return [
            "title": .string(activity.name), "description": "One activity.",
            "configuration": .object(substitution.configuration),
            "secrets": .object(JSONObject(secrets)), "method": .array([.object(copy)]),
        ]
    }

    /// One experiment with several of them, for the same configuration and secrets.
    static func document(of activities: [PythonActivity]) -> JSONValue? {
        guard var document = activities.first?.document.objectValue else { return nil }
        let methods = activities.flatMap { $0.document["method"]?.arrayValue ?? [] }
        document["method"] = .array(methods)
        return .object(document)
    }

    /// The variables of the environment in which the experiment finds its secrets.
    var variables: [String: String] {
        var variables: [String: String] = [:]
        for (index, scope) in substitution.secrets.scopes.enumerated() {
            Self.collect(scope.values, "\(index)", into: &variables)
        }
        return variables
    }

    private static func variable(_ place: String) -> String { "DR_SECRET_\(place)" }

    private static func references(_ values: JSONObject, _ place: String) -> JSONObject {
        let members = values.members.enumerated().map { index, member -> (String, JSONValue) in
            let place = "\(place)_\(index)"
            if case .object(let object) = member.value {
                return (member.key, .object(references(object, place)))
            }
            return (member.key, ["type": "env", "key": .string(variable(place))])
        }
        return JSONObject(members)
    }

    private static func collect(
        _ values: JSONObject, _ place: String, into variables: inout [String: String]
    ) {
        for (index, member) in values.members.enumerated() {
            let place = "\(place)_\(index)"
            if case .object(let object) = member.value {
                collect(object, place, into: &variables)
            } else {
                variables[variable(place)] = member.value.pythonString
            }
        }
    }

    /// What the command complained last, without colours and the time.
    static func complaint(in errors: [UInt8]) -> String {
        let text = String(decoding: errors.suffix(4000), as: UTF8.self)
            .replacing(#/\x1b\[[0-9;]*m/#, with: "")
        let lines = text.split(whereSeparator: \.isNewline)
        let last = lines.last { line in !line.allSatisfy(\.isWhitespace) } ?? "it said nothing"
        return String(last.trimmingPrefix(#/\[[^\]]*\] /#))
    }

    /// What the function returned, from the journal of the experiment.
    static func output(from journal: JSONValue) throws(ActivityFailure) -> JSONValue {
        guard let run = journal["run"]?[0] else {
            throw ActivityFailure("the 'chaos' command did not get to the activity", isUnmade: true)
        }
        if run["status"] == "succeeded" { return run["output"] ?? .null }
        let lines = (run["exception"]?.arrayValue ?? []).compactMap(\.stringValue)
        let words = lines.last.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
        // What a probe says of the system is a finding; any other error is one of the probe.
        let isFinding = words?.contains("ActivityFailed") ?? false
        throw ActivityFailure(words ?? "the activity did not end", isUnmade: !isFinding)
    }
}
