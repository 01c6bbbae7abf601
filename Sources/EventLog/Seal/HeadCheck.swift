internal import LMDB
internal import Merkle

/// Whether the log continues a head that was signed earlier and kept somewhere else.
struct HeadCheck {
    private let logID: String
    private let log: LogFile
    private let head: LogHead
    private let epoch: UInt64
    private let chain: KeyChain

    init(
        logID: String, log: LogFile, in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        (self.logID, self.log) = (logID, log)
        head = try log.head(in: transaction)
        epoch = try log.epoch(in: transaction)
        chain = try log.keyChain(in: transaction)
    }

    /// - Parameters:
    ///   - text: the head as it was written.
    ///   - key: the one kept beside it. The keys that the log says it had will do as well: a change
    ///     of the key may not have got there whole.
    /// - Returns: why the log does not continue it; `nil` if it does, or if that is known already.
    func objection(
        to text: String, key: NoteVerificationKey?,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> String? {
        if chain.isKnownLost(text) { return nil }
        let checkpoint: Checkpoint
        do {
            let note = try SignedNote(parsing: text)
            checkpoint = try Checkpoint(parsing: note.text)
            let keys = (key.map { [$0] } ?? []) + chain.keys
            if !keys.isEmpty { try note.verify(with: keys) }
        } catch {
            return "is not valid (\(error))"
        }
        let stated = "covers \(checkpoint.size) events (root \(checkpoint.root))"
        guard let origin = LogOrigin(checkpoint.origin), origin.logID == logID else {
            return "is of another log, \(checkpoint.origin), and \(stated)"
        }
        let own = try Tiles.root(ofSize: head.position, of: log, in: transaction)
        let present = "\(head.position) events (root \(own))"
        if origin.epoch > epoch {
            return "\(stated) and is of epoch \(origin.epoch), but the log has \(present) and is "
                + "of epoch \(epoch): it is a copy from before it was reopened"
        }
        let end = chain.reopening(endingEpoch: origin.epoch)?.size ?? head.position
        if checkpoint.size > end {
            return "\(stated), but the log has only \(present): events were cut off, or an older "
                + "copy was put in its place"
        }
        let root = try Tiles.root(ofSize: checkpoint.size, of: log, in: transaction)
        if root == checkpoint.root { return nil }
        return "\(stated), but the log has \(present), and of its first \(checkpoint.size) events "
            + "the root is \(root): they are not the events that were sealed"
    }
}

extension EventReader {
    /// - Throws: `.headsDiffer` if the log does not continue its head that is kept outside. That
    ///   there is none, or that it cannot be read, is nothing that this could tell of.
    func checkHeadOutside() throws {
        guard let outside = directory.outside(logID: logID),
            let objection = try objection(to: outside)
        else { return }
        throw EventLogError(
            .headsDiffer,
            "the checkpoint outside (\(outside.file)) \(objection). Put back the log that "
                + "continues it. If that one is lost for good, say so with dr-audit reopen "
                + "--reason. dr-audit verify tells more")
    }

    /// Why the log does not continue the head outside; `nil` if it does, or if there is none.
    func objection(to outside: OutsideCheckpoints) throws -> String? {
        // Read before the log: what is appended meanwhile only continues it.
        guard let text = outside.text else { return nil }
        let key: NoteVerificationKey?
        do {
            key =
                try CheckpointSigner.verificationKey(in: outside.directory)
                ?? CheckpointSigner.verificationKey(in: directory.keys)
        } catch {
            return "has no valid key beside it (\(error))"
        }
        return try slot.with { log in
            try log.environment.read { transaction in
                try HeadCheck(logID: logID, log: log, in: transaction)
                    .objection(to: text, key: key, in: transaction)
            }
        }
    }

    func hasCheckpoints() throws -> Bool {
        try slot.with { log in
            try log.environment.read { try $0.count(of: log.checkpoints) > 0 }
        }
    }

    /// Who signed the checkpoints, one after another.
    func keyChain() throws -> KeyChain {
        try slot.with { log in try log.environment.read { try log.keyChain(in: $0) } }
    }
}
