internal import FoundationEssentials
internal import Merkle

/// The copies of heads outside of the data directory.
extension CheckpointSigner {
    /// - Returns: why there is no copy outside now; `nil` if it is there.
    func copy(
        _ note: SignedNote, of checkpoint: Checkpoint, to outside: OutsideCheckpoints?,
        key: NoteVerificationKey
    ) -> String? {
        guard let outside else { return "no directory outside is set (DR_CHECKPOINT_DIR)" }
        if outside.isInside(directory) {
            return "\(outside.directory) lies inside the data directory"
        }
        do {
            try FileManager.default.createDirectory(
                atPath: outside.directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            // What is there may be all that shows that the log was replaced: it is never lost.
            if let reason = try reasonToKeep(outside, key: key) { return reason }
            try keepEarlierEpoch(outside, next: checkpoint)
            // The checkpoint over a change of the key is signed by both keys: it fits either.
            try DurableFile.write(note.encoded, to: outside.file)
            try DurableFile.write("\(key)\n", to: outside.directory + "/checkpoint.pub")
            return nil
        } catch {
            return "\(outside.directory): \(error)"
        }
    }

    private func reasonToKeep(
        _ outside: OutsideCheckpoints, key: NoteVerificationKey
    ) throws -> String? {
        let chain = try reader.keyChain()
        if let text = outside.text, chain.isKnownLost(text) { return nil }
        let kept = try Self.verificationKey(in: outside.directory)
        if let kept, kept != key, !chain.keys.contains(kept) {
            return "\(outside.directory) holds the key of another log, or another key; it was kept"
        }
        guard let objection = try reader.objection(to: outside) else { return nil }
        return "the checkpoint in \(outside.directory) \(objection); it was kept: "
            + "run dr-audit verify"
    }

    /// The last head before the log was reopened stays for whoever asks what was lost.
    private func keepEarlierEpoch(_ outside: OutsideCheckpoints, next: Checkpoint) throws {
        guard let text = outside.text else { return }
        let epoch = Self.epoch(ofHead: text) ?? 0
        guard epoch < LogOrigin(next.origin)?.epoch ?? 0 else { return }
        let folder = outside.directory
        if let key = try Self.verificationKey(in: folder) {
            try Self.keep("\(key)\n", as: "\(folder)/checkpoint.epoch-\(epoch).pub")
        }
        try Self.keep(text, as: "\(folder)/checkpoint.epoch-\(epoch)")
    }

    /// Replaces nothing.
    private static func keep(_ text: String, as path: String) throws {
        if FileManager.default.fileExists(atPath: path) { return }
        try DurableFile.write(text, to: path)
    }

    /// The epoch that a head says it is of; `nil` if it is none of a log of ours.
    static func epoch(ofHead text: String) -> UInt64? {
        LogOrigin(String(text.prefix { $0 != "\n" }))?.epoch
    }
}
