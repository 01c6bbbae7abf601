import ArgumentParser
import DRTesting
import Engine
import Wire

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a scenario file, and say what is wrong with it.")

    @Argument(help: "A scenario file, or a built-in scenario.")
    var scenario: String

    @Flag(help: "Print what was found as JSON on standard output.")
    var json = false

    func run() throws {
        do {
            let source = try ScenarioSource(scenario)
            do {
                let read = try ScenarioReader.read(source.text, file: source.file)
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

    /// `{file, scenario_name, steps, problems}`; the name and the number of steps are `null` if the
    /// file cannot be used.
    private static func document(
        _ file: String, scenario: Scenario? = nil, problems: [FileProblem] = []
    ) -> String {
        var writer = JSONWriter()
        writer.object { document in
            document.name("file")
            document.string(file)
            document.name("scenario_name")
            document.string(scenario?.name)
            document.name("steps")
            document.integer(scenario?.steps.count)
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
        }
        return writer.text
    }
}
