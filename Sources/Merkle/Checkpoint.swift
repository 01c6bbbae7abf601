internal import FoundationEssentials

/// The size and the root of a log at some moment, as a log signs it (C2SP tlog-checkpoint v1.0.0).
public struct Checkpoint: Equatable, Sendable {
    /// Which log: never the same for two logs.
    public let origin: String
    public let size: UInt64
    public let root: MerkleHash
    public let extensionLines: [String]

    public init(origin: String, size: UInt64, root: MerkleHash, extensionLines: [String] = []) {
        precondition(
            ([origin] + extensionLines).allSatisfy { !$0.isEmpty && !$0.utf8.contains(10) },
            "The lines of a checkpoint are not empty and have no newline.")
        self.origin = origin
        self.size = size
        self.root = root
        self.extensionLines = extensionLines
    }

    /// Reads the text of a note.
    public init(parsing text: String) throws(NoteError) {
        let lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 4, lines.last == "", lines.dropLast().allSatisfy({ !$0.isEmpty }),
            let size = UInt64(lines[1]), String(size) == lines[1],
            let root = StrictBase64.decode(lines[2])
        else {
            throw NoteError(.malformedCheckpoint, "a checkpoint is an origin, a size and a root")
        }
        guard let root = MerkleHash(root) else {
            throw NoteError(.rootLength, "the root of a checkpoint has 32 bytes")
        }
        self.init(
            origin: lines[0], size: size, root: root,
            extensionLines: Array(lines[3..<(lines.count - 1)]))
    }

    /// The text that is signed.
    public var text: String {
        ([origin, String(size), Data(root.bytes).base64EncodedString()] + extensionLines)
            .map { $0 + "\n" }.joined()
    }

    public func signed(by key: NoteSigningKey) throws -> SignedNote {
        SignedNote(text: text, signatures: [try key.sign(text)])
    }
}

/// That a leaf is in a log, in one file that needs nothing else (C2SP tlog-proof v1).
public struct LogProof: Equatable, Sendable {
    private static let header = "c2sp.org/tlog-proof@v1"

    public let index: UInt64
    public let path: [MerkleHash]
    /// Bytes for the application, not covered by the proof.
    public let extra: [UInt8]?
    /// A signed note. Nothing of it is checked by parsing.
    public let checkpoint: String

    public init(index: UInt64, path: [MerkleHash], extra: [UInt8]? = nil, checkpoint: String) {
        self.index = index
        self.path = path
        self.extra = extra
        self.checkpoint = checkpoint
    }

    public init(parsing text: String) throws(NoteError) {
        let malformed = NoteError(.malformedProof, "not a log proof")
        let all = text.utf8.split(separator: 10, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard let end = all.firstIndex(of: ""), end + 2 < all.count else { throw malformed }
        var lines = all[..<end]
        guard lines.popFirst() == Self.header else { throw malformed }
        var extra: [UInt8]?
        if let line = lines.first, line.hasPrefix("extra ") {
            guard let bytes = StrictBase64.decode(line.dropFirst(6)) else { throw malformed }
            extra = bytes
            lines.removeFirst()
        }
        guard let line = lines.popFirst(), line.hasPrefix("index "),
            let index = UInt64(line.dropFirst(6)), String(index) == line.dropFirst(6)
        else { throw malformed }
        let path = lines.compactMap { line in
            StrictBase64.decode(line).flatMap { MerkleHash($0) }
        }
        guard path.count == lines.count, path.count <= 63 else { throw malformed }
        self.init(
            index: index, path: path, extra: extra,
            checkpoint: all[(end + 1)...].joined(separator: "\n"))
    }

    public var encoded: String {
        let extraLine = extra.map { "extra \(Data($0).base64EncodedString())\n" } ?? ""
        let hashes = path.map { Data($0.bytes).base64EncodedString() + "\n" }.joined()
        return "\(Self.header)\n\(extraLine)index \(index)\n\(hashes)\n\(checkpoint)"
    }

    /// Whether `value` is leaf `index` of the log that `keys` signed. Pass keys of that log only: a
    /// witness's signature alone says nothing of who keeps the log.
    ///
    /// - Throws: `NoteError` if the checkpoint is not one, or not by one of the keys.
    public func proves(
        _ value: [UInt8], signedBy keys: [NoteVerificationKey]
    ) throws(NoteError) -> Bool {
        let note = try SignedNote(parsing: checkpoint)
        try note.verify(with: keys)
        let head = try Checkpoint(parsing: note.text)
        return MerkleProof.isIncluded(
            .leaf(value), at: index, inTreeOfSize: head.size, root: head.root, proof: path)
    }
}
