import ArgumentParser
import EventLog

struct ReopenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: "Go on with a log that was restored from a backup, and say so in it.",
        discussion: """
            A log that does not continue its checkpoint outside is not opened any more: events are \
            missing, or it is not the log that was sealed. If what is missing is lost for good, \
            this begins a new origin with a new key. Its first event names both heads and the \
            reason, so what was lost is never hidden. The checkpoint outside is kept under \
            another name.
            """)

    @OptionGroup var options: ReasonOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            let store = try data.store(checkingHeads: false)
            let signed = try await store.reopen(reason: options.reason, by: options.executor.name)
            try NoteText.show(signed, json: json)
        } catch {
            throw explained(error)
        }
    }
}
