internal import Wire
internal import ChaosToolkit
internal import DRTesting
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// What came of a call outside.
struct OutsideResult: Sendable {
    /// The HTTP status, or the exit status; 0 of a plug-in.
    var status = 0
    /// The body of an answer, what a program printed, or the value of a plug-in as JSON.
    var body: [UInt8] = []
    /// What a program complained.
    var errors: [UInt8] = []
    var headers: [NamedValue] = []
    /// What a plug-in wants to be remembered.
    var log: [String] = []
    var finished = ContinuousClock.now
}

/// Makes calls outside that a target allows, and refuses all others before anything happens.
///
/// It never tries again. No message of it holds a value of the environment.
struct OutsideCaller: Sendable {
    /// More of a body, or of what a program prints, is refused.
    static let maximumBytes = 1 << 20

    /// Sees to it that a program does not outlive this process.
    struct ProcessWatch: Sendable {
        /// Starts the program that the first line of its input names; empty: nobody has to.
        var launcher: [String] = []
        /// Told of a process: its group, before a launcher may start it; `nil` when it has ended.
        var tell: @Sendable (Int32?) async -> Void = { _ in }
    }

    let allowance: Allowance
    let leavesUnknownNames: Bool
    private let environment: EnvironmentValues

    /// - Parameters:
    ///   - environment: the variables of the process; those that are allowed are used.
    ///   - secrets: more values that no message may hold.
    ///   - leavesUnknownNames: leaves a `${NAME}` that is not allowed as it stands. Otherwise it is
    ///     refused.
    init(
        allowance: Allowance, environment: [String: String], secrets: [String] = [],
        leavesUnknownNames: Bool = false
    ) {
        (self.allowance, self.leavesUnknownNames) = (allowance, leavesUnknownNames)
        self.environment = EnvironmentValues(
            allowed: allowance.environment, environment: environment, secrets: secrets,
            leavesUnknownNames: leavesUnknownNames)
    }

    /// A text without the values that are secret.
    func redacted(_ text: String) -> String { environment.redacted(text) }

    /// Whether a call may be made, as far as this can be said without calling anybody.
    func check(_ call: OutsideCall) throws(OutsideError) {
        do throws(OutsideError) {
            switch call {
            case .http(let call): _ = try request(for: call)
            case .process(let call): _ = try program(for: call)
            case .plugin(let call): _ = try program(for: call)
            }
        } catch {
            throw explained(error, call)
        }
    }

    /// - Throws: `OutsideError`, also if the answer is none of those that are right, or
    ///   `CancellationError`. A program is then gone, with all that it has started.
    func perform(
        _ call: OutsideCall, watch: ProcessWatch = ProcessWatch()
    ) async throws -> OutsideResult {
        do {
            return try await withTimeLimit(call.timeout) {
                switch call {
                case .http(let call): try await send(call)
                case .process(let call): try await run(call, watch)
                case .plugin(let call): try await ask(call, watch)
                }
            }
        } catch let error as OutsideError {
            throw explained(error, call)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw explained(OutsideError(.failed, "\(error)"), call)
        }
    }

    /// What a plug-in says that it can do.
    func describe(_ path: String, environment names: [String]) async throws -> PluginDescription {
        let call = PluginCall(path: path, purpose: .observe, name: "", environment: names)
        do {
            var program = try program(for: call)
            program.arguments = ["describe"]
            let answer = try await withTimeLimit(call.timeout) { [program] in
                try await program.run(ProcessWatch())
            }
            return try PluginDescription(answer)
        } catch let error as OutsideError {
            throw OutsideError(error.code, redacted("\(path) describe: \(error.message)"))
        }
    }

    private func explained(_ error: OutsideError, _ call: OutsideCall) -> OutsideError {
        OutsideError(error.code, redacted("\(call.words): \(error.message)"))
    }

    // MARK: HTTP

    private func send(_ call: HTTPCall) async throws -> OutsideResult {
        let request = try request(for: call)
        let address = try await address(for: request.place)
        let result = try await request.send(to: address)
        if let expected = call.expectedStatus, !expected.contains(result.status) {
            throw OutsideError(
                .unexpected, "the answer was \(result.status), not \(Self.list(expected))")
        }
        return result
    }

    private func request(for call: HTTPCall) throws(OutsideError) -> HTTPExchange {
        let url = try environment.filled(call.url)
        guard let place = HTTPExchange.Place(url) else {
            throw OutsideError(.unusable, HTTPExchange.Place.complaint(about: url))
        }
        guard allowance.allows(host: place.host, port: place.port) else {
            throw OutsideError(
                .notAllowed, "the target does not allow host '\(place.host)', port \(place.port)")
        }
        guard HTTPExchange.isMethod(call.method) else {
            throw OutsideError(.unusable, "a method is written in capital letters")
        }
        var headers: [NamedValue] = []
        for header in call.headers {
            headers.append(NamedValue(header.name, try environment.filled(header.value)))
        }
        guard headers.allSatisfy(HTTPExchange.isHeader) else {
            throw OutsideError(.unusable, "a header has a character that headers cannot have")
        }
        var body: String?
        if let text = call.body { body = try environment.filled(text) }
        return HTTPExchange(
            place: place, method: call.method, url: url, headers: headers, body: body)
    }

    /// Looked up once: what was checked is what is connected to.
    private func address(for place: HTTPExchange.Place) async throws -> NetworkAddress {
        var addresses = NetworkAddress(place.host).map { [$0] } ?? []
        if addresses.isEmpty { addresses = try await NetworkAddress.addresses(of: place.host) }
        let usable = addresses.first { address in
            !address.isSpecial || allowance.allows(address, port: place.port)
        }
        guard let usable else {
            let list = addresses.map(\.description).joined(separator: ", ")
            throw OutsideError(
                .notAllowed,
                "'\(place.host)' has only addresses that must be allowed themselves: \(list)")
        }
        return usable
    }

    // MARK: Programs

    private func run(_ call: ProcessCall, _ watch: ProcessWatch) async throws -> OutsideResult {
        let result = try await program(for: call).run(watch)
        if let expected = call.expectedExit, !expected.contains(result.status) {
            throw OutsideError(
                .unexpected,
                "exit status \(result.status), not \(Self.list(expected))\(said(result))")
        }
        return result
    }

    private func ask(_ call: PluginCall, _ watch: ProcessWatch) async throws -> OutsideResult {
        let result = try await program(for: call).run(watch)
        guard result.status == 0 else {
            throw OutsideError(
                .unexpected, "exit status \(result.status)\(said(result))")
        }
        let answer = try PluginAnswer(result.body, redacted: redacted)
        var told = OutsideResult(finished: result.finished)
        told.body = Array(answer.value.text().utf8)
        told.log = answer.log
        return told
    }

    private func program(for call: ProcessCall) throws(OutsideError) -> ProgramRun {
        try check(call.path, isAmong: allowance.processes, what: "program")
        var arguments: [String] = []
        for argument in call.arguments { arguments.append(try environment.filled(argument)) }
        var input: String?
        if let text = call.input { input = try environment.filled(text) }
        return ProgramRun(
            path: call.path, arguments: arguments, environment: try values(of: call.environment),
            input: input)
    }

    private func program(for call: PluginCall) throws(OutsideError) -> ProgramRun {
        try check(call.path, isAmong: allowance.plugins, what: "plug-in")
        var parameters: [NamedValue] = []
        for parameter in call.parameters {
            parameters.append(NamedValue(parameter.name, try environment.filled(parameter.value)))
        }
        return ProgramRun(
            path: call.path, arguments: ["call"], environment: try values(of: call.environment),
            input: call.question(parameters).text())
    }

    private func values(of names: [String]) throws(OutsideError) -> [String: String] {
        var values: [String: String] = [:]
        for name in names { values[name] = try environment.value(of: name) }
        return values
    }

    private func check(
        _ path: String, isAmong allowed: [String], what: String
    ) throws(OutsideError) {
        guard path.hasPrefix("/"), allowed.contains(where: { $0.isSame(as: path) }) else {
            throw OutsideError(.notAllowed, "the target does not allow the \(what) '\(path)'")
        }
        guard access(path, X_OK) == 0 else {
            throw OutsideError(.unusable, "there is no executable \(what) '\(path)'")
        }
    }

    // MARK: Words

    private static func list(_ numbers: Set<Int>) -> String {
        numbers.sorted().map(String.init).joined(separator: ", ")
    }

    /// The first line of what a program complained. A part of a secret would not be known for one:
    /// they are taken out before it is cut.
    private func said(_ result: OutsideResult) -> String {
        let text = redacted(String(decoding: result.errors, as: UTF8.self))
        let line = text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(300)) }
        return line.map { ": \($0)" } ?? ""
    }
}

/// - Throws: `OutsideError` if it takes longer. What was under way is then cancelled, and over.
private func withTimeLimit<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw OutsideError(.timedOut, "no answer within \(limit.words)")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
