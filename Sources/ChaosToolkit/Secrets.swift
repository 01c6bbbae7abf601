public import Wire

/// The secrets of an experiment, with their values, in the scopes they are declared in.
///
/// It describes itself by names alone, so that no value gets into a log by accident.
public struct Secrets: Equatable, Sendable, CustomStringConvertible {
    public struct Scope: Equatable, Sendable {
        public let name: String
        public let values: JSONObject

        public init(name: String, values: JSONObject) {
            self.name = name
            self.values = values
        }
    }

    public let scopes: [Scope]

    public init(scopes: [Scope] = []) { self.scopes = scopes }

    /// The secret of this name in the first scope that has one.
    public subscript(name: String) -> JSONValue? {
        for scope in scopes {
            if let value = scope.values[name] { return value }
        }
        return nil
    }

    /// What a python function gets as `secrets`: the members of these scopes, where the later ones
    /// win.
    public func values(of names: [String]) -> JSONObject {
        var values = JSONObject()
        for name in names {
            guard let scope = scopes.first(where: { $0.name == name }) else { continue }
            for member in scope.values.members { values[member.key] = member.value }
        }
        return values
    }

    public var names: [String] { scopes.flatMap(\.values.keys) }

    public var description: String { "secrets \(names.joined(separator: ", "))" }
}
