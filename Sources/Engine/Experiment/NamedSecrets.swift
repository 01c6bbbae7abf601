internal import ChaosToolkit
internal import DRTesting
internal import Wire

/// The secrets of an experiment by the variables of the environment that they come from: what is
/// kept for later is kept with these names.
struct NamedSecrets {
    /// With `${VARIABLE}` for values. A secret that stands in the file is not among them.
    let secrets: Secrets
    private(set) var variables: [String] = []

    init(_ experiment: Experiment) {
        var scopes: [Secrets.Scope] = []
        for (name, value) in experiment.raw["secrets"]?.objectValue?.members ?? [] {
            var values = JSONObject()
            if let variable = Self.variable(of: value) {
                values[name] = .string("${\(variable)}")
                variables.append(variable)
            }
            for (key, member) in value.objectValue?.members ?? [] {
                guard let variable = Self.variable(of: member) else { continue }
                values[key] = .string("${\(variable)}")
                variables.append(variable)
            }
            scopes.append(Secrets.Scope(name: name, values: values))
        }
        secrets = Secrets(scopes: scopes)
    }

    /// In an address and in a form a name is encoded, and would be sent as such.
    ///
    /// - Parameter others: the names of secrets.
    func hidden(in call: OutsideCall, besides others: [String]) -> String? {
        guard case .http(let call) = call else { return nil }
        return (variables + others).first { name in
            [call.url, call.body ?? ""].contains { $0.contains("%7B\(name)%7D") }
        }
    }

    private static func variable(of value: JSONValue) -> String? {
        value["type"] == "env" ? value["key"]?.stringValue : nil
    }
}
