internal import Crypto
internal import FoundationEssentials

/// What a key signs: the note itself, or a witness's statement of having seen it at some time.
public enum NoteKeyType: UInt8, Sendable {
    /// Ed25519 over the text.
    case ed25519 = 0x01
    /// A witness's timestamped Ed25519 cosignature (C2SP tlog-cosignature v1).
    case cosignature = 0x04
}

/// The public half of a signer's key, written `<name>+<8 hex digits>+<base64(type ‖ key)>`.
public struct NoteVerificationKey: Equatable, Sendable, CustomStringConvertible {
    public let name: String
    public let type: NoteKeyType
    /// The first four bytes of `SHA-256(name ‖ 0A ‖ type ‖ key)`.
    public let keyID: UInt32
    let publicKey: [UInt8]

    public init(_ text: String) throws(NoteError) {
        // The name holds no plus, but base64 may.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, NoteName.isValid(parts[0]), parts[1].utf8.count == 8,
            let id = Hexadecimal.decode(parts[1]), let key = StrictBase64.decode(parts[2]),
            let first = key.first, let type = NoteKeyType(rawValue: first), key.count == 33
        else { throw NoteError(.malformedKey, "not a key of the form name+id+base64: \(text)") }
        self.init(name: String(parts[0]), type: type, publicKey: Array(key.dropFirst()))
        guard keyID == UInt32(bigEndianBytes: id), Hexadecimal.encode(id) == parts[1] else {
            throw NoteError(.malformedKey, "the id of the key of \(name) does not fit the key")
        }
    }

    init(name: String, type: NoteKeyType, publicKey: [UInt8]) {
        self.name = name
        self.type = type
        self.publicKey = publicKey
        let digest = SHA256.hash(data: Array(name.utf8) + [0x0a, type.rawValue] + publicKey)
        self.keyID = UInt32(bigEndianBytes: digest.prefix(4))
    }

    /// Byte by byte: names that only look alike are other names.
    func isNamed(_ name: String, _ keyID: UInt32) -> Bool {
        self.keyID == keyID && self.name.utf8.elementsEqual(name.utf8)
    }

    public var description: String {
        let key = Data([type.rawValue] + publicKey).base64EncodedString()
        return "\(name)+\(Hexadecimal.encode(keyID.bigEndianBytes))+\(key)"
    }

    func accepts(_ signature: [UInt8], over text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        switch type {
        case .ed25519:
            return key.isValidSignature(signature, for: Array(text.utf8))
        case .cosignature:
            guard signature.count == 72 else { return false }
            let time = UInt64(bigEndianBytes: signature.prefix(8))
            let statement = CosignatureStatement(text: text, time: time)
            return key.isValidSignature(signature.dropFirst(8), for: statement.bytes)
        }
    }
}

/// The private half, written `PRIVATE+KEY+<name>+<8 hex digits>+<base64(type ‖ seed)>`.
///
/// It is never printed: `secretText` is for the one file that keeps it.
public struct NoteSigningKey: Sendable {
    public let verificationKey: NoteVerificationKey
    private let seed: [UInt8]

    /// A new key from the system's source of randomness.
    public init(name: String) {
        precondition(NoteName.isValid(name), "The name of a key has no spaces and no plus.")
        self.init(name: name, type: .ed25519, key: Curve25519.Signing.PrivateKey())
    }

    public init(secretText: String) throws(NoteError) {
        let parts = secretText.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY",
            NoteName.isValid(parts[2]),
            let bytes = StrictBase64.decode(parts[4]), bytes.count == 33,
            let type = NoteKeyType(rawValue: bytes[0]),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
        else { throw NoteError(.malformedKey, "not a signing key") }
        self.init(name: String(parts[2]), type: type, key: key)
        guard Hexadecimal.encode(verificationKey.keyID.bigEndianBytes) == parts[3] else {
            throw NoteError(.malformedKey, "the id of the signing key does not fit the key")
        }
    }

    private init(name: String, type: NoteKeyType, key: Curve25519.Signing.PrivateKey) {
        self.seed = Array(key.rawRepresentation)
        self.verificationKey = NoteVerificationKey(
            name: name, type: type, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// The same key as a witness uses it for cosignatures.
    public func forCosignatures(named name: String) throws(NoteError) -> NoteSigningKey {
        guard NoteName.isValid(name),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { throw NoteError(.malformedKey, "not a name for a signing key") }
        return NoteSigningKey(name: name, type: .cosignature, key: key)
    }

    public var secretText: String {
        let key = verificationKey
        let secret = Data([key.type.rawValue] + seed).base64EncodedString()
        return "PRIVATE+KEY+\(key.name)+\(Hexadecimal.encode(key.keyID.bigEndianBytes))+\(secret)"
    }

    /// - Parameter time: seconds since 1970, for a cosignature; a plain signature has no time.
    public func sign(_ text: String, time: UInt64 = 0) throws -> SignedNote.Signature {
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        let bytes: [UInt8]
        switch verificationKey.type {
        case .ed25519:
            bytes = Array(try key.signature(for: Array(text.utf8)))
        case .cosignature:
            let statement = CosignatureStatement(text: text, time: time)
            bytes = time.bigEndianBytes + Array(try key.signature(for: statement.bytes))
        }
        return SignedNote.Signature(
            name: verificationKey.name, keyID: verificationKey.keyID, bytes: bytes)
    }
}

/// What a witness signs over a checkpoint.
private struct CosignatureStatement {
    let text: String
    let time: UInt64

    var bytes: [UInt8] { Array("cosignature/v1\ntime \(time)\n\(text)".utf8) }
}
