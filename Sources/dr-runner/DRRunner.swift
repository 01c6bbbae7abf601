import ArgumentParser

@main
struct DRRunner: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dr-runner",
        abstract: "Runs disaster-recovery tests against S3-compatible storage, and records them.",
        discussion: """
            A run injects real faults between a client and its storage, keeps a load on it, and \
            judges what it observes. Everything is recorded in a tamper-evident log.

            Exit codes: 0 passed, 1 failed, 2 inconclusive, 3 the log is not intact, 4 nothing \
            found, 5 cancelled, 64 wrong usage, 70 internal error, 75 busy or disabled, 129, 130 \
            and 143 after SIGHUP, SIGINT and SIGTERM.
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, ListCommand.self, CheckCommand.self, CancelCommand.self,
            ProveCommand.self, ChaosCommand.self, DoctorCommand.self, QueueChildCommand.self,
            LoadChildCommand.self, WatchdogCommand.self, PrepareCommand.self,
        ])
}

enum Version {
    static let current = "0.1.0"
}

extension ExitCode {
    static let inconclusive = ExitCode(2)
    static let notIntact = ExitCode(3)
    static let nothingFound = ExitCode(4)
    static let cancelled = ExitCode(5)
    static let usage = ExitCode(64)
    static let internalError = ExitCode(70)
    static let busy = ExitCode(75)
}
