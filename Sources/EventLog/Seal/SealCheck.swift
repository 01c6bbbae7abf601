internal import LMDB
public import Merkle

/// Compares the checkpoints, inside and outside, with the tree as it grows, and follows the keys
/// that signed them. `LogVerifier` drives it.
public struct SealCheck: Sendable {
    /// What an auditor brings along, rather than takes from the log.
    public struct Trust: Sendable {
        /// Any key that the log ever had; `nil` trusts the one outside, else the one inside.
        public var key: NoteVerificationKey?
        /// A checkpoint that was kept elsewhere.
        public var against: SignedNote?
        public var witnesses: [NoteVerificationKey]
        /// So many of the witnesses must have signed one of the checkpoints.
        public var quorum: Int

        public init(
            key: NoteVerificationKey? = nil, against: SignedNote? = nil,
            witnesses: [NoteVerificationKey] = [], quorum: Int = 0
        ) {
            (self.key, self.against) = (key, against)
            (self.witnesses, self.quorum) = (witnesses, quorum)
        }
    }

    private let log: LogFile
    private let trust: Trust
    private var keys: TrustedKeys
    /// In the order of their sizes.
    private var heads: [SealedHead] = []
    private var next = 0
    /// What there is to say of the seal beside the problems; complete after `finish`.
    private(set) var findings = SealFindings()

    /// Reads the checkpoints; their signatures are checked in the end, when all keys are known.
    init(
        reader: EventReader, log: LogFile, outside: OutsideCheckpoints?, outsideNote: [UInt8]?,
        trust: Trust = Trust(), in transaction: borrowing ReadTransaction,
        report: inout VerificationReport
    ) throws {
        (self.log, self.trust) = (log, trust)
        keys = TrustedKeys(reader: reader, outside: outside, given: trust.key)
        do {
            keys.chain = try log.keyChain(in: transaction)
        } catch let error as EventLogError {
            report.add("\(error)")
        }
        let epoch = try log.epoch(in: transaction)
        if keys.chain.epoch(ofSize: .max) != epoch {
            report.add("the log's mark of its epoch is wrong")
        }
        try transaction.forEach(in: log.checkpoints) { size, stored in
            let note = stored.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            add(note, .inside(size: Self.size(of: size)), logID: reader.logID, report: &report)
            return .continue
        }
        if let outsideNote {
            let note = String(decoding: outsideNote, as: UTF8.self)
            add(note, .outside, logID: reader.logID, report: &report)
        }
        if let against = trust.against {
            add(against.encoded, .given, logID: reader.logID, report: &report)
        }
        for change in keys.chain.changes { addReopening(change, report: &report) }
        heads.sort { $0.size < $1.size }
    }

    private static func size(of key: Key) -> UInt64 {
        guard case .bytes(let bytes) = key else { return 0 }
        return UInt64(bigEndianBytes: bytes)
    }

    private mutating func add(
        _ text: String, _ place: SealedHead.Place, logID: String, report: inout VerificationReport
    ) {
        let note: SignedNote
        let checkpoint: Checkpoint
        do {
            note = try SignedNote(parsing: text)
            checkpoint = try Checkpoint(parsing: note.text)
        } catch {
            return report.add("the \(place) is not valid: \(error)")
        }
        guard let origin = LogOrigin(checkpoint.origin), origin.logID == logID else {
            return report.add("the \(place) is of another log, \(checkpoint.origin)")
        }
        if case .inside(let size) = place, size != checkpoint.size {
            return report.add("the \(place) covers \(checkpoint.size) events")
        }
        // The head that the log was reopened without need not be taken back from outside.
        if place == .outside, keys.chain.isKnownLost(text) { return }
        guard let problem = objection(toEpoch: origin.epoch, of: checkpoint, at: place) else {
            let isInside = if case .inside = place { true } else { false }
            heads.append(
                SealedHead(
                    place: place, note: isInside ? nil : note, size: checkpoint.size,
                    root: checkpoint.root, epoch: origin.epoch))
            return
        }
        report.add("the \(place) \(problem.message)", at: problem.position)
    }

    private func objection(
        toEpoch epoch: UInt64, of checkpoint: Checkpoint, at place: SealedHead.Place
    ) -> (message: String, position: UInt64?)? {
        if epoch > keys.chain.epoch(ofSize: .max) {
            return ("is of epoch \(epoch), which this log has not reached", nil)
        }
        if let end = keys.chain.reopening(endingEpoch: epoch), checkpoint.size > end.size {
            return (
                "covers \(checkpoint.size) events, but \(end.by) reopened the log with the first "
                    + "\(end.size) of them (\(end.reason)): the others are lost", end.size + 1
            )
        }
        guard case .inside = place, epoch != keys.chain.epoch(ofSize: checkpoint.size) else {
            return nil
        }
        return ("is of epoch \(epoch), but was signed after the log had been reopened", nil)
    }

    /// What a reopening says it found is compared, too.
    private mutating func addReopening(_ change: KeyChange, report: inout VerificationReport) {
        guard let reopening = change.reopening else { return }
        findings.reopenings.append(.init(position: change.position, event: reopening))
        guard let root = MerkleHash(reopening.root), reopening.size < change.position else {
            return report.add("the reopening does not say what was there", at: change.position)
        }
        heads.append(
            SealedHead(
                place: .reopening(position: change.position), note: nil, size: reopening.size,
                root: root, epoch: 0))
    }

    // MARK: While the tree grows

    /// The size at which the tree is to be compared next; `nil` if there is none.
    var nextSize: UInt64? { next < heads.count ? heads[next].size : nil }

    /// Takes notice of what the log says of its keys, in case its note of that is missing.
    mutating func learn(record: Record, position: UInt64) {
        guard let change = keys.learn(record, at: position) else { return }
        if let reopening = change.reopening {
            findings.reopenings.append(.init(position: position, event: reopening))
        }
    }

    /// Compares the checkpoints whose size the tree has just reached.
    mutating func check(tree: MerkleFrontier, report: inout VerificationReport) {
        while let size = nextSize, size <= tree.count {
            if size == tree.count {
                heads[next].isMet = heads[next].root == tree.root
                if !heads[next].isMet {
                    report.add(
                        "the \(heads[next].place) has another root: an event up to this one was "
                            + "changed after it was sealed", at: size)
                }
            }
            next += 1
        }
    }

    // MARK: In the end

    /// Checks who signed, and finds what was cut off.
    ///
    /// - Parameter beat: is called now and then: a log may have very many checkpoints.
    mutating func finish(
        in transaction: borrowing ReadTransaction, report: inout VerificationReport,
        beat: () -> Void = {}
    ) throws {
        let cut = heads[next...].filter { $0.size > report.head.position }
        if heads.contains(where: \.isSigned) || !keys.chain.changes.isEmpty {
            try checkSignatures(in: transaction, report: &report, beat: beat)
        }
        for head in cut {
            report.add(
                "the log ends at position \(report.head.position), but the \(head.place) covers "
                    + "\(head.size): the events after it are missing",
                at: report.head.position + 1)
        }
        if trust.quorum > 0, findings.witnessedSize == nil {
            report.add(
                "no checkpoint of this log is signed by \(trust.quorum) of the witnesses")
        }
    }

    private mutating func checkSignatures(
        in transaction: borrowing ReadTransaction, report: inout VerificationReport,
        beat: () -> Void
    ) throws {
        var changes: [UInt64: SignedNote] = [:]
        for change in keys.chain.changes {
            let place = SealedHead.Place.inside(size: change.position)
            guard let head = heads.first(where: { $0.place == place && $0.isMet }) else { continue }
            changes[change.position] = try note(of: head, in: transaction)
        }
        if !keys.check(notesOfChanges: changes, report: &report) { return }
        for head in heads where head.isSigned {
            beat()
            guard let note = try note(of: head, in: transaction) else {
                report.add("the \(head.place) was replaced while it was checked")
                continue
            }
            do {
                try note.verify(with: keys.signing(size: head.size, epoch: head.epoch))
            } catch {
                report.add("the \(head.place) is not valid: \(error)")
                continue
            }
            count(head, note, report: &report)
        }
        findings.keyChanges = keys.chain.changes.count
    }

    /// - Returns: `nil` if another one stands there now.
    private func note(
        of head: SealedHead, in transaction: borrowing ReadTransaction
    ) throws -> SignedNote? {
        guard case .inside(let size) = head.place else { return head.note }
        let stored = try transaction.value(
            for: .bytes(size.bigEndianBytes), in: log.checkpoints)
        guard let stored else { return nil }
        do {
            let note = try SignedNote(parsing: String(decoding: stored, as: UTF8.self))
            return try Checkpoint(parsing: note.text).root == head.root ? note : nil
        } catch {
            return nil
        }
    }

    private mutating func count(
        _ head: SealedHead, _ note: SignedNote, report: inout VerificationReport
    ) {
        switch head.place {
        case .inside: report.checkpoints += 1
        case .outside: report.outsideSize = head.size
        case .given: findings.givenSize = head.size
        case .reopening: break
        }
        if !head.isMet { return }
        report.sealedSize = max(report.sealedSize, head.size)
        if trust.quorum > 0, witnesses(of: note, head, report: &report) >= trust.quorum {
            findings.witnessedSize = max(findings.witnessedSize ?? 0, head.size)
        }
    }

    /// How many of the witnesses signed a checkpoint.
    private func witnesses(
        of note: SignedNote, _ head: SealedHead, report: inout VerificationReport
    ) -> Int {
        do {
            // Each key counts once, however often it is named, and that of the log is no witness.
            return try note.verify(with: trust.witnesses.filter { $0.type == .cosignature }).count
        } catch {
            if error.code == .wrongSignature { report.add("the \(head.place): \(error)") }
            return 0
        }
    }
}
