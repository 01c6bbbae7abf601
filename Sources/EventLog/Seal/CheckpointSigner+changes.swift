internal import LMDB
internal import Merkle
internal import Wire

/// Changes of the key that signs.
extension CheckpointSigner {
    /// Gives the log a new key, and both keys sign that it has.
    func rotateKey(reason: String, by: String) throws -> SignedCheckpoint {
        let lock = try lock()
        defer { lock.release() }
        let old = try presentKey()
        let present = try presentCheckpoint()
        try checkLast(continuesTo: present, key: old.verificationKey)
        let new = NoteSigningKey(name: present.origin)
        return try change(to: new, from: old, number: KeyRotated.number, epoch: nil) { _ in
            KeyRotated(
                oldKey: "\(old.verificationKey)", newKey: "\(new.verificationKey)", reason: reason,
                by: by
            ).encoded
        }
    }

    /// Lets the log go on from where it is, although its head outside shows that more was there:
    /// with a new origin, which its first event explains, and a new key.
    func reopen(reason: String, by: String) throws -> SignedCheckpoint {
        let lock = try lock()
        defer { lock.release() }
        guard let outside = directory.outside(logID: reader.logID), let lost = outside.text,
            try reader.objection(to: outside) != nil
        else {
            throw EventLogError(
                .headsAgree,
                "the log continues its head outside, or there is none: there is nothing to reopen")
        }
        let (oldKey, oldPublicKey) = try lastKey()
        let present = try presentCheckpoint()
        try checkLast(continuesTo: present, key: oldPublicKey)
        // Beyond both: an origin is never used by two logs that differ.
        let epochs = [LogOrigin(present.origin)?.epoch, Self.epoch(ofHead: lost)]
        let epoch = (epochs.compactMap { $0 }.max() ?? 0) + 1
        let new = NoteSigningKey(
            name: LogOrigin(logID: reader.logID, epoch: epoch).description)
        return try change(to: new, from: oldKey, number: LogReopened.number, epoch: epoch) { head in
            LogReopened(
                reason: reason, by: by, size: head.size, root: head.root.bytes,
                outsideCheckpoint: lost, epoch: epoch, oldKey: "\(oldPublicKey)",
                newKey: "\(new.verificationKey)"
            ).encoded
        }
    }

    private func change(
        to new: NoteSigningKey, from old: NoteSigningKey?, number: Int, epoch: UInt64?,
        payload: (Checkpoint) -> [UInt8]
    ) throws -> SignedCheckpoint {
        try prepare(new)
        let keys = [new] + (old.map { [$0] } ?? [])
        let (note, checkpoint) = try appendSealed(
            number: number, signedBy: keys, epoch: epoch, payload: payload)
        try adopt(new)
        let problem = copy(
            note, of: checkpoint, to: directory.outside(logID: reader.logID),
            key: new.verificationKey)
        return SignedCheckpoint(note: note, checkpoint: checkpoint, outsideProblem: problem)
    }

    /// Appends an event of the log's own, together with the checkpoint that ends with it: there is
    /// no moment at which the log names a key that has not signed.
    ///
    /// The head is signed before it is durable, but leaves this process only afterwards.
    private func appendSealed(
        number: Int, signedBy keys: [NoteSigningKey], epoch: UInt64?,
        payload: (Checkpoint) -> [UInt8]
    ) throws -> (SignedNote, Checkpoint) {
        var generator = SystemRandomNumberGenerator()
        let id = EventID(time: clock.now(), using: &generator)
        return try write { log, transaction in
            let before = try checkpoint(of: log, in: transaction)
            let event = NewEvent(id: id, number: number, payload: payload(before))
            let head = try log.appendOwn(event, clock: clock, in: transaction)
            try log.noteKeyChange(at: head.position, in: transaction)
            if let epoch { try log.write(epoch: epoch, in: transaction) }
            let sealed = try checkpoint(of: log, in: transaction)
            var note = SignedNote(text: sealed.text, signatures: [])
            for key in keys { note.add(try key.sign(sealed.text)) }
            try transaction.put(
                Array(note.encoded.utf8), for: .bytes(sealed.size.bigEndianBytes),
                in: log.checkpoints)
            return (note, sealed)
        }
    }
}
