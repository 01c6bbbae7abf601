public import Merkle

/// Signing heads, and the keys for it.
extension EventStore {
    /// Signs the present head and keeps the checkpoint in the log and outside of it.
    ///
    /// - Throws: `EventLogError`: `.key`; `.damaged` if the head does not continue the last
    ///   checkpoint, which is then not signed.
    public func signCheckpoint(outside: OutsideCheckpoints?) async throws -> SignedCheckpoint {
        try await sign { try $0.sign(outside: outside) }
    }

    /// Keeps what witnesses signed under a checkpoint of this log.
    ///
    /// - Parameters:
    ///   - note: the checkpoint as the witnesses gave it back.
    ///   - keys: theirs. Signatures by others are left out.
    /// - Returns: the checkpoint with all its signatures, as it is now stored.
    /// - Throws: `EventLogError`: `.key` if no cosignature is by one of the keys, or one is wrong;
    ///   `.notSealed` if the log has no such checkpoint.
    public func addCosignatures(
        from note: SignedNote, by keys: [NoteVerificationKey]
    ) async throws -> SignedNote {
        try await sign { try $0.addCosignatures(from: note, by: keys) }
    }

    /// Replaces the key that signs checkpoints, and records by whom and why. The head that covers
    /// that event is signed by both keys, so that whoever trusts one of them can trust the other.
    ///
    /// - Throws: `EventLogError`: as `signCheckpoint`.
    public func rotateKey(reason: String, by: String) async throws -> SignedCheckpoint {
        try await sign { try $0.rotateKey(reason: reason, by: by) }
    }

    /// Lets a log go on that does not continue its head outside, as after an honest restore: what
    /// that head covers beyond it is lost, and the log says so from here on. It gets another origin
    /// and another key. The old head stays outside beside the new one.
    ///
    /// The store is opened with `checkingHeads: false`.
    ///
    /// - Throws: `EventLogError`: `.headsAgree` if there is nothing to reopen; `.damaged` if the
    ///   log contradicts its own checkpoints: that is no older copy, but a forgery.
    public func reopen(reason: String, by: String) async throws -> SignedCheckpoint {
        try await sign { try $0.reopen(reason: reason, by: by) }
    }
}
