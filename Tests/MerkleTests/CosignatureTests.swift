import Foundation
import Testing

@testable import Merkle

struct CosignatureTests {
    private static let vectors: CosignatureVectors = VectorFile.load("cosignature_v1")

    private func witnessKey() throws -> NoteSigningKey {
        try SignedNoteVectors.signingKey().forCosignatures(named: "witness.example/w1")
    }

    @Test func aPublishedCosignatureIsAKeyATimeAndASignature() throws {
        let vector = Self.vectors.published.signature
        let note = try SignedNote(parsing: "text\n\n\u{2014} remora.n621.de \(vector.base64)\n")
        let signature = try #require(note.signatures.first)
        #expect(signature.bytes.count == 72)
        #expect(UInt64(bigEndianBytes: signature.bytes.prefix(8)) == vector.timestamp)
    }

    @Test func aPublishedKeyHasItsType() throws {
        let published = Self.vectors.published
        let cosigner = try NoteVerificationKey(published.cosignerKey)
        let signer = try NoteVerificationKey(published.signerKey)
        #expect(cosigner.type == .cosignature)
        #expect(signer.type == .ed25519)
        #expect(cosigner.description == published.cosignerKey)
        #expect(signer.description == published.signerKey)
    }

    @Test(arguments: Self.vectors.published.badKeys)
    func aBadPublishedKeyIsRefused(_ text: String) {
        let error = #expect(throws: NoteError.self) { try NoteVerificationKey(text) }
        #expect(error?.code == .malformedKey)
    }

    @Test func aPlainSignatureIsNoCosignature() throws {
        let base64 = Self.vectors.published.plainSignature
        let plain = Array(try #require(Data(base64Encoded: base64)).dropFirst(4))
        #expect(plain.count == 64)
        let key = try NoteVerificationKey(Self.vectors.published.cosignerKey)
        let note = SignedNote(
            text: "text\n",
            signatures: [.init(name: key.name, keyID: key.keyID, bytes: plain)])
        let error = #expect(throws: NoteError.self) { try note.verify(with: [key]) }
        #expect(error?.code == .wrongSignature)
    }

    @Test func cosigningTheCheckpointGivesTheDerivedLine() throws {
        let vector = Self.vectors.derived
        let witness = try witnessKey()
        #expect(witness.verificationKey.description == vector.key)

        let checkpoint = try SignedNote(parsing: vector.checkpoint)
        let cosignature = try witness.sign(checkpoint.text, time: vector.timestamp)
        #expect(cosignature.line == vector.line)
        let log = try #require(checkpoint.signatures.first)
        let cosigned = SignedNote(text: checkpoint.text, signatures: [log, cosignature])
        #expect(cosigned.encoded == vector.checkpoint)
    }

    @Test func whatACosignatureSignsIsTheDerivedMessage() throws {
        let vector = Self.vectors.derived
        let note = try SignedNote(parsing: vector.checkpoint)
        let cosignature = try #require(note.signatures.last)
        let plain = try SignedNoteVectors.signingKey().sign(vector.message)
        #expect(Array(cosignature.bytes.dropFirst(8)) == plain.bytes)
    }

    @Test func theCosignedCheckpointVerifiesWithBothKeys() throws {
        let note = try SignedNote(parsing: Self.vectors.derived.checkpoint)
        let log = try NoteVerificationKey(TesseraLog.published.vkey)
        let cosigner = try NoteVerificationKey(Self.vectors.derived.key)
        let signers = try note.verify(with: [log, cosigner]).map(\.name)
        #expect(signers == [log.name, cosigner.name])
        #expect(try note.verify(with: [cosigner]).count == 1)
    }

    @Test func aCosignatureWithAnotherTimeIsRefused() throws {
        let key = try witnessKey()
        var note = SignedNote(text: "text\n", signatures: [])
        let cosignature = try key.sign("text\n", time: 5)
        let later = UInt64(6).bigEndianBytes + cosignature.bytes.dropFirst(8)
        note.add(.init(name: cosignature.name, keyID: cosignature.keyID, bytes: later))
        let error = #expect(throws: NoteError.self) {
            try note.verify(with: [key.verificationKey])
        }
        #expect(error?.code == .wrongSignature)
    }
}

private struct CosignatureVectors: Decodable {
    struct Signature: Decodable {
        let base64: String
        let timestamp: UInt64
    }

    struct Published: Decodable {
        let signature: Signature
        let cosignerKey: String
        let signerKey: String
        let badKeys: [String]
        let plainSignature: String

        enum CodingKeys: String, CodingKey {
            case signature = "signature_base64_with_timestamp"
            case cosignerKey = "vkey_alg_0x04"
            case signerKey = "vkey_alg_0x01"
            case badKeys = "bad_vkeys"
            case plainSignature = "plain_ed25519_signature_is_not_a_cosignature"
        }
    }

    struct Derived: Decodable {
        let timestamp: UInt64
        let message: String
        let key: String
        let line: String
        let checkpoint: String

        enum CodingKeys: String, CodingKey {
            case timestamp
            case message = "signed_message"
            case key = "vkey"
            case line = "cosignature_line"
            case checkpoint = "cosigned_checkpoint"
        }
    }

    let published: Published
    let derived: Derived

    enum CodingKeys: String, CodingKey {
        case published
        case derived = "derived_here"
    }
}
