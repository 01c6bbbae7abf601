import ArgumentParser

@main
struct DRAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dr-audit",
        abstract: "Checks the evidence of disaster-recovery tests, and shows what happened.",
        discussion: """
            Nothing here changes what was recorded. 'checkpoint', 'rotate-key', 'reopen', \
            'archive' and 'retention' write to the data directory; all others only read it, and \
            need no more rights than that.

            Exit codes: 0 done, 1 there are differences, 3 the evidence is not intact, 4 nothing \
            found, 64 wrong usage, 70 internal error, 75 busy, 130 and 143 after SIGINT and \
            SIGTERM.
            """,
        version: Version.current,
        subcommands: [
            VerifyCommand.self, ReplayCommand.self, ShowCommand.self, DiffCommand.self,
            CheckpointCommand.self, ProveCommand.self, CheckCommand.self, ExportCommand.self,
            ArchiveCommand.self, RetentionCommand.self, BackupCommand.self, ReopenCommand.self,
            RotateKeyCommand.self,
        ])

    static func main() async {
        CrashNotice.install()
        await main(nil)
    }
}

enum Version {
    static let current = "0.1.0"
}

extension ExitCode {
    static let notIntact = ExitCode(3)
    static let nothingFound = ExitCode(4)
    static let usage = ExitCode(64)
    static let internalError = ExitCode(70)
    static let busy = ExitCode(75)
}
