import ArgumentParser
import EventLog
import Projections
import Wire

struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Have the tables leave out old log lines, metrics and results.",
        discussion: """
            Nothing leaves the log, or its archive: 'show --at' an earlier moment still shows all. \
            In the tables of later moments the rows are not seen again, also if more days are \
            given another time. Whole days in UTC are counted, so that a second time on one day \
            changes nothing: run it every night.
            """)

    @Option(
        help: ArgumentHelp(
            "For how many days log lines and metrics are kept.", valueName: "days"))
    var logs = Retention.standard.logDays

    @Option(help: ArgumentHelp("For how many days results are kept.", valueName: "days"))
    var results = Retention.standard.resultDays

    @OptionGroup var executor: ExecutorOption

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    func validate() throws {
        if min(logs, results) == 0 { throw ValidationError("Rows are kept for one day at least") }
    }

    func run() async throws {
        do {
            let store = try data.store()
            let applied = try await store.applyRetention(
                Retention(logDays: logs, resultDays: results), by: executor.name)
            try tell(json ? Self.document(applied) : Self.text(applied))
        } catch {
            throw explained(error)
        }
    }

    private static func text(_ applied: RetentionApplied) -> String {
        """
        log lines and metrics since \(RFC3339.text(applied.logCutOff))
        results since \(RFC3339.text(applied.resultCutOff))
        """
    }

    private static func document(_ applied: RetentionApplied) -> String {
        var json = JSONWriter()
        json.object { json in
            json.name("logs_since")
            json.string(RFC3339.text(applied.logCutOff))
            json.name("results_since")
            json.string(RFC3339.text(applied.resultCutOff))
        }
        return json.text
    }
}
