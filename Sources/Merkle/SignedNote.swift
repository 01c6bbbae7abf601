internal import FoundationEssentials

/// Why a note, a key or a checkpoint is refused.
public struct NoteError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        case malformedNote
        case malformedKey
        /// A key that is known signed something else than this text.
        case wrongSignature
        /// No signature is by a key that is known.
        case noKnownSignature
        case malformedCheckpoint
        /// The root of a checkpoint is not 32 bytes.
        case rootLength
        case malformedProof
    }

    public let code: Code
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public static func == (left: NoteError, right: NoteError) -> Bool { left.code == right.code }
    public var description: String { message }
}

/// A text with signatures under it (C2SP signed-note v1.0.0). Parsing checks the form only: what
/// the text says is trusted after `verify`.
public struct SignedNote: Equatable, Sendable {
    /// One signature line: `— <name> <base64(key id ‖ signature)>`.
    public struct Signature: Equatable, Sendable {
        public let name: String
        public let keyID: UInt32
        public let bytes: [UInt8]

        var line: String {
            "\u{2014} \(name) \(Data(keyID.bigEndianBytes + bytes).base64EncodedString())\n"
        }
    }

    /// The most signatures a note may have, so that a hostile one costs little.
    public static let maximumSignatures = 100

    /// Ends with a newline.
    public let text: String
    public private(set) var signatures: [Signature]

    public init(text: String, signatures: [Signature]) {
        precondition(text.hasSuffix("\n"), "The text of a note ends with a newline.")
        self.text = text
        self.signatures = signatures
    }

    public init(parsing note: String) throws(NoteError) {
        // Bytes, not characters: Swift takes "\r\n" for one character.
        let bytes = Array(note.utf8)
        guard !bytes.contains(where: { $0 < 0x20 && $0 != 0x0a }) else {
            throw NoteError(.malformedNote, "a note has no control characters but newlines")
        }
        let separator = bytes.indices.dropFirst().last { bytes[$0] == 10 && bytes[$0 - 1] == 10 }
        guard let separator, bytes.last == 10, separator < bytes.count - 1 else {
            throw NoteError(.malformedNote, "a note is a text, an empty line and signatures")
        }
        self.text = String(decoding: bytes[..<separator], as: UTF8.self)
        let lines = bytes[(separator + 1)...].dropLast().split(
            separator: 10, omittingEmptySubsequences: false)
        guard lines.count <= Self.maximumSignatures else {
            throw NoteError(.malformedNote, "a note has at most 100 signatures")
        }
        self.signatures = []
        for line in lines { signatures.append(try Signature(parsing: line)) }
    }

    public mutating func add(_ signature: Signature) { signatures.append(signature) }

    /// The note as it is stored and sent.
    public var encoded: String { text + "\n" + signatures.map(\.line).joined() }

    /// The signatures by keys that are known, at least one.
    ///
    /// - Throws: `.wrongSignature` if a known key did not sign this text; `.noKnownSignature`.
    @discardableResult
    public func verify(with keys: [NoteVerificationKey]) throws(NoteError) -> [Signature] {
        var good: [Signature] = []
        for signature in signatures {
            let known = keys.first { $0.isNamed(signature.name, signature.keyID) }
            guard let known, !good.contains(where: { known.isNamed($0.name, $0.keyID) }) else {
                continue
            }
            guard known.accepts(signature.bytes, over: text) else {
                throw NoteError(
                    .wrongSignature, "the signature of \(known.name) does not fit the text")
            }
            good.append(signature)
        }
        if good.isEmpty {
            throw NoteError(.noKnownSignature, "no signature is by a key that is known")
        }
        return good
    }
}

extension SignedNote.Signature {
    init(parsing line: ArraySlice<UInt8>) throws(NoteError) {
        let text = String(decoding: line, as: UTF8.self)
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\u{2014}", NoteName.isValid(parts[1]),
            let blob = StrictBase64.decode(parts[2]), blob.count >= 5
        else { throw NoteError(.malformedNote, "not a signature line") }
        self.name = String(parts[1])
        self.keyID = UInt32(bigEndianBytes: blob.prefix(4))
        self.bytes = Array(blob.dropFirst(4))
    }
}

enum NoteName {
    static func isValid(_ name: some StringProtocol) -> Bool {
        !name.isEmpty
            && !name.unicodeScalars.contains { $0 == "+" || $0.properties.isWhitespace }
    }
}

/// Base64 that has exactly one spelling for each value.
enum StrictBase64 {
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(text)), data.base64EncodedString() == text
        else { return nil }
        return Array(data)
    }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (24 - 8 * $0)) } }

    init(bigEndianBytes bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension UInt64 {
    public var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }

    /// Inlinable, since a log's rows are read with it: unspecialized it costs more than all else.
    @inlinable public init(bigEndianBytes bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
