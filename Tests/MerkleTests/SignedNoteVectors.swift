import Testing

@testable import Merkle

struct SignedNoteVectors: Decodable {
    static let published: SignedNoteVectors = VectorFile.load("signed_note")

    let keys: [KeyPair]
    let notes: [Note]
    let malformed: [Malformed]
    let badVkeys: [String]

    enum CodingKeys: String, CodingKey {
        case keys, notes, malformed
        case badVkeys = "bad_vkeys"
    }

    struct KeyPair: Decodable, CustomTestStringConvertible {
        let name: String
        let vkey: String
        let skey: String?

        var testDescription: String { name }
    }

    struct Note: Decodable, CustomTestStringConvertible {
        struct Repeat: Decodable {
            let text: String
            let line: String
            let count: Int

            enum CodingKeys: String, CodingKey {
                case text, count
                case line = "sig_line"
            }

            var note: String { text + "\n" + String(repeating: line, count: count) }
        }

        let desc: String
        let text: String?
        let plainNote: String?
        let noteRepeat: Repeat?
        let vkey: String?
        let vkeys: [String]?
        let verifies: Bool

        enum CodingKeys: String, CodingKey {
            case desc, text, vkey, vkeys, verifies
            case plainNote = "note"
            case noteRepeat = "note_repeat"
        }

        var testDescription: String { desc }

        func encoded() throws -> String {
            let note = plainNote ?? noteRepeat?.note
            return try #require(note)
        }

        func keys() throws -> [NoteVerificationKey] {
            try (vkeys ?? vkey.map { [$0] } ?? []).map { try NoteVerificationKey($0) }
        }
    }

    struct Malformed: Decodable, CustomTestStringConvertible {
        let desc: String
        let message: String?
        let base64: String?

        enum CodingKeys: String, CodingKey {
            case desc
            case message = "msg"
            case base64 = "msg_base64"
        }

        var testDescription: String { desc }
    }

    /// The key whose private half is published: for signing again what is published.
    static func signingKey() throws -> NoteSigningKey {
        let secret = published.keys.compactMap(\.skey).first
        return try NoteSigningKey(secretText: try #require(secret))
    }
}
