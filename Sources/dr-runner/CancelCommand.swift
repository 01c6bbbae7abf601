import ArgumentParser
import Engine
import EventLog
import Foundation

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Stop a run: its faults are lifted and what it changed is put back.")

    @Argument(help: "The id of the test.")
    var id: UInt64?

    @Flag(help: "Every run under way on this data directory.")
    var all = false

    @Option(help: "Why, for the record.")
    var reason = "cancelled by hand"

    @Option(help: "Who wants it. (default: the user's name)")
    var by: String?

    @OptionGroup var data: DataOptions

    func validate() throws {
        if (id == nil) != all { throw ValidationError("Give the id of a test, or --all.") }
    }

    func run() async throws {
        do {
            try data.directory.requireLog()
            let runs = UnfinishedRuns(store: try EventStore(data.directory))
            let chosen = try await runs.all().filter { all || $0.id == id }
            if chosen.isEmpty {
                throw RunnerError(
                    .notFound, id.map { "test \($0) is not under way" } ?? "no run is under way")
            }
            for entry in chosen {
                try await runs.cancel(entry, by: by ?? NSUserName(), reason: reason)
                try tell("test \(entry.id) was told to stop")
            }
        } catch {
            throw explained(error)
        }
    }
}
