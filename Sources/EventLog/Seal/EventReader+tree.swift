internal import LMDB
public import Merkle

/// A checkpoint of a log that is signed by a key that is trusted.
public struct TrustedCheckpoint: Equatable, Sendable {
    /// As it is stored, with its signatures.
    public let note: SignedNote
    /// What it says.
    public let checkpoint: Checkpoint
    public let key: NoteVerificationKey
}

extension EventReader {
    /// Whether a tree that was built again is the one of the log: it has the root that the log
    /// stores for it, and the newest checkpoint is of the same tree. That is so if the smaller of
    /// the two is the beginning of the greater.
    ///
    /// The checkpoint must be signed by the key that the log names for it. The key that is kept
    /// outside, else the one inside, must be one of the log's, and the keys must follow from each
    /// other.
    ///
    /// - Parameters:
    ///   - size: how many events the tree has, at least one; the log has them all.
    ///   - root: as it was computed.
    /// - Returns: the newest checkpoint; `nil` if the log has none yet.
    /// - Throws: `EventLogError` with `.damaged` if they disagree, or the checkpoint is not valid.
    public func checkTree(ofSize size: UInt64, root: MerkleHash) throws -> TrustedCheckpoint? {
        precondition(size > 0, "A log has at least one event.")
        guard try self.root(ofSize: size) == root else {
            throw EventLogError(
                .damaged,
                "the stored hashes of the tree do not follow from the first \(size) events: run "
                    + "dr-audit verify")
        }
        let trusted = try slot.with { log in
            try log.environment.read { try self.newestCheckpoint(of: log, in: $0) }
        }
        guard let trusted else { return nil }
        let sealed = trusted.checkpoint
        let (old, new) = size < sealed.size ? (size, sealed.size) : (sealed.size, size)
        let (oldRoot, newRoot) =
            size < sealed.size ? (root, sealed.root) : (sealed.root, root)
        let proof = try consistencyProof(from: old, to: new)
        guard
            MerkleProof.isConsistent(
                old: old, oldRoot: oldRoot, new: new, newRoot: newRoot, proof: proof)
        else {
            throw EventLogError(
                .damaged,
                "the newest checkpoint covers \(sealed.size) events, which are not of one tree "
                    + "with the first \(size): an event was changed after it was sealed. Run "
                    + "dr-audit verify")
        }
        return trusted
    }

    private func newestCheckpoint(
        of log: LogFile, in transaction: borrowing ReadTransaction
    ) throws -> TrustedCheckpoint? {
        guard let stored = try transaction.last(of: log.checkpoints) else { return nil }
        let head = try log.head(in: transaction)
        guard let (note, checkpoint) = Self.parsed(stored.value),
            stored.key == .bytes(checkpoint.size.bigEndianBytes),
            let origin = LogOrigin(checkpoint.origin), origin.logID == logID,
            checkpoint.size > 0, checkpoint.size <= head.position
        else { throw Self.invalid("it is none of this log") }
        var keys = TrustedKeys(
            reader: self, outside: directory.outside(logID: logID), given: nil)
        keys.chain = try log.keyChain(in: transaction)
        if origin.epoch != keys.chain.epoch(ofSize: checkpoint.size) {
            throw Self.invalid("it is of epoch \(origin.epoch)")
        }
        var report = VerificationReport()
        let notes = try self.notes(ofChanges: keys.chain.changes, of: log, in: transaction)
        let isChained = keys.check(notesOfChanges: notes, report: &report)
        let signers = keys.signing(size: checkpoint.size, epoch: origin.epoch)
        guard isChained, report.isClean, let key = signers.first else {
            throw Self.invalid(report.problems.first?.message ?? "its key is not known")
        }
        do {
            try note.verify(with: [key])
        } catch {
            throw Self.invalid("\(error)")
        }
        return TrustedCheckpoint(note: note, checkpoint: checkpoint, key: key)
    }

    /// The checkpoints that end with changes of the key, by the positions of these, as far as they
    /// are of the log's tree.
    private func notes(
        ofChanges changes: [KeyChange], of log: LogFile, in transaction: borrowing ReadTransaction
    ) throws -> [UInt64: SignedNote] {
        var notes: [UInt64: SignedNote] = [:]
        for change in changes {
            let key = Key.bytes(change.position.bigEndianBytes)
            guard let stored = try transaction.value(for: key, in: log.checkpoints),
                let (note, checkpoint) = Self.parsed(stored),
                try Tiles.root(ofSize: change.position, of: log, in: transaction)
                    == checkpoint.root
            else { continue }
            notes[change.position] = note
        }
        return notes
    }

    private static func parsed(_ stored: [UInt8]) -> (note: SignedNote, checkpoint: Checkpoint)? {
        do {
            let note = try SignedNote(parsing: String(decoding: stored, as: UTF8.self))
            return (note, try Checkpoint(parsing: note.text))
        } catch {
            return nil
        }
    }

    private static func invalid(_ reason: String) -> EventLogError {
        EventLogError(
            .damaged,
            "the newest checkpoint of the log is not valid: \(reason). Run dr-audit verify")
    }
}
