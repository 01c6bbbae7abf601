import Testing

@testable import Merkle

/// A log that another implementation wrote: fifteen entries, and what it signed after each.
struct TesseraLogTests {
    private let log = TesseraLog.published

    @Test(arguments: TesseraLog.published.checkpoints)
    func aRootFollowsFromTheEntries(_ vector: TesseraLog.Head) throws {
        let root = try log.leaves.root(over: 0..<vector.size)
        #expect(root.description == vector.root)
        #expect(try Checkpoint(parsing: vector.note().text).root == root)
    }

    @Test(arguments: TesseraLog.published.checkpoints)
    func aCheckpointIsReadAndVerified(_ vector: TesseraLog.Head) throws {
        let note = try vector.note()
        try note.verify(with: [NoteVerificationKey(log.vkey)])
        let checkpoint = try Checkpoint(parsing: note.text)
        #expect(checkpoint.origin == log.origin)
        #expect(checkpoint.size == vector.size)
        #expect(checkpoint.extensionLines.isEmpty)
    }

    @Test(arguments: TesseraLog.published.checkpoints)
    func signingAgainGivesTheSameBytes(_ vector: TesseraLog.Head) throws {
        let key = try NoteSigningKey(secretText: log.skey)
        #expect(key.verificationKey.description == log.vkey)
        let checkpoint = Checkpoint(
            origin: log.origin, size: vector.size,
            root: try log.leaves.root(over: 0..<vector.size))
        #expect(try checkpoint.signed(by: key).encoded == vector.checkpoint)
    }

    @Test(arguments: TesseraLog.published.checkpoints.dropFirst())
    func everyCheckpointContinuesTheOnesBefore(_ vector: TesseraLog.Head) throws {
        let root = try MerkleHash.decoding(hex: vector.root)
        for old in log.checkpoints where 0 < old.size && old.size <= vector.size {
            let proof = try log.leaves.consistencyProof(from: old.size, to: vector.size)
            let isConsistent = MerkleProof.isConsistent(
                old: old.size, oldRoot: try .decoding(hex: old.root), new: vector.size,
                newRoot: root, proof: proof)
            #expect(isConsistent, "from \(old.size)")
        }
    }

    @Test(arguments: TesseraLog.published.files.keys.sorted())
    func aTileHasThePublishedBytes(at path: String) throws {
        let tile = try #require(TilePath(path))
        let width = try #require(tile.partialWidth)
        let entries = log.entries.prefix(width).map { Array($0.utf8) }
        let bytes: [UInt8]
        switch tile.content {
        case .hashes(let level):
            #expect(level == 0)
            bytes = entries.flatMap { MerkleHash.leaf($0).bytes }
        case .entries:
            bytes = entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
        }
        #expect(Hexadecimal.encode(bytes) == log.files[path])
        #expect(tile.partialWidth == TilePath.partialWidth(level: 0, size: UInt64(width)))
    }

    @Test func nothingOfTheLogIsLeftOut() {
        #expect(log.entries.count == 15)
        #expect(log.checkpoints.map(\.size) == Array(0...15))
        #expect(log.files.count == 6)
    }
}

struct TesseraLog: Decodable {
    static let published: TesseraLog = VectorFile.load("tlog_checkpoints_tessera")

    struct Head: Decodable, CustomTestStringConvertible {
        let size: UInt64
        let root: String
        let checkpoint: String

        enum CodingKeys: String, CodingKey {
            case size, checkpoint
            case root = "root_hex"
        }

        var testDescription: String { "size \(size)" }

        func note() throws -> SignedNote { try SignedNote(parsing: checkpoint) }
    }

    let origin: String
    let skey: String
    let vkey: String
    let entries: [String]
    let checkpoints: [Head]
    let files: [String: String]

    enum CodingKeys: String, CodingKey {
        case origin, skey, vkey, checkpoints
        case entries = "entries_utf8"
        case files = "files_hex"
    }

    var leaves: LeafHashes { LeafHashes(values: entries.map { Array($0.utf8) }) }
}
