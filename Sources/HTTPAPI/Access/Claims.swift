internal import JWTKit

/// What a token says, once its signature is found good.
struct Claims: JWTPayload, Equatable {
    /// In seconds.
    static let longestLife: Double = 90 * 86_400

    var issuer: String?
    var audience: Audience?
    var subject: String?
    var role: String?
    var tokenID: String?
    /// In seconds since 1970, as are the others.
    var expires: Double?
    var notBefore: Double?
    var issued: Double?

    enum CodingKeys: String, CodingKey {
        case issuer = "iss"
        case audience = "aud"
        case subject = "sub"
        case role
        case tokenID = "jti"
        case expires = "exp"
        case notBefore = "nbf"
        case issued = "iat"
    }

    /// One name, or a list of names.
    struct Audience: Codable, Equatable {
        var names: [String]

        init(_ names: [String]) { self.names = names }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let name = try? container.decode(String.self) {
                names = [name]
            } else {
                names = try container.decode([String].self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if names.count == 1 {
                try container.encode(names[0])
            } else {
                try container.encode(names)
            }
        }
    }

    /// The signature is all that JWTKit judges: `caller(at:)` is given the time by whoever asks.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

extension Claims {
    /// Who it is, if a token that says this is good.
    ///
    /// - Parameters:
    ///   - now: microseconds since 1970.
    ///   - unnamed: the id of a token that has none.
    func caller(
        at now: UInt64, issuer: String, audience: String, unnamed: @autoclosure () -> String
    ) throws(TokenProblem) -> Caller {
        let seconds = Double(now) / 1_000_000
        if self.issuer != issuer { throw .issuer }
        if self.audience?.names.contains(audience) != true { throw .audience }
        guard let expires, expires.isFinite, expires > 0 else { throw .claims }
        if expires <= seconds { throw .expired }
        // A minute more, since the issuer's clock may be ahead.
        if expires > seconds + Self.longestLife + 60 { throw .claims }
        if let notBefore, !(notBefore <= seconds + 60) { throw .claims }
        guard let subject, Self.isName(subject), let role = role.flatMap({ Role(rawValue: $0) })
        else { throw .claims }
        let id = tokenID ?? unnamed()
        guard Self.isName(id) else { throw .claims }
        return Caller(
            subject: subject, role: role, tokenID: id, expires: UInt64(expires * 1_000_000))
    }

    /// Whether events can name somebody so.
    private static func isName(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count) && text.contains { !$0.isWhitespace }
    }
}
