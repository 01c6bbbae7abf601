import ArgumentParser
import Engine

/// Not for people: the child process that puts back what a dead runner has left changed, and the
/// one that starts a program when that knows of it.
struct WatchdogCommand: AsyncParsableCommand {
    static let name = "watchdog"
    static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

    @Option var mark: String?
    @Flag var launch = false

    func run() async throws {
        if launch { throw ExitCode(Watchdog.launch()) }
        await Watchdog.run(mark: mark)
    }
}
