internal import LMDB
public import Merkle

/// A checkpoint that was just signed, and whether its copy outside could be written.
public struct SignedCheckpoint: Sendable {
    public let note: SignedNote
    public let checkpoint: Checkpoint
    /// Why there is no copy outside; `nil` if it is there.
    public let outsideProblem: String?

    /// How many events it covers.
    public var size: UInt64 { checkpoint.size }
}

/// Signs heads, never two that contradict each other: under a lock, and only what continues the
/// last checkpoint.
struct CheckpointSigner: Sendable {
    /// With its cosignatures. What the log signs itself may come on top.
    private static let maximumNoteSize = OutsideCheckpoints.maximumSize / 2

    let reader: EventReader
    let turnstile: Turnstile
    let clock: LogClock

    var directory: DataDirectory { reader.directory }

    func sign(outside: OutsideCheckpoints?) throws -> SignedCheckpoint {
        let lock = try lock()
        defer { lock.release() }
        let key = try presentKey()
        let checkpoint = try presentCheckpoint()
        try checkLast(continuesTo: checkpoint, key: key.verificationKey)
        let note = try store(checkpoint, signedBy: key)
        // Inside first: a crash in between leaves the copy behind, never ahead.
        let problem = copy(note, of: checkpoint, to: outside, key: key.verificationKey)
        return SignedCheckpoint(note: note, checkpoint: checkpoint, outsideProblem: problem)
    }

    /// One signs at a time, in all processes.
    func lock() throws(EventLogError) -> FileLock {
        try FileLock(path: directory.keys + "/sign.lock")
    }

    /// Of the head as it is. It is read in a transaction, so it is committed, and so it is durable.
    func presentCheckpoint() throws -> Checkpoint {
        try reader.slot.with { log in
            try log.environment.read { try checkpoint(of: log, in: $0) }
        }
    }

    /// Of the head that a transaction shows.
    func checkpoint(
        of log: LogFile, in transaction: borrowing some Transaction & ~Copyable
    ) throws -> Checkpoint {
        let head = try log.head(in: transaction)
        let origin = LogOrigin(logID: reader.logID, epoch: try log.epoch(in: transaction))
        return Checkpoint(
            origin: origin.description, size: head.position,
            root: try Tiles.root(ofSize: head.position, of: log, in: transaction))
    }

    private func store(
        _ checkpoint: Checkpoint, signedBy key: NoteSigningKey
    ) throws -> SignedNote {
        try changeNote(ofSize: checkpoint.size) { stored in
            // What witnesses and an older key signed under the same text is kept.
            guard var note = stored, note.text == checkpoint.text else {
                return try checkpoint.signed(by: key)
            }
            if !note.isSigned(by: key.verificationKey) { note.add(try key.sign(note.text)) }
            return note
        }
    }

    /// Replaces the checkpoint of one size.
    private func changeNote(
        ofSize size: UInt64, _ change: (SignedNote?) throws -> SignedNote
    ) throws -> SignedNote {
        try write { log, transaction in
            let key = Key.bytes(size.bigEndianBytes)
            let stored = try transaction.value(for: key, in: log.checkpoints)
                .map { try SignedNote(parsing: String(decoding: $0, as: UTF8.self)) }
            let note = try change(stored)
            try transaction.put(Array(note.encoded.utf8), for: key, in: log.checkpoints)
            return note
        }
    }

    /// Commits one write transaction, when it is this process's turn.
    func write<Result>(
        _ body: (LogFile, borrowing WriteTransaction) throws -> Result
    ) throws -> Result {
        turnstile.enter()
        var (hasTurn, isCommitting) = (true, false)
        defer { if hasTurn { turnstile.leave() } }
        do {
            return try reader.slot.with { log in
                try log.environment.write { transaction in
                    turnstile.leave()
                    hasTurn = false
                    let result = try body(log, transaction)
                    isCommitting = true
                    try transaction.commit()
                    return result
                }
            }
        } catch let error as LMDBError {
            if isCommitting && !error.isOutOfSpace {
                throw EventLogError(
                    .outcomeUnknown, "it may have been written or not: try again", cause: error)
            }
            throw EventLogError(.writeFailed, "nothing was written", cause: error)
        }
    }

    func checkLast(continuesTo next: Checkpoint, key: NoteVerificationKey) throws {
        do {
            guard let note = try reader.lastCheckpoint() else { return }
            try note.verify(with: [key])
            let last = try Checkpoint(parsing: note.text)
            if try last.origin == next.origin && last.size <= next.size
                && reader.root(ofSize: last.size) == last.root
            {
                return
            }
        } catch let error as NoteError where error.code == .noKnownSignature {
            throw EventLogError(
                .key,
                "the last checkpoint is not by the key in \(directory.keys): put back the keys "
                    + "that belong to this log", cause: error)
        } catch let error as NoteError {
            throw EventLogError(.damaged, "the last checkpoint is not valid", cause: error)
        }
        throw EventLogError(
            .damaged,
            "the log does not continue its last checkpoint: run dr-audit verify; nothing was signed"
        )
    }

    // MARK: Witnesses

    /// Adds what witnesses signed under a checkpoint that the log has.
    func addCosignatures(
        from note: SignedNote, by keys: [NoteVerificationKey]
    ) throws -> SignedNote {
        let lock = try lock()
        defer { lock.release() }
        let cosignatures: [SignedNote.Signature]
        let size: UInt64
        do {
            cosignatures = try note.verify(with: keys.filter { $0.type == .cosignature })
            size = try Checkpoint(parsing: note.text).size
        } catch {
            throw EventLogError(.key, "the note has no cosignature that can be kept", cause: error)
        }
        return try changeNote(ofSize: size) { stored in
            guard let stored, stored.text == note.text else {
                throw EventLogError(
                    .notSealed, "the log has no checkpoint of \(size) events with this text")
            }
            // A witness that signed again says when it last saw the checkpoint.
            let others = stored.signatures.filter { old in
                !cosignatures.contains { $0.name == old.name && $0.keyID == old.keyID }
            }
            let signatures = others + cosignatures
            let changed = SignedNote(text: note.text, signatures: signatures)
            if signatures.count > SignedNote.maximumSignatures
                || changed.encoded.utf8.count > Self.maximumNoteSize
            {
                throw EventLogError(
                    .tooLarge,
                    "a checkpoint has at most \(SignedNote.maximumSignatures) signatures, and "
                        + "\(Self.maximumNoteSize) bytes with them")
            }
            return changed
        }
    }
}

extension SignedNote {
    /// By its name and id only.
    fileprivate func isSigned(by key: NoteVerificationKey) -> Bool {
        signatures.contains { $0.name == key.name && $0.keyID == key.keyID }
    }
}
