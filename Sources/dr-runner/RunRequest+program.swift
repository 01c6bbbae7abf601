import DRTesting
import Engine

extension RunRequest {
    /// As this program makes it: the children of the run are this program too.
    init(
        of scenario: Scenario, text: String, seed: UInt64, by executor: ExecutorOption,
        _ settings: Settings
    ) {
        self.init(scenario: scenario, scenarioText: text, seed: seed)
        take(executor, settings)
    }

    init(
        of experiment: ExperimentRequest, text: String, seed: UInt64, by executor: ExecutorOption,
        _ settings: Settings
    ) {
        self.init(experiment, text: text, seed: seed)
        take(executor, settings)
    }

    private mutating func take(_ executor: ExecutorOption, _ settings: Settings) {
        executedBy = executor.name
        timeout = settings.timeout
        queueChild = [ProgramPath.current, QueueChildCommand.name]
        loadChild = [ProgramPath.current, LoadChildCommand.name]
        watchdog = [ProgramPath.current, WatchdogCommand.name]
        toolVersion = Version.current
    }

    /// - Parameter name: of a built-in scenario, or of a file, which is read once.
    init(
        of name: String, _ variables: VariableOptions, seed: UInt64, by executor: ExecutorOption,
        _ settings: Settings
    ) throws {
        try self.init(of: ScenarioSource(name), variables, seed: seed, by: executor, settings)
    }

    init(
        of source: ScenarioSource, _ variables: VariableOptions, seed: UInt64,
        by executor: ExecutorOption, _ settings: Settings
    ) throws {
        let values = try variables.values()
        let scenario = try ScenarioReader.read(source.text, file: source.file, settings: values)
        self.init(of: scenario, text: source.text, seed: seed, by: executor, settings)
        scenarioID = source.id
    }

    /// A seed by chance, short enough to be typed again.
    static func drawnSeed() -> UInt64 { UInt64.random(in: 0...UInt64(UInt32.max)) }
}

extension Sabotage {
    /// - Parameter option: what it was given with, for the message.
    /// - Throws: `RunnerError` with `.usage`, naming those that are accepted.
    init(
        named name: String, by option: String, among accepted: [Sabotage] = Sabotage.allCases
    ) throws {
        guard let sabotage = Sabotage(rawValue: name), accepted.contains(sabotage) else {
            let known = accepted.map(\.rawValue).joined(separator: ", ")
            throw RunnerError(.usage, "\(option) '\(name)' is not known; accepted: \(known)")
        }
        self = sabotage
    }
}
