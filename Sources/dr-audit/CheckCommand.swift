import ArgumentParser
import DRTesting
import EventLog
import Foundation
import Merkle

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a proof that 'dr-audit prove' wrote, with the public key of its log.",
        discussion: """
            Nothing else is looked at: neither the log, nor its data directory. Exit code 3 if the \
            file does not prove its event.
            """)

    /// The most bytes of a proof: an event of 64 KiB in base64, its hashes and a note.
    private static let maximumSize = 1 << 20

    @Argument(help: "The file with the proof.", completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp(
            "The public key of the log, or the file that holds it.", valueName: "file-or-key"))
    var key: KeyArgument

    @Flag(help: "Print the event alone, as a CloudEvent in JSON.")
    var event = false

    func run() throws {
        let publicKey = try key.key()
        guard publicKey.type == .ed25519 else {
            complain("--key is the key of a witness: it says nothing of who keeps the log")
            throw ExitCode.usage
        }
        let proven: ProvenEvent
        do {
            proven = try ProvenEvent(try contents(), signedBy: publicKey)
        } catch let error as NotProven {
            complain("not proven: \(error.message)")
            throw ExitCode.notIntact
        }
        try tell(event ? document(of: proven) : lines(of: proven).joined(separator: "\n"))
    }

    private func contents() throws -> String {
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: file))
            let bytes = try handle.read(upToCount: Self.maximumSize) ?? Data()
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            complain("'\(file)' cannot be read: \(reason(for: error))")
            throw ExitCode.usage
        }
    }

    private func lines(of proven: ProvenEvent) -> [String] {
        [
            "proven",
            "position \(proven.position)",
            "log \(proven.head.origin.printable())",
            "size \(proven.head.size)",
            "root \(proven.head.root)",
            proven.event.map { EventText.line($0) }
                ?? "\(proven.value.count.counted("byte")) that this program does not understand",
        ]
    }

    private func document(of proven: ProvenEvent) throws -> String {
        guard let event = proven.event else {
            complain("the event is proven, but this program does not understand it")
            throw ExitCode.internalError
        }
        // The name of a stream stands in its first event only.
        let name = event.record.streamName
        let document = CloudEvent(logID: proven.logID)
            .bytes(of: event, stream: name.isEmpty ? nil : name)
        return String(decoding: document, as: UTF8.self)
    }
}
