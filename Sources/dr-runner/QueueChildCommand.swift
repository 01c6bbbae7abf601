import ArgumentParser
import Engine

/// Not for people: the child process whose queue a drill kills.
struct QueueChildCommand: AsyncParsableCommand {
    static let name = "queue-child"
    static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

    @Option var sabotage: String?
    @Argument var directory: String

    func run() async throws {
        try await QueueChild.run(
            directory: directory, sabotage: sabotage.flatMap { Sabotage(rawValue: $0) })
    }
}
