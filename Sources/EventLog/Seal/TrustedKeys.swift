internal import Merkle

/// Which keys may have signed a log's checkpoints, when one key is trusted.
///
/// Every change of the key is an event, and the checkpoint that ends with it is signed by the new
/// key and by the one before. So whoever trusts one key can trust those after it, as it signed
/// that they follow, and those before it, as it signed the events that name them.
struct TrustedKeys {
    var chain = KeyChain()
    private var inside: NoteVerificationKey?
    private var outside: NoteVerificationKey?
    private var given: NoteVerificationKey?
    private var unreadable: [UInt64] = []

    init(reader: EventReader, outside: OutsideCheckpoints?, given: NoteVerificationKey?) {
        inside = Self.key(in: reader.directory.keys)
        self.outside = outside.flatMap { Self.key(in: $0.directory) }
        self.given = given
    }

    private static func key(in folder: String) -> NoteVerificationKey? {
        do {
            return try CheckpointSigner.verificationKey(in: folder)
        } catch {
            return nil
        }
    }

    /// The key outside is to be trusted rather than the one inside: whoever changes the log can
    /// change the key in it.
    private var trusted: NoteVerificationKey? { given ?? outside ?? inside }

    /// - Returns: the change of the key that a record is, if it was not known yet.
    mutating func learn(_ record: Record, at position: UInt64) -> KeyChange? {
        if chain.changes.contains(where: { $0.position == position }) { return nil }
        do {
            guard let change = try KeyChange(record, at: position) else { return nil }
            chain.add(change)
            return change
        } catch {
            unreadable.append(position)
            return nil
        }
    }

    /// The keys of which one must have signed a head.
    func signing(size: UInt64, epoch: UInt64) -> [NoteVerificationKey] {
        let key = chain.key(forSize: size, epoch: epoch) ?? trusted
        return key.map { [$0] } ?? []
    }

    /// - Parameter notes: the checkpoints that end with a change of the key, by its position, if
    ///   the tree has their roots.
    /// - Returns: whether the keys lead from the trusted one to all others.
    func check(
        notesOfChanges notes: [UInt64: SignedNote], report: inout VerificationReport
    ) -> Bool {
        for position in unreadable { report.add("the event cannot be read", at: position) }
        guard let trusted else {
            report.add("the public key of the checkpoints is missing or damaged")
            return false
        }
        let known = chain.keys.isEmpty ? [trusted] : chain.keys
        let kept = [(inside, "inside"), (outside, "kept outside"), (given, "given")]
        for case (let key?, let place) in kept where !known.contains(key) && key != trusted {
            report.add("the public key \(place) differs from the one that is trusted")
        }
        guard let start = known.firstIndex(of: trusted) else {
            report.add("the key that is trusted, \(trusted), is none of the keys of this log")
            return false
        }
        let links = chain.changes.enumerated().map { number, change in
            isSound(
                number, change, mustBeSignedByOld: number >= start, notes[change.position],
                report: &report)
        }
        return links.allSatisfy { $0 }
    }

    private func isSound(
        _ number: Int, _ change: KeyChange, mustBeSignedByOld: Bool, _ note: SignedNote?,
        report: inout VerificationReport
    ) -> Bool {
        if number > 0, chain.changes[number - 1].new != change.old {
            report.add("the key that is replaced here is not the one before", at: change.position)
            return false
        }
        guard let note else {
            report.add("no checkpoint covers the change of the key", at: change.position)
            return false
        }
        for key in mustBeSignedByOld ? [change.old, change.new] : [change.new] {
            do {
                try note.verify(with: [key])
            } catch {
                report.add(
                    "the change of the key is not signed by \(key): \(error). Trust the newer key "
                        + "only if you know it from somebody else", at: change.position)
                return false
            }
        }
        return true
    }
}
