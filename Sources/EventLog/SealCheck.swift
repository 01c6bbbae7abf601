internal import LMDB
internal import Merkle

/// Compares the checkpoints, inside and outside, with the tree as it grows.
struct SealCheck {
    private var expected: [(checkpoint: Checkpoint, place: String)] = []
    private var next = 0

    init() {}

    /// Reads the checkpoints and checks their signatures.
    init(
        reader: EventReader, log: LogFile, outside: OutsideCheckpoints?, outsideNote: [UInt8]?,
        in transaction: borrowing ReadTransaction, report: inout VerificationReport
    ) throws {
        let inner = Self.key(in: reader.directory.keys)
        let outer = outside.flatMap { Self.key(in: $0.directory) }
        // The key outside is the one to trust: whoever changes the log can change the key in it.
        guard let key = outer ?? inner else {
            // A log whose maker died has no key yet, and nothing that needs one.
            if try transaction.count(of: log.checkpoints) > 0 || outsideNote != nil {
                report.add("the public key of the checkpoints is missing or damaged")
            }
            return
        }
        if let inner, let outer, inner != outer {
            report.add("the public key inside differs from the one kept outside")
        }
        try transaction.forEach(in: log.checkpoints) { size, stored in
            let note = stored.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            let place = "checkpoint of size \(Self.size(of: size))"
            add(note, place: place, key: key, origin: reader.origin, report: &report)
            return .continue
        }
        report.checkpoints = expected.count
        if let outsideNote {
            let text = String(decoding: outsideNote, as: UTF8.self)
            let count = expected.count
            add(text, place: "checkpoint outside", key: key, origin: reader.origin, report: &report)
            if expected.count > count { report.outsideSize = expected[count].checkpoint.size }
        }
        expected.sort { $0.checkpoint.size < $1.checkpoint.size }
    }

    private static func key(in folder: String) -> NoteVerificationKey? {
        do {
            return try CheckpointSigner.verificationKey(in: folder)
        } catch {
            return nil
        }
    }

    private static func size(of key: Key) -> UInt64 {
        guard case .bytes(let bytes) = key else { return 0 }
        return UInt64(bigEndianBytes: bytes)
    }

    private mutating func add(
        _ text: String, place: String, key: NoteVerificationKey, origin: String,
        report: inout VerificationReport
    ) {
        do {
            let note = try SignedNote(parsing: text)
            try note.verify(with: [key])
            let checkpoint = try Checkpoint(parsing: note.text)
            if checkpoint.origin == origin {
                expected.append((checkpoint, place))
            } else {
                report.add("the \(place) is of another log, \(checkpoint.origin)")
            }
        } catch {
            report.add("the \(place) is not valid: \(error)")
        }
    }

    /// Compares the checkpoints whose size the tree has just reached.
    mutating func check(tree: MerkleFrontier, report: inout VerificationReport) {
        while next < expected.count, expected[next].checkpoint.size <= tree.count {
            let (checkpoint, place) = expected[next]
            next += 1
            if checkpoint.size == tree.count, checkpoint.root == tree.root {
                report.sealedSize = checkpoint.size
            } else if checkpoint.size == tree.count {
                report.add(
                    "the \(place) has another root: an event up to this one was changed after it "
                        + "was sealed", at: checkpoint.size)
            }
        }
    }

    /// What was not reached was cut off.
    func finish(report: inout VerificationReport) {
        for (checkpoint, place) in expected[next...] where checkpoint.size > report.head.position {
            report.add(
                "the log ends at position \(report.head.position), but the \(place) covers "
                    + "\(checkpoint.size): the events after it are missing",
                at: report.head.position + 1)
        }
    }
}
