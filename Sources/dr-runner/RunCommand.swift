import ArgumentParser
import DRTesting
import Engine
import EventLog
import Foundation
import Projections

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a scenario and judge it.",
        discussion: """
            Without --target the storage under test is served from a temporary directory, so that \
            nothing is needed to try it.
            """)

    @Argument(help: "A built-in scenario by name or number, or a scenario file.")
    var scenario: String

    @OptionGroup var data: DataOptions

    @Option(help: "A file that describes the storage under test.")
    var target: String?

    @Option(help: "Refuse a target of any other environment.")
    var environment: String?

    @Option(help: "Who runs it. (default: the user's name)")
    var by: String?

    @Option(help: "A reference to who allowed it.")
    var authorization: String?

    @Option(name: .customLong("set"), help: "A variable of the scenario, as name=value.")
    var settings: [String] = []

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

    @Flag(help: "Print the test as JSON on standard output, everything else on standard error.")
    var json = false

    func run() async throws {
        do {
            try await runScenario()
        } catch {
            throw explained(error)
        }
    }

    private func runScenario() async throws {
        let settings = try Settings()
        try settings.requireEnabled()
        let request = try request(settings)
        let junit = try junit.map { try JUnitFile($0) }
        ProcessLimits.prepare()
        let store = try EventStore(data.directory)
        let runs = UnfinishedRuns(store: store)
        for id in try await runs.closeLost() {
            complain("test \(id) was closed: its runner was lost")
        }
        let outside = OutsideCheckpoints.standard(
            logID: store.reader.logID, environment: ProcessInfo.processInfo.environment)
        let view = RunView(to: json ? .standardError : .standardOutput)
        let runner = Runner(
            store: store, slots: settings.slots, outside: outside, progress: { view.show($0) })
        let signals = SignalWatch { runner.stop(.signal($0)) }
        let report: RunReport
        do {
            report = try await runner.run(request)
        } catch let error as RunnerError where error.code == .busy {
            throw await Self.naming(runs, in: error)
        }
        view.finish()
        try junit?.write(report)
        if json, let document = try TestDocument.json(ofTest: report.id, store.reader) {
            try tell(String(decoding: document, as: UTF8.self))
        }
        if let number = signals.received { throw ExitCode(128 + number) }
        throw Self.verdictCode(of: report.finished)
    }

    /// People know runs by the ids of their tests. One that is not recorded yet keeps its key.
    private static func naming(_ runs: UnfinishedRuns, in error: RunnerError) async -> RunnerError {
        let underWay = (try? await runs.all()) ?? []
        let message = underWay.reduce(error.message) { text, entry in
            text.replacing("run \(entry.runKey)", with: "test \(entry.id)")
        }
        return RunnerError(error.code, message)
    }

    private func request(_ settings: Settings) throws -> RunRequest {
        var values: [String: String] = [:]
        for setting in self.settings {
            let sides = setting.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2 else {
                throw RunnerError(.usage, "--set '\(setting)': accepted: name=value")
            }
            values[sides[0]] = sides[1]
        }
        let source = try ScenarioSource(scenario)
        let read = try ScenarioReader.read(source.text, file: source.file, settings: values)
        var request = RunRequest(
            scenario: read, scenarioText: source.text,
            seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)))
        request.scenarioID = source.id
        request.target = try TargetSource.read(target)
        request.executedBy = by ?? NSUserName()
        request.authorization = authorization ?? ""
        request.timeout = try timeout.map { try Self.duration($0) } ?? settings.timeout
        request.isDebug = debug
        request.sabotage = try chosenSabotage(for: request.target)
        request.queueChild = [ProgramPath.current, QueueChildCommand.name]
        request.loadChild = [ProgramPath.current, LoadChildCommand.name]
        request.toolVersion = Version.current
        try checkEnvironment(of: request.target)
        return request
    }

    private static func duration(_ text: String) throws -> Duration {
        guard let duration = Duration(parsing: text) else {
            throw RunnerError(.usage, "--timeout '\(text)': accepted: a number with ms, s, m or h")
        }
        return duration
    }

    private func chosenSabotage(for target: Target) throws -> Sabotage? {
        guard let sabotage else { return nil }
        guard let chosen = Sabotage(rawValue: sabotage) else {
            let known = Sabotage.allCases.map(\.rawValue).joined(separator: ", ")
            throw RunnerError(.usage, "--sabotage '\(sabotage)' is not known; accepted: \(known)")
        }
        guard target.kind == .embedded || target.environment == "test" else {
            throw RunnerError(
                .usage, "--sabotage works only on the embedded target or in environment 'test'")
        }
        return chosen
    }

    private func checkEnvironment(of target: Target) throws {
        if let environment, environment != target.environment {
            throw RunnerError(
                .usage,
                "target '\(target.name)' belongs to environment '\(target.environment)', not "
                    + "'\(environment)'")
        }
        guard target.environment == "production" else { return }
        if !target.allowsProduction {
            throw RunnerError(.usage, "target '\(target.name)' does not say allow_production: true")
        }
        if confirm != target.name {
            throw RunnerError(
                .usage, "add --confirm \(Self.shellQuoted(target.name)) to drill in production")
        }
    }

    /// As a shell takes it for one word, whatever is in it.
    private static func shellQuoted(_ text: String) -> String {
        "'" + text.replacing("'", with: #"'\''"#) + "'"
    }

    private static func verdictCode(of finished: RunFinished) -> ExitCode {
        switch (finished.status, finished.verdict) {
        case (.cancelled, _): .cancelled
        case (_, .passed): .success
        case (_, .failed): .failure
        default: .inconclusive
        }
    }
}
