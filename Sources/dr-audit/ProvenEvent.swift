import EventLog
import Merkle

/// Why a proof proves nothing.
struct NotProven: Error {
    let message: String
}

/// An event that a proof file shows to be in a log: by the public key of the log alone.
struct ProvenEvent {
    /// The head that the log signed.
    let head: Checkpoint
    let position: UInt64
    /// As it is stored.
    let value: [UInt8]

    /// - Parameters:
    ///   - text: the proof file. Nothing in it is trusted.
    ///   - key: of the log. A witness's key says nothing of who keeps the log.
    init(_ text: String, signedBy key: NoteVerificationKey) throws(NotProven) {
        do {
            let proof = try LogProof(parsing: text)
            guard let value = proof.extra else {
                throw NotProven(message: "the file does not hold the event itself")
            }
            let note = try SignedNote(parsing: proof.checkpoint)
            let head = try Checkpoint(parsing: note.text)
            try Self.check(key, note, of: head)
            guard try proof.proves(value, signedBy: [key]) else {
                throw NotProven(
                    message: "the event is not what the checkpoint covers at that position")
            }
            (self.head, position, self.value) = (head, proof.index + 1, value)
        } catch let error as NotProven {
            throw error
        } catch let error as NoteError where error.code == .malformedProof {
            throw NotProven(message: "the file is no proof, or not the whole of one")
        } catch {
            throw NotProven(message: "the checkpoint in the file cannot be relied on: \(error)")
        }
    }

    /// Says more of a key that cannot have signed the note than that it did not.
    private static func check(
        _ key: NoteVerificationKey, _ note: SignedNote, of head: Checkpoint
    ) throws(NotProven) {
        // Byte by byte: origins that only look alike are other logs.
        guard key.name.utf8.elementsEqual(head.origin.utf8) else {
            throw NotProven(message: "the checkpoint is of \(head.origin), the key of \(key.name)")
        }
        let signers = note.signatures.filter { $0.name.utf8.elementsEqual(key.name.utf8) }
        if signers.contains(where: { $0.keyID == key.keyID }) { return }
        let ids = signers.map { hexadecimal($0.keyID) }.joined(separator: " and ")
        let others =
            signers.isEmpty ? "" : ", but by \(ids); see keys/checkpoint-<id>.pub for older keys"
        throw NotProven(
            message: "the checkpoint is not signed by key \(hexadecimal(key.keyID))\(others)")
    }

    /// As it stands in keys and in the names of their files.
    private static func hexadecimal(_ id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// - Returns: `nil` if the bytes are no record.
    var event: RecordedEvent? {
        guard let record = try? Record(stored: value) else { return nil }
        return RecordedEvent(position: position, record: record)
    }

    /// The id of the log, from the origin of its checkpoints.
    var logID: String {
        let prefix = "dr-testing/log/"
        guard head.origin.hasPrefix(prefix) else { return head.origin }
        return String(head.origin.dropFirst(prefix.count).prefix { $0 != "/" })
    }
}
