import Foundation
import Testing

@testable import Merkle

struct SignedNoteTests {
    private static let vectors = SignedNoteVectors.published

    @Test(arguments: Self.vectors.notes.filter(\.verifies))
    func aPublishedNoteIsReadWrittenAndVerified(_ vector: SignedNoteVectors.Note) throws {
        let note = try SignedNote(parsing: vector.encoded())
        let keys = try vector.keys()
        #expect(note.text == vector.text)
        #expect(try note.encoded == vector.encoded())
        #expect(try note.verify(with: keys).count == keys.count)
        for key in keys {
            let signatures = try note.verify(with: [key])
            #expect(signatures.map(\.keyID) == [key.keyID])
        }
    }

    @Test(arguments: Self.vectors.notes.filter { !$0.verifies })
    func aBadPublishedNoteIsRefused(_ vector: SignedNoteVectors.Note) throws {
        let (encoded, keys) = (try vector.encoded(), try vector.keys())
        let expected: NoteError.Code = vector.noteRepeat == nil ? .wrongSignature : .malformedNote
        let error = #expect(throws: NoteError.self) {
            try SignedNote(parsing: encoded).verify(with: keys)
        }
        #expect(error?.code == expected)
    }

    @Test func signingThePublishedTextGivesThePublishedNote() throws {
        let key = try SignedNoteVectors.signingKey()
        let vector = try #require(Self.vectors.notes.first)
        let text = try #require(vector.text)
        let note = SignedNote(text: text, signatures: [try key.sign(text)])
        #expect(note.encoded == vector.plainNote)
    }

    @Test(arguments: Self.vectors.malformed.filter { $0.message != nil })
    func aMalformedNoteIsRefused(_ vector: SignedNoteVectors.Malformed) throws {
        let message = try #require(vector.message)
        let error = #expect(throws: NoteError.self) { try SignedNote(parsing: message) }
        #expect(error?.code == .malformedNote)
    }

    @Test(arguments: Self.vectors.malformed.filter { $0.base64 != nil })
    func aNoteThatIsNotUTF8IsNoString(_ vector: SignedNoteVectors.Malformed) throws {
        let base64 = try #require(vector.base64)
        let bytes = try #require(Data(base64Encoded: base64))
        #expect(String(validating: bytes, as: UTF8.self) == nil)
        let repaired = try SignedNote(parsing: String(decoding: bytes, as: UTF8.self))
        let key = try SignedNoteVectors.signingKey().verificationKey
        let error = #expect(throws: NoteError.self) { try repaired.verify(with: [key]) }
        #expect(error?.code == .wrongSignature)
    }

    @Test func noMalformedVectorIsLeftOut() {
        let malformed = Self.vectors.malformed
        #expect(malformed.count == 7)
        #expect(malformed.allSatisfy { ($0.message == nil) != ($0.base64 == nil) })
    }
}

/// Rules of signed notes that the published vectors do not reach.
struct SignedNoteRuleTests {
    private let text = "first\n\nlast\n"

    private func note(signedBy keys: NoteSigningKey...) throws -> SignedNote {
        SignedNote(text: text, signatures: try keys.map { try $0.sign(text) })
    }

    private func code(_ note: SignedNote, _ keys: [NoteSigningKey]) -> NoteError.Code? {
        do throws(NoteError) {
            try note.verify(with: keys.map(\.verificationKey))
            return nil
        } catch {
            return error.code
        }
    }

    @Test func theTextEndsAtTheLastEmptyLine() throws {
        let key = NoteSigningKey(name: "log")
        let read = try SignedNote(parsing: note(signedBy: key).encoded)
        #expect(read.text == text)
        #expect(code(read, [key]) == nil)
    }

    @Test(arguments: [16, 100])
    func manySignaturesAreAccepted(count: Int) throws {
        let key = NoteSigningKey(name: "log")
        let signature = try key.sign(text)
        let many = SignedNote(text: text, signatures: Array(repeating: signature, count: count))
        let read = try SignedNote(parsing: many.encoded)
        #expect(read.signatures.count == count)
        #expect(try read.verify(with: [key.verificationKey]).count == 1)
    }

    @Test func aSignatureByAnUnknownKeyIsIgnored() throws {
        let (known, other) = (NoteSigningKey(name: "log"), NoteSigningKey(name: "log"))
        let (both, one) = (try note(signedBy: other, known), try note(signedBy: other))
        #expect(code(both, [known]) == nil)
        #expect(code(one, [known]) == .noKnownSignature)
        #expect(code(both, []) == .noKnownSignature)
    }

    @Test func oneWrongSignatureByAKnownKeyRefusesTheNote() throws {
        let (good, bad) = (NoteSigningKey(name: "log"), NoteSigningKey(name: "witness"))
        var signed = try note(signedBy: good)
        signed.add(try bad.sign("another text\n"))
        #expect(code(signed, [good]) == nil)
        #expect(code(signed, [good, bad]) == .wrongSignature)
    }

    @Test func aChangedTextIsRefused() throws {
        let key = NoteSigningKey(name: "log")
        let changed = SignedNote(text: "first\n\nlast!\n", signatures: [try key.sign(text)])
        #expect(code(changed, [key]) == .wrongSignature)
    }

    @Test func aSignatureWithAFlippedBitIsRefused() throws {
        let key = NoteSigningKey(name: "log")
        let signature = try key.sign(text)
        for bit in 0..<512 {
            var bytes = signature.bytes
            bytes[bit / 8] ^= UInt8(1) << UInt8(bit % 8)
            let changed = SignedNote.Signature(
                name: signature.name, keyID: signature.keyID, bytes: bytes)
            let note = SignedNote(text: text, signatures: [changed])
            #expect(code(note, [key]) == .wrongSignature, "bit \(bit)")
        }
    }

    @Test(arguments: [0, 1, 63, 65, 128])
    func aSignatureOfAnotherLengthIsRefused(count: Int) throws {
        let key = NoteSigningKey(name: "log")
        let signature = SignedNote.Signature(
            name: "log", keyID: key.verificationKey.keyID,
            bytes: [UInt8](repeating: 1, count: count))
        let note = SignedNote(text: text, signatures: [signature])
        #expect(code(note, [key]) == .wrongSignature)
    }

    @Test(arguments: [
        "text\r\n\n\u{2014} log AAAAAAA=\n",
        "text\n\n\u{2014} log AAAA\n",
        "text\n\n\u{2014} log AAAAAA==\n",
        "text\n\n\u{2014} log AAAAAAB=\n",
        "text\n\n\u{2014}  log AAAAAAA=\n",
        "text\n\n- log AAAAAAA=\n",
        "text\n\n\u{2014} l+g AAAAAAA=\n",
        "text\n\n\u{2014} l\u{00a0}g AAAAAAA=\n",
        "text\n\n\u{2014} log AAAAAAA=\r\n",
        "text\n\n\u{2014} log AAAAAAA=\n\u{2014} log\n",
        "\n\n",
        "\n",
        "",
    ])
    func aNoteOfAnotherFormIsRefused(_ note: String) {
        let error = #expect(throws: NoteError.self) { try SignedNote(parsing: note) }
        #expect(error?.code == .malformedNote)
    }

    @Test func theShortestSignatureHasOneByte() throws {
        let note = try SignedNote(parsing: "text\n\n\u{2014} log AAAAAAA=\n")
        #expect(note.signatures.map(\.bytes) == [[0]])
    }

    @Test func aTextWithoutItsNewlineTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = SignedNote(text: "text", signatures: [])
        }
    }
}
