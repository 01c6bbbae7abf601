import ArgumentParser
import Engine
import Service

/// Not for people: the child process that puts the load of a benchmark on.
struct LoadChildCommand: AsyncParsableCommand {
    static let name = "load-child"
    static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

    func run() async throws {
        ProcessLimits.prepare()
        try await LoadChild.run()
    }
}
