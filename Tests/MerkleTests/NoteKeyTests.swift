import Testing

@testable import Merkle

struct NoteKeyTests {
    private static let vectors = SignedNoteVectors.published

    @Test(arguments: Self.vectors.keys)
    func aPublishedKeyIsReadAndWrittenUnchanged(_ vector: SignedNoteVectors.KeyPair) throws {
        let key = try NoteVerificationKey(vector.vkey)
        #expect(key.name == vector.name)
        #expect(key.type == .ed25519)
        #expect(key.description == vector.vkey)
    }

    @Test func aPublishedSigningKeyIsReadAndWrittenUnchanged() throws {
        let pair = Self.vectors.keys.first { $0.skey != nil }
        let vector = try #require(pair)
        let key = try SignedNoteVectors.signingKey()
        #expect(key.secretText == vector.skey)
        #expect(key.verificationKey.description == vector.vkey)
    }

    @Test(arguments: Self.vectors.badVkeys)
    func aBadPublishedKeyIsRefused(_ text: String) {
        let error = #expect(throws: NoteError.self) { try NoteVerificationKey(text) }
        #expect(error?.code == .malformedKey)
    }

    @Test(arguments: Self.vectors.keys)
    func noStrictSubstringOfAKeyIsAKey(_ vector: SignedNoteVectors.KeyPair) {
        let characters = Array(vector.vkey)
        for start in characters.indices {
            for end in start...characters.count where end - start < characters.count {
                let part = String(characters[start..<end])
                let key = try? NoteVerificationKey(part)
                #expect(key == nil, "\(part)")
            }
        }
    }

    @Test(arguments: Self.vectors.keys)
    func noKeyWithOneByteIncrementedIsAKey(_ vector: SignedNoteVectors.KeyPair) {
        let bytes = Array(vector.vkey.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] += 1
            let text = String(decoding: changed, as: UTF8.self)
            let key = try? NoteVerificationKey(text)
            #expect(key == nil, "\(text)")
        }
    }

    @Test func aNewKeySurvivesItsText() throws {
        let key = NoteSigningKey(name: "example.com/log")
        let read = try NoteSigningKey(secretText: key.secretText)
        #expect(read.secretText == key.secretText)
        #expect(read.verificationKey == key.verificationKey)
        #expect(try NoteVerificationKey(key.verificationKey.description) == key.verificationKey)
        let note = SignedNote(text: "text\n", signatures: [try read.sign("text\n")])
        #expect(try note.verify(with: [key.verificationKey]).count == 1)
    }

    @Test func twoNewKeysDiffer() {
        let (one, other) = (NoteSigningKey(name: "log"), NoteSigningKey(name: "log"))
        #expect(one.secretText != other.secretText)
        #expect(one.verificationKey != other.verificationKey)
    }

    @Test func noSigningKeyWithOneByteIncrementedIsAKey() throws {
        let key = try SignedNoteVectors.signingKey()
        let bytes = Array(key.secretText.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] += 1
            let text = String(decoding: changed, as: UTF8.self)
            let read = try? NoteSigningKey(secretText: text)
            #expect(read == nil, "byte \(index)")
        }
    }

    @Test(arguments: ["", "PRIVATE+KEY", "PRIVATE+KEY+log+00000000+", "PRIVATE+KEY+log+0+AQ=="])
    func whatIsNoSigningKeyIsRefused(_ text: String) {
        let error = #expect(throws: NoteError.self) { try NoteSigningKey(secretText: text) }
        #expect(error?.code == .malformedKey)
    }

    @Test func anErrorAboutASigningKeyDoesNotShowIt() throws {
        let secret = try SignedNoteVectors.signingKey().secretText
        let seed = try #require(secret.split(separator: "+").last)
        let wrong = secret.replacing("c74f20a3", with: "c74f20a4")
        let error = #expect(throws: NoteError.self) { try NoteSigningKey(secretText: wrong) }
        let message = try #require(error).message
        #expect(!message.contains(seed))
    }

    @Test func aNameWithASpaceOrAPlusTraps() async {
        await #expect(processExitsWith: .failure) { _ = NoteSigningKey(name: "a log") }
        await #expect(processExitsWith: .failure) { _ = NoteSigningKey(name: "a+log") }
        await #expect(processExitsWith: .failure) { _ = NoteSigningKey(name: "") }
    }
}
