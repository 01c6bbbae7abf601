import ArgumentParser
import ChaosToolkit
import DRTesting
import Engine
import Foundation
import Wire

/// What can be said of a Chaos Toolkit experiment: the options of its `chaos run`.
struct ExperimentOptions: ParsableArguments {
    @Option(
        name: .customLong("var"),
        help: "A value of an experiment's configuration, as name=value or name:type=value.")
    var variables: [String] = []

    @Option(
        name: .customLong("var-file"),
        help: "A file of such values, in JSON or YAML, or one of variables of the environment.")
    var variableFiles: [String] = []

    @Option(
        help: ArgumentHelp(
            "When an experiment's steady state is checked.",
            discussion: HypothesisStrategy.allCases.map(\.rawValue).joined(separator: ", ")))
    var hypothesisStrategy: String?

    @Option(help: "Seconds from one check during the method to the next. (default: 1)")
    var hypothesisFrequency: Double?

    @Option(
        help: ArgumentHelp(
            "Whether an experiment's rollbacks are played.",
            discussion: "default and deviated: once the method has begun; always: in any case; "
                + "never"))
    var rollbackStrategy: String?

    @Flag(help: "Give up an experiment's method when its steady state is lost.")
    var failFast = false

    @Option(help: "Write what an experiment did as a journal of Chaos Toolkit.")
    var journal: String?

    /// - Throws: `RunnerError` with `.usage` if one of them is given.
    func refuseForScenario() throws {
        let given: [(String, Bool)] = [
            ("--var", !variables.isEmpty), ("--var-file", !variableFiles.isEmpty),
            ("--hypothesis-strategy", hypothesisStrategy != nil),
            ("--hypothesis-frequency", hypothesisFrequency != nil),
            ("--rollback-strategy", rollbackStrategy != nil), ("--fail-fast", failFast),
            ("--journal", journal != nil),
        ]
        if let (option, _) = given.first(where: { $0.1 }) {
            throw RunnerError(.usage, "\(option) is for Chaos Toolkit experiments, not scenarios")
        }
    }

    /// - Throws: `RunnerError` with `.usage`, also if the experiment cannot be read.
    func request(_ file: ExperimentFile, journal: JournalFile?) throws -> ExperimentRequest {
        var values = try VariableFiles(variableFiles)
        for (name, value) in try assignments() { values.configuration[name] = value }
        let environment = ProcessInfo.processInfo.environment.merging(values.environment) { $1 }
        let experiment = try file.read(
            environment: environment, variables: values.configuration, secrets: values.secrets)
        try refuseUnknown(experiment)
        var request = ExperimentRequest(experiment, environment: environment)
        if let strategy: HypothesisStrategy = try choice(
            hypothesisStrategy, "--hypothesis-strategy")
        {
            request.hypothesisStrategy = strategy
        }
        request.rollbackStrategy = try choice(rollbackStrategy, "--rollback-strategy")
        if let seconds = hypothesisFrequency {
            guard (0...86_400).contains(seconds) else {
                throw RunnerError(.usage, "--hypothesis-frequency: accepted: a number of seconds")
            }
            request.hypothesisPause = .seconds(seconds)
        }
        request.isFailFast = failFast
        request.variables = values.configuration.members.map {
            NamedValue($0.key, $0.value.pythonString)
        }
        if let journal { request.journal = { journal.write($0) } }
        return request
    }

    /// Chaos Toolkit leaves such a name unused and says nothing. Files may serve many experiments.
    private func refuseUnknown(_ experiment: Experiment) throws {
        let known = experiment.configuration.entries.map(\.name)
        for (name, _) in try assignments() where !known.contains(name) {
            throw RunnerError(
                .usage, "--var '\(name)': the experiment's configuration has no such name")
        }
    }

    /// `name=value`, or `name:type=value`.
    private func assignments() throws -> [(String, JSONValue)] {
        try variables.map { text in
            let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            var name = String(sides[0])
            var type = JSONValue.null
            if let colon = name.lastIndex(of: ":") {
                type = .string(String(name[name.index(after: colon)...]))
                name = String(name[..<colon])
            }
            guard sides.count == 2, !name.isEmpty else {
                throw RunnerError(
                    .usage, "--var '\(name)': accepted: name=value or name:type=value")
            }
            do throws(ActivityError) {
                return (name, try JSONValue.string(String(sides[1])).converted(to: type))
            } catch {
                throw RunnerError(.usage, "--var '\(name)': \(error.message)")
            }
        }
    }

    private func choice<Choice>(
        _ text: String?, _ option: String
    ) throws -> Choice? where Choice: RawRepresentable<String> & CaseIterable {
        guard let text else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let accepted = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw RunnerError(.usage, "\(option) '\(text)' is not known; accepted: \(accepted)")
    }
}

/// What the files of `--var-file` say.
private struct VariableFiles {
    var configuration = JSONObject()
    var secrets = JSONObject()
    var environment: [String: String] = [:]

    init(_ paths: [String]) throws {
        for path in paths {
            let text = try InputFile.text(of: path, as: "--var-file")
            guard let document = try Self.document(text, path) else {
                try addEnvironment(text, path)
                continue
            }
            for (name, value) in document["configuration"]?.objectValue?.members ?? [] {
                configuration[name] = value
            }
            for (name, value) in document["secrets"]?.objectValue?.members ?? [] {
                secrets[name] = value
            }
        }
    }

    /// - Returns: `nil` for a file of variables of the environment.
    private static func document(_ text: String, _ path: String) throws -> JSONValue? {
        do throws(JSONError) {
            switch path.split(separator: ".").last {
            case "json": return try JSONValue(json: text)
            case "yaml", "yml": return try JSONValue(yaml: text)
            default: return nil
            }
        } catch {
            throw RunnerError(.usage, "--var-file '\(path)': \(error.description)")
        }
    }

    private mutating func addEnvironment(_ text: String, _ path: String) throws {
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let sides = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[0].isEmpty else {
                throw RunnerError(.usage, "--var-file '\(path)': accepted: lines of NAME=value")
            }
            environment[String(sides[0])] = String(sides[1])
        }
    }
}
