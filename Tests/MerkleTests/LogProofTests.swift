import Testing

@testable import Merkle

struct LogProofTests {
    @Test(arguments: LogProofVectors.published.marshal)
    func aPublishedProofIsWrittenAndReadUnchanged(_ vector: LogProofVectors.Marshal) throws {
        let proof = LogProof(
            index: vector.index, path: try vector.hashes.map { try .decoding(base64: $0) },
            extra: vector.extra.map { Array($0.utf8) }, checkpoint: vector.checkpoint)
        #expect(proof.encoded == vector.want)
        #expect(try LogProof(parsing: vector.want) == proof)
    }

    @Test(arguments: LogProofVectors.published.errors)
    func aMalformedPublishedProofIsRefused(_ vector: [String]) throws {
        let text = try #require(vector.last)
        let error = #expect(throws: NoteError.self) { try LogProof(parsing: text) }
        #expect(error?.code == .malformedProof)
    }

    @Test(arguments: [
        "", "\n", "c2sp.org/tlog-proof@v1\nindex 0\n", "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 01\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex +1\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex  1\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\nextra AB==\nindex 0\n\ncheckpoint\n",
        "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\ncheckpoint\n",
        "\nc2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n",
    ])
    func aProofOfAnotherFormIsRefused(_ text: String) {
        let error = #expect(throws: NoteError.self) { try LogProof(parsing: text) }
        #expect(error?.code == .malformedProof)
    }

    @Test func aPathHasAtMostSixtyThreeHashes() throws {
        let longest = [MerkleHash](repeating: .emptyTree, count: 63)
        let proof = LogProof(index: 1, path: longest, checkpoint: "checkpoint\n")
        #expect(try LogProof(parsing: proof.encoded) == proof)

        let tooLong = LogProof(index: 1, path: longest + [.emptyTree], checkpoint: "checkpoint\n")
        let error = #expect(throws: NoteError.self) { try LogProof(parsing: tooLong.encoded) }
        #expect(error?.code == .malformedProof)
    }

    @Test(arguments: [[], [0], [0, 255, 10, 10]] as [[UInt8]])
    func extraBytesAreKept(_ extra: [UInt8]) throws {
        let proof = LogProof(index: 0, path: [], extra: extra, checkpoint: "checkpoint\n")
        #expect(try LogProof(parsing: proof.encoded).extra == extra)
    }

    @Test func emptyLinesOfTheCheckpointAreKept() throws {
        let proof = LogProof(index: 0, path: [], checkpoint: "one\n\ntwo\n\nthree\n")
        #expect(try LogProof(parsing: proof.encoded).checkpoint == "one\n\ntwo\n\nthree\n")
    }
}

/// The proof of one entry of a published log, from its text to the answer.
struct LogProofAnswerTests {
    private let vector = LogProofVectors.published.endToEnd

    private func answer(
        to proof: LogProof? = nil, value: String? = nil, key text: String? = nil
    ) throws -> Bool {
        let asked = try proof ?? LogProof(parsing: vector.proof)
        let key = try NoteVerificationKey(text ?? vector.vkey)
        return try asked.proves(Array((value ?? vector.entry).utf8), signedBy: [key])
    }

    private func changed(
        index: UInt64? = nil, path: [MerkleHash]? = nil, checkpoint: String? = nil
    ) throws -> LogProof {
        let proof = try LogProof(parsing: vector.proof)
        return LogProof(
            index: index ?? proof.index, path: path ?? proof.path,
            checkpoint: checkpoint ?? proof.checkpoint)
    }

    @Test func thePublishedProofProvesItsEntry() throws {
        #expect(try answer())
    }

    @Test func theProofIsTheOneTheLogGives() throws {
        let log = TesseraLog.published
        let path = try log.leaves.inclusionProof(of: 6, in: 0..<15)
        let checkpoint = try #require(log.checkpoints.last).checkpoint
        let proof = LogProof(index: 6, path: path, checkpoint: checkpoint)
        #expect(proof.encoded == vector.proof)
    }

    @Test(arguments: ["", "Seven", "seven ", "six"])
    func itProvesNoOtherValue(_ value: String) throws {
        #expect(try !answer(value: value))
    }

    @Test(arguments: [0, 5, 7, 14, 15, UInt64.max])
    func itProvesNothingAtAnotherIndex(index: UInt64) throws {
        #expect(try !answer(to: changed(index: index)))
    }

    @Test func aPathThatIsShorterLongerOrChangedProvesNothing() throws {
        let path = try LogProof(parsing: vector.proof).path
        #expect(try !answer(to: changed(path: Array(path.dropLast()))))
        #expect(try !answer(to: changed(path: path + [.emptyTree])))
        for position in path.indices {
            var flipped = path
            flipped[position] = path[position].flipping(bit: 17 * position)
            #expect(try !answer(to: changed(path: flipped)), "hash \(position)")
        }
    }

    @Test func aCheckpointByAnotherKeyThrows() {
        let other = NoteSigningKey(name: "example.com/log/testdata").verificationKey.description
        let error = #expect(throws: NoteError.self) { try answer(key: other) }
        #expect(error?.code == .noKnownSignature)
    }

    @Test func aChangedCheckpointThrows() throws {
        let text = try changed().checkpoint.replacing("\n15\n", with: "\n16\n")
        let proof = try changed(checkpoint: text)
        let error = #expect(throws: NoteError.self) { try answer(to: proof) }
        #expect(error?.code == .wrongSignature)
    }
}

struct LogProofVectors: Decodable {
    static let published: LogProofVectors = VectorFile.load("tlog_proof")

    struct Marshal: Decodable, CustomTestStringConvertible {
        let index: UInt64
        let hashes: [String]
        let extra: String?
        let checkpoint: String
        let want: String

        var testDescription: String { "index \(index)" }
    }

    struct EndToEnd: Decodable {
        let entry: String
        let vkey: String
        let proof: String

        enum CodingKeys: String, CodingKey {
            case vkey, proof
            case entry = "entry_utf8"
        }
    }

    let marshal: [Marshal]
    /// Pairs of what is wrong and a text.
    let errors: [[String]]
    let endToEnd: EndToEnd

    enum CodingKeys: String, CodingKey {
        case marshal
        case errors = "unmarshal_errors"
        case endToEnd = "derived_end_to_end"
    }
}
