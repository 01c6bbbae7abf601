internal import FoundationEssentials
internal import JWTKit

/// A token that was made, and its id, by which it can be revoked.
public struct IssuedToken: Equatable, Sendable {
    public let token: String
    public let tokenID: String
    /// Microseconds since 1970.
    public let expires: UInt64
}

/// Makes tokens with the secret that the server checks them by.
public struct TokenIssuer: Sendable {
    public enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        case badSubject
        case badLifetime

        public var description: String {
            switch self {
            case .badSubject: "a subject has 1 to 256 bytes, and not only spaces"
            case .badLifetime: "a token lasts from one second to 90 days"
            }
        }
    }

    private let secret: [UInt8]
    private let issuer: String
    private let audience: String

    /// - Parameter secret: at least 32 bytes, which `APISecret` gives.
    public init(
        secret: [UInt8], issuer: String = TokenVerifier.defaultName,
        audience: String = TokenVerifier.defaultName
    ) {
        precondition(secret.count >= APISecret.minimumSize, "A secret has at least 32 bytes.")
        (self.secret, self.issuer, self.audience) = (secret, issuer, audience)
    }

    /// - Parameters:
    ///   - seconds: how long the token is good.
    ///   - now: microseconds since 1970.
    /// - Throws: `Refusal`.
    public func token(
        for subject: String, role: Role, seconds: UInt64, now: UInt64,
        using generator: inout some RandomNumberGenerator
    ) async throws -> IssuedToken {
        guard (1...UInt64(Claims.longestLife)).contains(seconds) else { throw Refusal.badLifetime }
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let id = Base64URL.encode(bytes)
        let issued = now / 1_000_000
        let claims = Claims(
            issuer: issuer, audience: .init([audience]), subject: subject, role: role.rawValue,
            tokenID: id, expires: Double(issued + seconds), notBefore: nil, issued: Double(issued))
        // What the server would refuse is not issued.
        guard
            let caller = try? claims.caller(
                at: now, issuer: issuer, audience: audience, unnamed: id)
        else { throw Refusal.badSubject }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        let token = try await keys.sign(claims)
        return IssuedToken(token: token, tokenID: id, expires: caller.expires)
    }
}
