import Testing

@testable import Merkle

struct CheckpointTests {
    private static let vectors: CheckpointVectors = VectorFile.load("checkpoint_parse")
    private static let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

    /// The publisher reads the lines only: its roots are sentences, and no 32 bytes.
    @Test(arguments: Self.vectors.valid)
    func aPublishedCheckpointIsRefusedForTheLengthOfItsRootAlone(
        _ vector: CheckpointVectors.Valid
    ) throws {
        let body = vector.body
        let error = #expect(throws: NoteError.self) { try Checkpoint(parsing: body) }
        #expect(error?.code == .rootLength)

        let repaired = body.replacing(vector.root, with: Self.root)
        let checkpoint = try Checkpoint(parsing: repaired)
        #expect(checkpoint.origin == vector.origin)
        #expect(checkpoint.size == vector.size)
        #expect(checkpoint.root == .emptyTree)
        #expect(checkpoint.extensionLines.map { $0 + "\n" }.joined() == vector.rest)
        #expect(checkpoint.text == repaired)
    }

    @Test(arguments: Self.vectors.invalid)
    func anInvalidPublishedCheckpointIsRefused(_ vector: CheckpointVectors.Invalid) {
        let body = vector.body
        let error = #expect(throws: NoteError.self) { try Checkpoint(parsing: body) }
        #expect(error?.code == .malformedCheckpoint)
    }

    @Test(arguments: Self.vectors.strictlyInvalid)
    func whatTheSpecificationForbidsIsRefused(_ vector: CheckpointVectors.Invalid) {
        let body = vector.body
        let expected: NoteError.Code =
            vector.desc == "root hash not 32 bytes" ? .rootLength : .malformedCheckpoint
        let error = #expect(throws: NoteError.self) { try Checkpoint(parsing: body) }
        #expect(error?.code == expected)
    }

    @Test(arguments: [
        "", "\n", "log", "log\n0", "log\n0\n\(Self.root)", "log\n0\n\(Self.root)\nextension",
        "log\n0\n\(Self.root.dropLast())\n", "log\n0\n \(Self.root)\n", "log\n0 \n\(Self.root)\n",
        "log\n-0\n\(Self.root)\n", "log\n18446744073709551616\n\(Self.root)\n",
        "log\n0\r\n\(Self.root)\n",
        "log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "log\n0\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    ])
    func aTextOfAnotherFormIsRefused(_ text: String) {
        let error = #expect(throws: NoteError.self) { try Checkpoint(parsing: text) }
        #expect(error?.code == .malformedCheckpoint)
    }

    @Test func theGreatestSizeIsRead() throws {
        let checkpoint = try Checkpoint(parsing: "log\n\(UInt64.max)\n\(Self.root)\n")
        #expect(checkpoint.size == .max)
    }

    @Test func aSignedCheckpointIsReadBack() throws {
        let key = NoteSigningKey(name: "example.com/log")
        let checkpoint = Checkpoint(
            origin: "example.com/log", size: 3, root: .leaf([1]), extensionLines: ["more"])
        let note = try SignedNote(parsing: checkpoint.signed(by: key).encoded)
        try note.verify(with: [key.verificationKey])
        #expect(try Checkpoint(parsing: note.text) == checkpoint)
    }
}

struct CheckpointVectors: Decodable {
    struct Valid: Decodable, CustomTestStringConvertible {
        let desc: String
        let body: String
        let origin: String
        let size: UInt64
        let root: String
        let rest: String

        enum CodingKeys: String, CodingKey {
            case desc, body, origin, size, rest
            case root = "root_base64"
        }

        var testDescription: String { desc }
    }

    struct Invalid: Decodable, CustomTestStringConvertible {
        let desc: String
        let body: String

        var testDescription: String { desc }
    }

    let valid: [Valid]
    let invalid: [Invalid]
    let strictlyInvalid: [Invalid]

    enum CodingKeys: String, CodingKey {
        case valid, invalid
        case strictlyInvalid = "strict_invalid_per_C2SP_derived"
    }
}
