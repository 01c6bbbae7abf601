internal import FoundationEssentials
internal import JWTKit
public import EventLog
internal import Wire

/// The public keys of whoever issues tokens (RFC 7517), read anew now and then, and when a token
/// names a key that is not there.
///
/// Taken from it are keys for EdDSA (Ed25519), ES256 and RS256; anything else in it is passed over,
/// and so are shared secrets: who may check a token could then make one.
public actor KeySet {
    /// Microseconds after which it is read anew, and before which it is not, whatever is asked.
    private static let longestAge: UInt64 = 300_000_000
    private static let shortestAge: UInt64 = 30_000_000

    private let fetch: @Sendable () async throws -> [UInt8]
    private let clock: LogClock
    private var keys: [PublicKey] = []
    private var tried: UInt64?

    /// - Parameter fetch: gives the set as JSON.
    public init(clock: LogClock = .system, fetch: @escaping @Sendable () async throws -> [UInt8]) {
        self.clock = clock
        self.fetch = fetch
    }

    /// The set in a file.
    public init(file path: String, clock: LogClock = .system) {
        self.init(clock: clock) {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw KeySetError("the key set \(path) cannot be read")
            }
            return Array(data)
        }
    }

    /// Reads the set. A program does so at its start, to say at once what is wrong with it.
    ///
    /// - Throws: `KeySetError` if there is no key in it that can be used, and what reading throws.
    ///   The keys of before are kept then.
    public func load() async throws {
        tried = clock.now()
        let read = try await PublicKey.all(inSet: fetch())
        if read.isEmpty {
            throw KeySetError("the key set has no key for EdDSA, ES256 or RS256")
        }
        keys = read
    }

    /// The keys that a token with this header may be signed with.
    func keys(for header: TokenHeader) async -> [PublicKey] {
        let fitting = keys.filter { $0.fits(header) }
        let now = clock.now()
        let age = tried.map { now > $0 ? now - $0 : 0 }
        guard let age, age < (fitting.isEmpty ? Self.shortestAge : Self.longestAge) else {
            // Who cannot be reached for a while does not shut everybody out.
            try? await load()
            return keys.filter { $0.fits(header) }
        }
        return fitting
    }
}

/// A key set that cannot be used.
public struct KeySetError: Error, Equatable, Sendable, CustomStringConvertible {
    public let message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}

/// One key of a set, with the one way of signing that it is taken for: no token chooses another.
struct PublicKey: Sendable {
    private static let keyLimit = 50
    private static let name: JWKIdentifier = "key"

    let keyID: String?
    let algorithm: String
    let verifier: JWTKeyCollection

    func fits(_ header: TokenHeader) -> Bool {
        algorithm == header.algorithm
            && (keyID == nil || header.keyID == nil || keyID == header.keyID)
    }

    static func all(inSet json: [UInt8]) async throws -> [PublicKey] {
        guard let set = try? JSONValue(json: json, takingLast: true),
            let members = set["keys"]?.arrayValue
        else { throw KeySetError("the key set is no JSON of the form {\"keys\": [...]}") }
        var keys: [PublicKey] = []
        for member in members.prefix(keyLimit) {
            guard let key = key(member) else { continue }
            let verifier = JWTKeyCollection()
            // A point that is on no curve, for example, is no reason to refuse the others.
            guard (try? await verifier.add(jwk: key.jwk)) != nil else { continue }
            keys.append(
                PublicKey(
                    keyID: member["kid"]?.stringValue, algorithm: key.algorithm,
                    verifier: verifier))
        }
        return keys
    }

    private static func key(_ member: JSONValue) -> (jwk: JWK, algorithm: String)? {
        if let use = member["use"]?.stringValue, use != "sig" { return nil }
        let x = member["x"]?.stringValue
        let key: (jwk: JWK, algorithm: String)
        switch (member["kty"]?.stringValue, member["crv"]?.stringValue) {
        case ("OKP", "Ed25519"):
            let jwk = JWK.octetKeyPair(.eddsa, identifier: name, x: x, y: nil, curve: .ed25519)
            key = (jwk, "EdDSA")
        case ("EC", "P-256"):
            let y = member["y"]?.stringValue
            key = (.ecdsa(.es256, identifier: name, x: x, y: y, curve: .p256), "ES256")
        case ("RSA", _):
            // Shorter ones than 2048 bits can be broken.
            guard let modulus = member["n"]?.stringValue,
                let bytes = Base64URL.decode(modulus), bytes.drop(while: { $0 == 0 }).count >= 256
            else { return nil }
            let exponent = member["e"]?.stringValue
            let jwk = JWK.rsa(.rs256, identifier: name, modulus: modulus, exponent: exponent)
            key = (jwk, "RS256")
        default: return nil
        }
        if let named = member["alg"]?.stringValue, named != key.algorithm { return nil }
        return key
    }
}
