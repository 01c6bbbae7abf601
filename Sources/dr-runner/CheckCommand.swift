import ArgumentParser
import DRTesting
import Engine

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a scenario file, and say what is wrong with it.")

    @Argument(help: "A scenario file, or a built-in scenario.")
    var scenario: String

    func run() throws {
        do {
            let source = try ScenarioSource(scenario)
            let read = try ScenarioReader.read(source.text, file: source.file)
            print("\(read.name.printable()): \(read.steps.count) steps, no mistakes")
        } catch {
            throw explained(error)
        }
    }
}
