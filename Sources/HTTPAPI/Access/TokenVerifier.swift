internal import Crypto
public import EventLog
internal import FoundationEssentials
internal import JWTKit
internal import Synchronization

/// Finds out who sent a token.
///
/// A token is signed with HS256 and the secret, or with a key of a set; it has `iss`, `aud`, `sub`,
/// `role` and `exp`, at most 90 days ahead. A `jti` names it, for when it must be revoked; one
/// without is named by its digest.
public final class TokenVerifier: Sendable {
    /// What a token says of whom it comes from and for whom it is, unless configured otherwise.
    public static let defaultName = "dr-testing"

    /// So many good tokens are remembered, each for so many microseconds: after that a key may have
    /// been withdrawn.
    private static let knownLimit = 1024
    private static let knownTime: UInt64 = 60_000_000

    private enum Keys: Sendable {
        case secret(JWTKeyCollection)
        case set(KeySet)
    }

    private struct Known: Sendable {
        let caller: Caller
        let checked: UInt64
    }

    private let keys: Keys
    private let issuer: String
    private let audience: String
    private let clock: LogClock
    private let known = Mutex<[String: Known]>([:])

    /// - Parameter secret: at least 32 bytes, which `APISecret` gives.
    public init(
        secret: [UInt8], issuer: String = TokenVerifier.defaultName,
        audience: String = TokenVerifier.defaultName, clock: LogClock = .system
    ) async {
        precondition(secret.count >= APISecret.minimumSize, "A secret has at least 32 bytes.")
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        keys = .secret(collection)
        (self.issuer, self.audience, self.clock) = (issuer, audience, clock)
    }

    public init(
        keySet: KeySet, issuer: String = TokenVerifier.defaultName,
        audience: String = TokenVerifier.defaultName, clock: LogClock = .system
    ) {
        keys = .set(keySet)
        (self.issuer, self.audience, self.clock) = (issuer, audience, clock)
    }

    /// Whoever a token was issued for. Whether it was revoked is not looked at.
    func caller(of token: String) async throws(TokenProblem) -> Caller {
        let now = clock.now()
        let known = known.withLock { $0[token] }
        if let known, now >= known.checked, now - known.checked < Self.knownTime {
            if known.caller.expires <= now { throw .expired }
            return known.caller
        }
        let claims = try await claims(of: token)
        let caller = try claims.caller(
            at: now, issuer: issuer, audience: audience, unnamed: Self.digest(of: token))
        remember(caller, of: token, at: now)
        return caller
    }

    private func claims(of token: String) async throws(TokenProblem) -> Claims {
        let header = try TokenHeader(of: token)
        switch keys {
        case .secret(let collection):
            guard header.algorithm == "HS256" else { throw .algorithm }
            return try await claims(of: token, by: [collection])
        case .set(let keySet):
            let fitting = await keySet.keys(for: header)
            if fitting.isEmpty { throw .algorithm }
            return try await claims(of: token, by: fitting.map(\.verifier))
        }
    }

    private func claims(
        of token: String, by verifiers: [JWTKeyCollection]
    ) async throws(TokenProblem) -> Claims {
        var problem = TokenProblem.signature
        for verifier in verifiers {
            do {
                return try await verifier.verify(token, as: Claims.self)
            } catch let error as JWTError where error.errorType == .malformedToken {
                // It is signed well, and says what tokens do not say.
                problem = .claims
            } catch {}
        }
        throw problem
    }

    private func remember(_ caller: Caller, of token: String, at now: UInt64) {
        known.withLock { known in
            if known.count >= Self.knownLimit { known.removeAll(keepingCapacity: true) }
            known[token] = Known(caller: caller, checked: now)
        }
    }

    private static func digest(of token: String) -> String {
        "sha256-" + Base64URL.encode(SHA256.hash(data: Array(token.utf8)))
    }
}
