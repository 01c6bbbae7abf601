import ArgumentParser
import ChaosToolkit
import Engine
import Wire

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a scenario, or a Chaos Toolkit experiment, and judge it.",
        discussion: """
            Without --target the storage under test is served from a temporary directory, so that \
            nothing is needed to try it.

            An experiment may call only the hosts and programs that its target allows: without \
            that, what a target file would have to say is printed. No shell is run. Functions of \
            Python are called by the 'chaos' command, those of chaostoolkit-toxiproxy without it.
            """)

    @Argument(help: "A built-in scenario by name or number, or a file with one or an experiment.")
    var scenario: String

    @OptionGroup var data: DataOptions

    @OptionGroup var target: TargetOption

    @Option(help: "Refuse a target of any other environment.")
    var environment: String?

    @OptionGroup var executor: ExecutorOption

    @Option(help: "A reference to who allowed it.")
    var authorization: String?

    @OptionGroup var variables: VariableOptions

    @OptionGroup var experiment: ExperimentOptions

    @Option(help: "Give up after so long, as 90s or 30m. (default: $DR_TEST_TIMEOUT_MS, else 30m)")
    var timeout: String?

    @Option(help: "Confirm the name of a production target.")
    var confirm: String?

    @Option(
        help: ArgumentHelp(
            "Break a part on purpose, to prove that it is noticed.",
            discussion: Sabotage.allCases.map(\.rawValue).joined(separator: ", ")))
    var sabotage: String?

    @Option(help: "The seed of everything that is drawn by chance.")
    var seed: UInt64?

    @Option(help: "Write the results as a JUnit XML file.")
    var junit: String?

    @Flag(help: "Record every attempt and state change.")
    var debug = false

    @OptionGroup var output: TestOutputOption

    @OptionGroup(visibility: .hidden) var order: OrderOptions

    func run() async throws {
        do {
            let settings = try Settings()
            try refusing(.disabled) { try settings.requireEnabled() }
            let journal = try experiment.journal.map { try JournalFile($0) }
            let request = try request(settings, journal: journal)
            let junit = try junit.map { try JUnitFile($0) }
            let site = try await RunSite(data, settings)
            throw try await site.perform(
                request, json: output.json, junit: junit, journal: journal)
        } catch {
            let refusal = OrderRefusal(error)
            try order.report(refusal)
            throw explained(refusal.cause)
        }
    }

    private func request(_ settings: Settings, journal: JournalFile?) throws -> RunRequest {
        let source = try refusing(.badScenario) { try ScenarioSource(scenario) }
        let seed = seed ?? RunRequest.drawnSeed()
        var request: RunRequest
        if let file = try experimentFile(source) {
            try refuseForExperiment()
            request = RunRequest(
                of: try experiment.request(file, journal: journal), text: file.text, seed: seed,
                by: executor, settings)
        } else {
            try experiment.refuseForScenario()
            request = try refusing(.badScenario) {
                try RunRequest(of: source, variables, seed: seed, by: executor, settings)
            }
        }
        try order.apply(to: &request)
        request.target = try refusing(.badTarget) { try target.read() }
        request.requestedEnvironment = environment
        request.confirmation = confirm
        request.authorization = authorization ?? ""
        request.timeout = try timeout.map { try Self.duration($0) } ?? settings.timeout
        request.isDebug = debug
        request.sabotage = try sabotage.map { try Sabotage(named: $0, by: "--sabotage") }
        try refusing(request.permissionRefusal, of: request.target) {
            try request.checkPermission()
        }
        try refusing(.notAllowed) { try request.checkCalls() }
        return request
    }

    private func experimentFile(_ source: ScenarioSource) throws -> ExperimentFile? {
        do throws(JSONError) {
            return try ExperimentFile(source)
        } catch {
            throw ExperimentFile.refusal(of: error, in: source)
        }
    }

    private func refuseForExperiment() throws {
        if !variables.settings.isEmpty {
            throw RunnerError(
                .usage, "--set is for scenarios; values of an experiment are given with --var")
        }
        if sabotage != nil {
            throw RunnerError(.usage, "--sabotage is for scenarios")
        }
    }

    private static func duration(_ text: String) throws -> Duration {
        guard let duration = Duration(parsing: text) else {
            throw RunnerError(.usage, "--timeout '\(text)': accepted: a number with ms, s, m or h")
        }
        return duration
    }
}
