import ArgumentParser
import EventLog

struct RotateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key",
        abstract: "Replace the key that signs the checkpoints, and sign the head with both.",
        discussion: """
            The log records both public keys, the reason and who did it. Whoever trusts the old \
            key comes to the new one by that event; nothing that was signed before has to be \
            signed again. The old public key stays in the folder of keys.
            """)

    @OptionGroup var options: ReasonOptions

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            let store = try data.store()
            let signed = try await store.rotateKey(
                reason: options.reason, by: options.executor.name)
            try NoteText.show(signed, json: json)
        } catch {
            throw explained(error)
        }
    }
}
