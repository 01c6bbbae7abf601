import ArgumentParser

@main
struct DRAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dr-audit",
        abstract: "Checks the evidence of disaster-recovery tests, and shows what happened.",
        discussion: """
            Nothing here changes what was recorded. Only 'checkpoint' writes: it signs the head.

            Exit codes: 0 done, 3 the evidence is not intact, 4 nothing found, 64 wrong usage, \
            70 internal error.
            """,
        version: Version.current,
        subcommands: [
            VerifyCommand.self, ReplayCommand.self, ShowCommand.self, CheckpointCommand.self,
        ])
}

enum Version {
    static let current = "0.1.0"
}

extension ExitCode {
    static let notIntact = ExitCode(3)
    static let nothingFound = ExitCode(4)
    static let usage = ExitCode(64)
    static let internalError = ExitCode(70)
}
