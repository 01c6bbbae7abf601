public import Wire

/// How an activity is made.
public enum Provider: Equatable, Sendable {
    case http(HTTPProvider)
    case process(ProcessProvider)
    case python(PythonProvider)

    /// Whether the answer of a probe that judges a value means yes.
    ///
    /// Chaos Toolkit takes any output that is not empty for a yes, and the output of HTTP and
    /// processes never is. Here those say no with an error status.
    public func accepts(_ output: JSONValue) -> Bool {
        switch self {
        case .http: (200..<400).contains(output["status"]?.intValue ?? 0)
        case .process: output["status"]?.intValue == 0
        case .python: output.isTrue
        }
    }

    /// The value that a probe of the configuration gives; `nil` if its process failed.
    public func configurationValue(from output: JSONValue) -> JSONValue? {
        switch self {
        case .http: return output["body"]
        case .process:
            guard output["status"]?.intValue == 0 else { return nil }
            return .string(output["stdout"]?.stringValue?.trimmedWhitespace ?? "")
        case .python: return output
        }
    }

    /// What is about to be called, with names put in but for those of secrets, for the record.
    public func recordable(with substitution: Substitution) -> JSONValue {
        var members: JSONObject
        switch self {
        case .http(let provider):
            members = ["type": "http", "url": .string(provider.url)]
            members["method"] = .string(provider.method)
            members["headers"] = provider.headers.map(JSONValue.object)
            members["arguments"] = provider.arguments
            members["timeout"] = provider.timeout
        case .process(let provider):
            members = ["type": "process", "path": .string(provider.path)]
            members["arguments"] = provider.arguments
        case .python(let provider):
            members = ["type": "python", "module": .string(provider.module)]
            members["func"] = .string(provider.function)
            members["arguments"] = .object(provider.arguments)
        }
        return Redaction(substitution.secrets).apply(substitution.recordable(.object(members)))
    }

    func with(argument name: String, _ value: JSONValue) -> Provider {
        switch self {
        case .http(var provider):
            provider.arguments = Self.adding(name, value, to: provider.arguments)
            return .http(provider)
        case .process(var provider):
            provider.arguments = Self.adding(name, value, to: provider.arguments)
            return .process(provider)
        case .python(var provider):
            provider.arguments[name] = value
            return .python(provider)
        }
    }

    private static func adding(
        _ name: String, _ value: JSONValue, to arguments: JSONValue?
    ) -> JSONValue {
        var members = arguments?.objectValue ?? JSONObject()
        members[name] = value
        return .object(members)
    }
}

/// A function of a Python module.
public struct PythonProvider: Equatable, Sendable {
    public let module: String
    public let function: String
    public internal(set) var arguments: JSONObject
    /// The scopes of secrets that the function is given.
    public let secrets: [String]

    /// The arguments with everything put in.
    public func arguments(substituting substitution: Substitution) -> JSONObject {
        guard !substitution.isEmpty else { return arguments }
        return substitution.apply(.object(arguments)).objectValue ?? arguments
    }

    /// The call of a fault proxy that this function of `chaostoxi` stands for; `nil` for any other
    /// function.
    public func toxiproxyCall(
        substituting substitution: Substitution, environment: [String: String]
    ) throws(ActivityError) -> ToxiproxyCall? {
        try ToxiproxyCall(
            module: module, function: function,
            arguments: arguments(substituting: substitution), environment: environment)
    }
}

/// A program of this machine.
public struct ProcessProvider: Equatable, Sendable {
    public let path: String
    public internal(set) var arguments: JSONValue?
    public let timeout: Duration?

    /// What is started.
    public enum Command: Equatable, Sendable {
        case program(String, arguments: [String])
        /// Arguments that are one text are a line for the shell.
        case shell(String)
    }

    /// The command with everything put in. Of a list, what is empty is left out.
    public func command(
        substituting substitution: Substitution
    ) throws(ActivityError) -> Command {
        let filled = arguments.map { substitution.isEmpty ? $0 : substitution.apply($0) }
        let values: [JSONValue]
        switch filled {
        case nil, .null?: values = []
        case .string(let line)?:
            if !line.isEmpty { return .shell("\(path) \(line)") }
            values = []
        case .array(let elements)?: values = elements
        case .object(let object)?: values = object.members.flatMap { [.string($0.key), $0.value] }
        case .bool?, .int?, .bigInt?, .double?:
            throw ActivityError("arguments have to be a text, a list or an object")
        }
        let words = values.filter { !$0.isNull && $0 != .string("") }
        return .program(path, arguments: words.map(\.pythonString))
    }

    /// The output of the activity. Bytes that are not UTF-8 are replaced.
    public static func output(status: Int, stdout: [UInt8], stderr: [UInt8]) -> JSONValue {
        [
            "status": .int(status), "stdout": .string(String(decoding: stdout, as: UTF8.self)),
            "stderr": .string(String(decoding: stderr, as: UTF8.self)),
        ]
    }
}
