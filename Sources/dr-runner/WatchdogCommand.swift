import ArgumentParser
import Engine

/// Not for people: the child process that puts back what a dead runner has left changed.
struct WatchdogCommand: AsyncParsableCommand {
    static let name = "watchdog"
    static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

    func run() async throws { await Watchdog.run() }
}
