public import DRTesting
public import EventLog
internal import FoundationEssentials
internal import Wire

/// Reads the texts of scenarios that people send.
public protocol ScenarioChecking: Sendable {
    /// - Returns: the row for `test_scenarios`, without an id and without who made it.
    func check(_ text: String) async throws(ScenarioRefusal) -> ScenarioDefinition
}

/// Something that is wrong with a scenario, and where.
public struct ScenarioMistake: Equatable, Sendable {
    /// From 1.
    public let line: Int?
    public let column: Int?
    public let message: String

    public init(line: Int?, column: Int?, message: String) {
        (self.line, self.column, self.message) = (line, column, message)
    }
}

/// Why a text is not taken as a scenario.
public enum ScenarioRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    case mistakes([ScenarioMistake])
    /// It is one, but not everybody who can send a scenario may start programs.
    case notAllowed(String)
    /// It could not be looked at.
    case notChecked(String)

    public var description: String {
        switch self {
        case .mistakes(let mistakes):
            mistakes.map { mistake in
                [mistake.line, mistake.column].compactMap { $0.map { "\($0):" } }.joined()
                    + mistake.message
            }.joined(separator: "\n")
        case .notAllowed(let reason), .notChecked(let reason): reason
        }
    }
}

/// Has `dr-runner` read them: nothing else in the server knows how scenarios are written.
public struct ScenarioCheck: ScenarioChecking {
    private let program: RunnerProgram

    /// - Parameter runner: the path of `dr-runner`.
    public init(runner: String, directory: DataDirectory) {
        self.init(program: RunnerProgram(path: runner, directory: directory, settings: [:]))
    }

    init(program: RunnerProgram) { self.program = program }

    public func check(_ text: String) async throws(ScenarioRefusal) -> ScenarioDefinition {
        let ended: RunnerProgram.Ended
        do {
            ended = try await program.run(
                ["check", RunOrder.handedText, "--json", "--definition"], input: text)
        } catch {
            throw .notChecked("\(program.path) cannot be run: \(error)")
        }
        guard let answer = try? JSONValue(json: ended.output) else {
            throw .notChecked(
                ended.complaint.isEmpty ? "\(program.path) said nothing" : ended.complaint)
        }
        return try Self.definition(answer)
    }

    private static func definition(
        _ answer: JSONValue
    ) throws(ScenarioRefusal) -> ScenarioDefinition {
        if let problems = answer["problems"]?.arrayValue, !problems.isEmpty {
            throw .mistakes(
                problems.map { problem in
                    ScenarioMistake(
                        line: problem["line"]?.intValue, column: problem["column"]?.intValue,
                        message: problem["message"]?.stringValue ?? "")
                })
        }
        guard let encoded = answer["definition"]?.stringValue else {
            throw .notAllowed("an experiment of Chaos Toolkit is run from a file; send a scenario")
        }
        if answer["uses_programs"]?.boolValue != false {
            throw .notAllowed(
                "a scenario that is sent may not start programs: 'process' and plug-ins are for "
                    + "files on the machine of the runner")
        }
        guard let data = Data(base64Encoded: encoded),
            let definition = try? ScenarioDefinition(from: WireReader(Array(data)))
        else { throw .notChecked("dr-runner and this server are of different versions") }
        return definition
    }
}
