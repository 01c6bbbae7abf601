internal import ChaosToolkit
internal import DRTesting
internal import Wire

/// The calls outside that activities stand for. It makes none of them.
struct ActivityCalls: Sendable {
    /// Chaos Toolkit waits for ever where an experiment names no time.
    private static let longestAnswer: Duration = .seconds(60)
    private static let userAgent = "dr-testing"

    let programs: ProgramSearch
    /// The names of the variables that programs get.
    let variables: [String]
    /// As long as a program may take that names no time.
    let longestProcess: Duration

    /// - Returns: `nil` for a function of Python.
    func call(
        of activity: Activity, _ substitution: Substitution
    ) throws(ActivityError) -> OutsideCall? {
        switch activity.provider {
        case .http(let provider): .http(try call(provider, activity, substitution))
        case .process(let provider): .process(try call(provider, activity, substitution))
        case .python: nil
        }
    }

    private func call(
        _ provider: HTTPProvider, _ activity: Activity, _ substitution: Substitution
    ) throws(ActivityError) -> HTTPCall {
        let request = try provider.request(substituting: substitution)
        let limit = request.readTimeout ?? request.connectTimeout ?? Self.longestAnswer
        var headers = request.headers.map { NamedValue($0.name, $0.value) }
        // Some services turn away who does not say who it is.
        if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
            headers.append(NamedValue("User-Agent", Self.userAgent))
        }
        return HTTPCall(
            method: request.method, url: request.url, headers: headers,
            body: request.body.map { String(decoding: $0, as: UTF8.self) },
            timeout: min(limit, activity.timeout ?? limit))
    }

    private func call(
        _ provider: ProcessProvider, _ activity: Activity, _ substitution: Substitution
    ) throws(ActivityError) -> ProcessCall {
        guard let path = programs.find(provider.path) else {
            throw ActivityError("there is no program '\(provider.path)'")
        }
        let arguments: [String]
        switch try provider.command(substituting: substitution) {
        case .program(_, let given): arguments = given
        case .shell(let line):
            do {
                arguments = try ShellWords.split(String(line.dropFirst(provider.path.count)))
            } catch {
                throw ActivityError(error.description)
            }
        }
        let limit = provider.timeout ?? longestProcess
        return ProcessCall(
            path: path, arguments: arguments, environment: variables,
            timeout: min(limit, activity.timeout ?? limit), expectedExit: nil)
    }

    /// The call of a rollback as it may be kept for later, with what shows that it was done.
    ///
    /// - Parameter substitution: with the names of variables of the environment for secrets.
    func undo(
        of activity: Activity, _ substitution: Substitution
    ) throws(ActivityError) -> OutsideCall? {
        switch try call(of: activity, substitution) {
        case .http(var call)?:
            call.expectedStatus = Set(200..<400).subtracting(HTTPProvider.elsewhere)
            return .http(call)
        case .process(var call)?:
            call.expectedExit = [0]
            return .process(call)
        case let other: return other
        }
    }
}

extension ProcessProvider {
    /// Whether its arguments are a line for a shell.
    var isShellLine: Bool { arguments?.stringValue.map { !$0.isEmpty } ?? false }
}
