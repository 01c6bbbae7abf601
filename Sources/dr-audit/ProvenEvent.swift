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
            guard try proof.proves(value, signedBy: [key]) else {
                throw NotProven(
                    message: "the event is not what the checkpoint covers at that position")
            }
            head = try Checkpoint(parsing: SignedNote(parsing: proof.checkpoint).text)
            (position, self.value) = (proof.index + 1, value)
        } catch let error as NotProven {
            throw error
        } catch {
            throw NotProven(message: "\(error)")
        }
        // Byte by byte: origins that only look alike are other logs.
        guard key.name.utf8.elementsEqual(head.origin.utf8) else {
            throw NotProven(message: "the checkpoint is of \(head.origin), the key of \(key.name)")
        }
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
