import ArgumentParser
import EventLog
import Foundation
import Merkle

struct CheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign the head of the log, and print it as a signed note.",
        discussion: """
            The note is a C2SP checkpoint: origin, size, root hash and signature. Keep it anywhere \
            outside of this machine, and nobody can change what it covers unseen.
            """)

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            try data.directory.requireLog()
            let store = try EventStore(data.directory)
            let outside = OutsideCheckpoints.standard(
                logID: store.reader.logID, environment: ProcessInfo.processInfo.environment)
            let signed = try await store.signCheckpoint(outside: outside)
            if let problem = signed.outsideProblem { complain("not anchored outside: \(problem)") }
            // The note brings its own last line break.
            try tell(String(signed.note.encoded.dropLast()))
        } catch {
            throw explained(error)
        }
    }
}
