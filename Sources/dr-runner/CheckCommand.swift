import ArgumentParser
import ChaosToolkit
import DRTesting
import Engine
import Foundation
import Wire

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a scenario or a Chaos Toolkit experiment, and say what is wrong with it.")

    @Argument(help: "A file with a scenario or an experiment, or a built-in scenario.")
    var scenario: String

    @Flag(help: "Print what was found as JSON on standard output.")
    var json = false

    @Flag(help: .hidden) var definition = false

    func run() throws {
        do {
            let source = try ScenarioSource(scenario)
            if let file = try experimentFile(source) {
                return try check(file, named: source.file)
            }
            do {
                let read = try ScenarioReader.read(source.text, file: source.file)
                if definition { return try tell(Self.definition(of: read, text: source.text)) }
                let name = read.name.printable()
                let text = "\(name): \(read.steps.count.counted("step")), no mistakes"
                try tell(json ? Self.document(source.file, scenario: read) : text)
            } catch let error as FileError {
                if json { try tell(Self.document(source.file, problems: error.problems)) }
                throw error
            }
        } catch {
            throw explained(error)
        }
    }

    private func experimentFile(_ source: ScenarioSource) throws -> ExperimentFile? {
        do throws(JSONError) {
            return try ExperimentFile(source)
        } catch {
            let problem = (
                line: Optional(error.line), column: Optional(error.column), message: error.message
            )
            if json { try tell(Self.text(source.file, problems: [problem])) }
            throw ExperimentFile.refusal(of: error, in: source)
        }
    }

    private func check(_ file: ExperimentFile, named name: String) throws {
        let experiment: Experiment
        do throws(ExperimentError) {
            experiment = try file.experiment(ProcessInfo.processInfo.environment)
        } catch {
            if json {
                let problems = error.problems.map { problem in
                    (line: Int?.none, column: Int?.none, message: problem.description)
                }
                try tell(Self.text(name, problems: problems))
            }
            throw file.refusal(error)
        }
        let warnings = experiment.warnings.map(\.description)
        try tell(
            json
                ? Self.text(
                    name, title: experiment.title, steps: experiment.method.count,
                    warnings: warnings)
                : Self.words(of: experiment))
    }

    private static func words(of experiment: Experiment) -> String {
        let steps = experiment.method.count.counted("step")
        let warnings = experiment.warnings.map { "! \($0)".printable() }
        return (["\(experiment.title.printable()): \(steps), no mistakes"] + warnings)
            .joined(separator: "\n")
    }

    /// For a server that keeps scenarios: `{definition, uses_programs}`. The definition is the
    /// message of `events.proto`, in base64.
    private static func definition(of scenario: Scenario, text: String) -> String {
        let definition = ScenarioDefinition(scenario, text: text)
        var writer = JSONWriter()
        writer.object { document in
            document.name("definition")
            document.string(Data(definition.encoded).base64EncodedString())
            document.name("uses_programs")
            document.bool(scenario.usesPrograms)
        }
        return writer.text
    }

    private static func document(
        _ file: String, scenario: Scenario? = nil, problems: [FileProblem] = []
    ) -> String {
        text(
            file, title: scenario?.name, steps: scenario?.steps.count,
            problems: problems.map { problem in
                (
                    line: Optional(problem.line), column: Optional(problem.column),
                    message: problem.message
                )
            })
    }

    /// `{file, scenario_name, steps, problems}`, and `warnings` of an experiment. The name and the
    /// number of steps are `null` if the file cannot be used.
    private static func text(
        _ file: String, title: String? = nil, steps: Int? = nil,
        problems: [(line: Int?, column: Int?, message: String)] = [], warnings: [String]? = nil
    ) -> String {
        var writer = JSONWriter()
        writer.object { document in
            document.name("file")
            document.string(file)
            document.name("scenario_name")
            document.string(title)
            document.name("steps")
            document.integer(steps)
            document.name("problems")
            document.array { list in
                for problem in problems {
                    list.object { entry in
                        entry.name("line")
                        entry.integer(problem.line)
                        entry.name("column")
                        entry.integer(problem.column)
                        entry.name("message")
                        entry.string(problem.message)
                    }
                }
            }
            guard let warnings else { return }
            document.name("warnings")
            document.array { list in
                for warning in warnings { list.string(warning) }
            }
        }
        return writer.text
    }
}
