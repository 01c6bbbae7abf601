import ArgumentParser
import EventLog
import Merkle

struct ProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write the proof that an event is in the log, as a file that needs nothing else.",
        discussion: """
            The file is a C2SP tlog-proof: the event as it is stored, the hashes from it to the \
            root, and the newest checkpoint that covers it. Whoever has the public key of the log, \
            which is keys/checkpoint.pub in the data directory, checks it with 'dr-audit check'.
            """)

    @Argument(help: "The position of the event.")
    var position: UInt64

    @Option(help: "The file to write. (default: standard output)")
    var output: String?

    @OptionGroup var archive: ArchiveOption

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            let proof = try await archive.withLog(data.reader()) { try await self.proof($0) }
            let target = try OutputTarget(output)
            try target.write(Array(proof.encoded.utf8))
            try target.finish()
        } catch {
            throw explained(error)
        }
    }

    private func proof(_ log: WholeLog) async throws -> LogProof {
        let bare = try log.reader.logProof(of: position)
        let value: [UInt8]
        if let extra = bare.extra { value = extra } else { value = try await archived(log) }
        let head = try Checkpoint(parsing: SignedNote(parsing: bare.checkpoint).text)
        // Damage makes proofs that prove nothing. Better found here than by whoever is given one.
        let isProven = MerkleProof.isIncluded(
            .leaf(value), at: bare.index, inTreeOfSize: head.size, root: head.root,
            proof: bare.path)
        if !isProven {
            complain("event \(position) is not what the checkpoint covers: run dr-audit verify")
            throw ExitCode.notIntact
        }
        return LogProof(
            index: bare.index, path: bare.path, extra: value, checkpoint: bare.checkpoint)
    }

    /// The stored bytes of an event that is not in the log any more.
    private func archived(_ log: WholeLog) async throws -> [UInt8] {
        let segments = try log.reader.archivedSegments()
        guard let segment = segments.first(where: { $0.range.contains(position) }) else {
            complain("event \(position) is missing: run dr-audit verify")
            throw ExitCode.notIntact
        }
        guard let value = try await log.archivedValue(at: position, in: segment) else {
            complain("event \(position) left the log: give --archive, which has \(segment.name)")
            throw ExitCode.nothingFound
        }
        return value
    }
}
