/// A call to something outside the storage system: to a service, a program or a plug-in.
///
/// It only says what is asked. `${NAME}` in its texts stands for a variable of the environment that
/// is put in when the call is made, so that what is kept of a call holds no secret.
public enum OutsideCall: Equatable, Sendable {
    case http(HTTPCall)
    case process(ProcessCall)
    case plugin(PluginCall)

    /// As long as it may take.
    public var timeout: Duration {
        switch self {
        case .http(let call): call.timeout
        case .process(let call): call.timeout
        case .plugin(let call): call.timeout
        }
    }

    /// As scenarios write it.
    public var kind: String {
        switch self {
        case .http: "http"
        case .process: "process"
        case .plugin: "plugin"
        }
    }

    /// For people, in one line: what is called, without what is sent along.
    public var words: String {
        switch self {
        case .http(let call): "\(call.method) \(call.url.prefix { $0 != "?" && $0 != "#" })"
        case .process(let call): call.path
        case .plugin(let call): "\(call.purpose.rawValue) '\(call.name)' of \(call.path)"
        }
    }

    /// Whether a program is started on the machine of the runner.
    public var startsProgram: Bool {
        if case .http = self { false } else { true }
    }
}

/// An HTTP request. Redirects are not followed.
public struct HTTPCall: Equatable, Sendable, Codable {
    public var method: String
    public var url: String
    public var headers: [NamedValue]
    public var body: String?
    /// In their order, so that a call is always written in the same way.
    private var expected: [Int]?
    private var timeoutMs: Int64

    /// What is right if a scenario says nothing.
    public static let successes: Set<Int> = [200, 201, 202, 204]

    private enum CodingKeys: String, CodingKey {
        case method, url, headers, body
        case expected = "expect_status"
        case timeoutMs = "timeout_ms"
    }

    public init(
        method: String = "GET", url: String, headers: [NamedValue] = [], body: String? = nil,
        timeout: Duration = .seconds(10), expectedStatus: Set<Int>? = nil
    ) {
        (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
        expected = expectedStatus?.sorted()
        timeoutMs = timeout.milliseconds
    }

    /// The answers that are right; `nil`: all of them.
    public var expectedStatus: Set<Int>? {
        get { expected.map { Set($0) } }
        set { expected = newValue?.sorted() }
    }

    public var timeout: Duration {
        get { .milliseconds(timeoutMs) }
        set { timeoutMs = newValue.milliseconds }
    }
}

/// A program to be run, without a shell.
public struct ProcessCall: Equatable, Sendable, Codable {
    /// From the root of the file system.
    public var path: String
    public var arguments: [String]
    /// The names of the variables that the program gets; it gets no others.
    public var environment: [String]
    /// What it reads from its standard input; `nil`: nothing.
    public var input: String?
    /// In their order, so that a call is always written in the same way.
    private var expected: [Int]?
    private var timeoutMs: Int64

    private enum CodingKeys: String, CodingKey {
        case path, arguments, environment, input
        case expected = "expect_exit"
        case timeoutMs = "timeout_ms"
    }

    public init(
        path: String, arguments: [String] = [], environment: [String] = [], input: String? = nil,
        timeout: Duration = .seconds(10), expectedExit: Set<Int>? = [0]
    ) {
        (self.path, self.arguments, self.environment) = (path, arguments, environment)
        (self.input, expected) = (input, expectedExit?.sorted())
        timeoutMs = timeout.milliseconds
    }

    /// The exit statuses that are right; `nil`: all of them.
    public var expectedExit: Set<Int>? {
        get { expected.map { Set($0) } }
        set { expected = newValue?.sorted() }
    }

    public var timeout: Duration {
        get { .milliseconds(timeoutMs) }
        set { timeoutMs = newValue.milliseconds }
    }
}

/// Something that a plug-in does or observes: a program that speaks JSON.
public struct PluginCall: Equatable, Sendable, Codable {
    /// What is asked of it.
    public enum Purpose: String, Codable, Sendable {
        case action, undo, observe
    }

    public var path: String
    public var purpose: Purpose
    /// Of the action or of the observation.
    public var name: String
    public var parameters: [NamedValue]
    /// The names of the variables that the plug-in gets; it gets no others.
    public var environment: [String]
    /// The run that it is asked in; empty in a scenario.
    public var runKey: String
    private var timeoutMs: Int64

    private enum CodingKeys: String, CodingKey {
        case path, purpose, name, parameters, environment
        case runKey = "run_key"
        case timeoutMs = "timeout_ms"
    }

    public init(
        path: String, purpose: Purpose, name: String, parameters: [NamedValue] = [],
        environment: [String] = [], timeout: Duration = .seconds(10), runKey: String = ""
    ) {
        (self.path, self.purpose, self.name) = (path, purpose, name)
        (self.parameters, self.environment, self.runKey) = (parameters, environment, runKey)
        timeoutMs = timeout.milliseconds
    }

    public var timeout: Duration {
        get { .milliseconds(timeoutMs) }
        set { timeoutMs = newValue.milliseconds }
    }
}

extension OutsideCall: Codable {
    private enum Kind: String, CodingKey {
        case http, process, plugin
    }

    /// - Throws: if it is none of the three.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Kind.self)
        if let call = try container.decodeIfPresent(HTTPCall.self, forKey: .http) {
            self = .http(call)
        } else if let call = try container.decodeIfPresent(ProcessCall.self, forKey: .process) {
            self = .process(call)
        } else {
            self = .plugin(try container.decode(PluginCall.self, forKey: .plugin))
        }
    }

    /// `{"http": {…}}`, `{"process": {…}}` or `{"plugin": {…}}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Kind.self)
        switch self {
        case .http(let call): try container.encode(call, forKey: .http)
        case .process(let call): try container.encode(call, forKey: .process)
        case .plugin(let call): try container.encode(call, forKey: .plugin)
        }
    }
}
