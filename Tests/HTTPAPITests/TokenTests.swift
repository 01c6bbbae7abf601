import Crypto
import EventLog
import Foundation
import Glibc
import Synchronization
import Testing

@testable import HTTPAPI

/// Which tokens are good.
struct TokenTests {
    private static func problem(
        _ verifier: TokenVerifier, _ token: String
    ) async -> TokenProblem? {
        do throws(TokenProblem) {
            _ = try await verifier.caller(of: token)
            return nil
        } catch {
            return error
        }
    }

    private static func signed(
        _ header: String, _ claims: String = TokenTests.claims(), by sign: (Data) throws -> Data
    ) rethrows -> String {
        let text =
            Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        return try text + "." + Base64URL.encode(sign(Data(text.utf8)))
    }

    private static func hmac(_ data: Data) -> Data {
        let key = SymmetricKey(data: AccessFixture.secret)
        return Data(HMAC<SHA256>.authenticationCode(for: data, using: key))
    }

    @Test func aTokenSaysWhoItIs() async throws {
        let clock = AccessClock()
        let verifier = await TokenVerifier(secret: AccessFixture.secret, clock: clock.log)
        let claims = Self.claims(audience: #"["x","dr-testing"]"#, role: #""auditor""#)
        let token = Self.signed(#"{"alg":"HS256"}"#, claims, by: Self.hmac)
        let caller = try await verifier.caller(of: token)
        #expect(caller.subject == "eve" && caller.role == .auditor)
        #expect(caller.expires == 1_795_426_200_000_000)
        #expect(caller.tokenID.hasPrefix("sha256-"))
        clock.advance(bySeconds: 3600)
        #expect(await Self.problem(verifier, token) == .expired)
    }

    private static func claims(
        issuer: String = #""dr-testing""#, audience: String = #""dr-testing""#,
        subject: String = #""eve""#, role: String = #""admin""#, expires: String = "1795426200"
    ) -> String {
        #"{"iss":\#(issuer),"aud":\#(audience),"sub":\#(subject),"role":\#(role),"#
            + #""exp":\#(expires)}"#
    }

    private static let bad: [(claims: String, problem: TokenProblem)] = [
        (claims(issuer: #""another""#), .issuer), (claims(audience: "[]"), .audience),
        (claims(subject: #"" ""#), .claims), (claims(role: #""root""#), .claims),
        (claims(expires: #""x""#), .claims), (claims(expires: "null"), .claims),
        (claims(expires: "1e300"), .claims), (claims(expires: "-1"), .claims),
        // A second more than 90 days and the minute that clocks may differ by.
        (claims(expires: "1803198661"), .claims),
    ]

    @Test(arguments: bad)
    func aTokenThatSaysTooLittleOrTooMuchIsRefused(
        _ claims: String, _ problem: TokenProblem
    ) async {
        let verifier = await TokenVerifier(
            secret: AccessFixture.secret, clock: AccessClock().log)
        let token = Self.signed(#"{"alg":"HS256"}"#, claims, by: Self.hmac)
        #expect(await Self.problem(verifier, token) == problem)
    }

    @Test(arguments: [#"{"alg":"none"}"#, #"{"alg":"HS512"}"#, #"{"alg":"HS256","crit":["b64"]}"#])
    func noTokenChoosesHowItIsChecked(_ header: String) async {
        let verifier = await TokenVerifier(
            secret: AccessFixture.secret, clock: AccessClock().log)
        let token = Self.signed(header, by: Self.hmac)
        #expect(await Self.problem(verifier, token) == .algorithm)
    }

    @Test func keysOfASetAreTakenForOneWayOfSigningEach() async throws {
        let (ed, ec) = (Curve25519.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let point = Array(ec.publicKey.rawRepresentation)
        let x = Base64URL.encode(ed.publicKey.rawRepresentation)
        let json = """
            {"keys": [{"kty":"oct","k":"c2VjcmV0","kid":"s"},
            {"kty":"OKP","crv":"Ed25519","kid":"e","x":"\(x)"},
            {"kty":"EC","crv":"P-256","kid":"p","x":"\(Base64URL.encode(point[..<32]))",
            "y":"\(Base64URL.encode(point[32...]))"},
            \(RSAToken.key)]}
            """
        let clock = AccessClock()
        let set = KeySet(clock: clock.log) { Array(json.utf8) }
        try await set.load()
        let verifier = TokenVerifier(keySet: set, clock: clock.log)
        let good = [
            try Self.signed(#"{"alg":"EdDSA","kid":"e"}"#) { try ed.signature(for: $0) },
            try Self.signed(#"{"alg":"ES256"}"#) { try ec.signature(for: $0).rawRepresentation },
            RSAToken.token,
        ]
        for token in good { #expect(await Self.problem(verifier, token) == nil) }
        let confused = Self.signed(#"{"alg":"HS256","kid":"p"}"#, by: Self.hmac)
        #expect(await Self.problem(verifier, confused) == .algorithm)
        let other = try Self.signed(#"{"alg":"EdDSA","kid":"e"}"#) {
            try Curve25519.Signing.PrivateKey().signature(for: $0)
        }
        #expect(await Self.problem(verifier, other) == .signature)
    }

    @Test func aKeyThatIsNewIsFetchedAndASetThatFailsIsKept() async throws {
        let clock = AccessClock()
        let key = Curve25519.Signing.PrivateKey()
        let x = Base64URL.encode(key.publicKey.rawRepresentation)
        let answers = Mutex([
            RSAToken.set, #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"n","x":"\#(x)"}]}"#,
        ])
        let set = KeySet(clock: clock.log) {
            Array(answers.withLock { $0.isEmpty ? "broken" : $0.removeFirst() }.utf8)
        }
        try await set.load()
        let verifier = TokenVerifier(keySet: set, clock: clock.log)
        let token = try Self.signed(#"{"alg":"EdDSA","kid":"n"}"#) { try key.signature(for: $0) }
        #expect(await Self.problem(verifier, token) == .algorithm)
        clock.advance(bySeconds: 31)
        #expect(await Self.problem(verifier, token) == nil)
        clock.advance(bySeconds: 400)
        #expect(await Self.problem(verifier, token) == nil)
        #expect(answers.withLock { $0.isEmpty })
    }

    @Test func theSecretOfADirectoryIsMadeOnceForItsOwnerAlone() throws {
        let folder = NSTemporaryDirectory() + "dr-secret-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder + "/keys", withIntermediateDirectories: true)
        var generator = SystemRandomNumberGenerator()
        let directory = DataDirectory(folder)
        let first = try APISecret.secret(in: directory, using: &generator)
        #expect(first.count >= 32)
        #expect(try APISecret.secret(in: directory, using: &generator) == first)
        let path = folder + "/keys/api.secret"
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(chmod(path, 0o644) == 0)
        #expect(throws: APISecretError.self) {
            try APISecret.secret(in: directory, using: &generator)
        }
        #expect(throws: APISecretError.self) { try APISecret.secret(from: "short") }
    }
}

/// A token signed with RS256 by a key that was made for it, good until 2026-11-23T09:30:00Z.
private enum RSAToken {
    static let set = "{\"keys\": [\(key)]}"

    static let key =
        #"{"kty":"RSA","use":"sig","kid":"r1","e":"AQAB","n":""#
        + "xa7O4BV5lHJNWtsIhMXeKpfSGh2Eb8APIY0sEukWuk-Blh_f6lm1U__8qVfpvrB4x6AenSC9s6kjBfdw"
        + "Qzf5kmEvhimdNE3ajvtVuHH8VF88bFcLxmwMXOEiFwH2OLo_uAYxp4t5urO1lLm2UJW0gxImQe8kScOq"
        + "qpFT-pNp-KlTLTYY0teU1_pX9vq1jujhpM637iWyKdaOq-OKpgpspA1GrsaDHTcEYIUXPNH43AH0P_Uh"
        + "Jw4OLvfXVxMGGSk7URo5OiJzEFhNgampg1IImi0ZM2accDPMfA54ATp3qmVEJFqVb2GWzW_hgJHepsCg"
        + "_aRQ4kRGjjAs9ZqM-KhUFw"
        + #""}"#

    static let token =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6InIxIiwidHlwIjoiSldUIn0."
        + "eyJpc3MiOiJkci10ZXN0aW5nIiwiYXVkIjoiZHItdGVzdGluZyIsInN1YiI6InJzYSIsInJvbGUiOiJ2"
        + "aWV3ZXIiLCJleHAiOjE3OTU0MjYyMDB9."
        + "prwO-GkRA5m9ohizy9S1zAzytJZy-GST_DugY_lH3G4HcBmhos-fOVl5X-c4J2M8fQQDGVQqpSD0GDsG"
        + "bwY0eqeOP-7VWMzcl4ZePAHe2vMQV5X8B-535UNsnshzW6QsrXk1yK0tVczp_ibi1P2hlywXSM0iJ3k4"
        + "39EeAbk1RgnR09hAkzyRqGdAg5lsY14-CS33vsbZe9e11msE1afn-kzkQpGxYA0fDW12XetG56dCfM25"
        + "YCziqZAJTwNOkcNmRIrQK5QRJttY9oaCkFq7Y4PkPdxqACsv4VPjfuMcwao8HfblzYmMCahGokbDDq22"
        + "TqugOdZQem_EXqjMNev1zg"
}
