import ArgumentParser

@main
struct DRServer: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "dr-server",
        abstract: "Serves the API and the dashboard, runs tests on schedule, and tells people.",
        discussion: """
            Tests are run by 'dr-runner', which lies beside this program or where $DR_RUNNER says. \
            A server that is killed leaves them to end properly, and follows them again when it is \
            started.

            Exit codes: 0 done, 3 the log is not intact, 64 wrong usage, 70 internal error, 75 \
            busy.
            """,
        version: version,
        subcommands: [ServeCommand.self, TokenCommand.self, OpenAPICommand.self])
}
