public import Wire

/// Puts the values of the configuration and the secrets in the place of their names, as Chaos
/// Toolkit does, which uses Python's `string.Template`.
///
/// `${name}` and `$name` stand for a value, and `$$` for a dollar sign. A name has letters, digits
/// and underscores of ASCII, so `${a.b}` and `${a-b}` are no names. What has no value, or is no
/// name, is left as it is. A text that is one `${name}` and nothing else takes the value with its
/// type; inside a longer text the value is what Python's `str()` makes of it. The configuration
/// comes before the secrets, and of these the scope that is declared first.
public struct Substitution: Sendable {
    public private(set) var configuration: JSONObject
    public let secrets: Secrets

    public init(configuration: JSONObject = JSONObject(), secrets: Secrets = Secrets()) {
        self.configuration = configuration
        self.secrets = secrets
    }

    /// Chaos Toolkit does not touch arguments, not even `$$` in them, when there is nothing to put
    /// in.
    public var isEmpty: Bool { configuration.isEmpty && secrets.scopes.isEmpty }

    /// Sets a value of the configuration while the experiment runs, as actions may do.
    public mutating func set(_ name: String, to value: JSONValue) { configuration[name] = value }

    /// The value with everything put in; names of members stay as they are.
    public func apply(_ value: JSONValue) -> JSONValue {
        Self.apply(value) { configuration[$0] ?? secrets[$0] }
    }

    /// The value as it may be recorded: secrets stay `${name}`.
    public func recordable(_ value: JSONValue) -> JSONValue {
        Self.apply(value) { configuration[$0] }
    }

    private static func apply(
        _ value: JSONValue, _ lookUp: (String) -> JSONValue?
    ) -> JSONValue {
        switch value {
        case .string(let text): Template(text).filled(lookUp)
        case .array(let values): .array(values.map { apply($0, lookUp) })
        case .object(let members): .object(members.mapValues { apply($0, lookUp) })
        default: value
        }
    }
}

/// A text with names in it.
private struct Template {
    private let text: Substring.UnicodeScalarView

    init(_ text: String) { self.text = text[...].unicodeScalars }

    func filled(_ lookUp: (String) -> JSONValue?) -> JSONValue {
        var rest = text
        if let braced = Self.takeBraced(&rest), rest.isEmpty, let value = lookUp(braced) {
            return value
        }
        var result = String.UnicodeScalarView()
        rest = text
        while let scalar = rest.first {
            let start = rest
            if let name = Self.takeBraced(&rest) ?? Self.takeNamed(&rest) {
                if let value = lookUp(name) {
                    result.append(contentsOf: value.pythonString.unicodeScalars)
                } else {
                    result.append(contentsOf: start[..<rest.startIndex])
                }
            } else {
                let isEscaped = scalar == "$" && rest.dropFirst().first == "$"
                rest.removeFirst(isEscaped ? 2 : 1)
                result.append(scalar)
            }
        }
        return .string(String(result))
    }

    private static func takeBraced(_ rest: inout Substring.UnicodeScalarView) -> String? {
        guard rest.starts(with: "${".unicodeScalars) else { return nil }
        var inner = rest.dropFirst(2)
        guard let name = takeName(&inner), inner.first == "}" else { return nil }
        rest = inner.dropFirst()
        return name
    }

    private static func takeNamed(_ rest: inout Substring.UnicodeScalarView) -> String? {
        guard rest.first == "$" else { return nil }
        var inner = rest.dropFirst()
        guard let name = takeName(&inner) else { return nil }
        rest = inner
        return name
    }

    private static func takeName(_ rest: inout Substring.UnicodeScalarView) -> String? {
        let name = rest.prefix { isLetter($0) || ("0"..."9").contains($0) }
        guard let first = name.first, isLetter(first) else { return nil }
        rest = rest.dropFirst(name.count)
        return String(name)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }
}
