import ArgumentParser
import Engine
import EventLog
import Service

/// Not for people: what a server has done before it serves, and when it lost a runner.
///
/// Records the scenarios that come with the program, closes the runs whose runner is gone, undoes
/// what they changed, and prints their ids.
struct PrepareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "prepare", shouldDisplay: false)

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            ProcessLimits.prepare()
            let store = try EventStore(data.directory)
            try await BuiltinCatalog.record(in: store)
            for id in try await UnfinishedRuns(store: store).closeLost() { try tell("\(id)") }
        } catch {
            throw explained(error)
        }
    }
}
