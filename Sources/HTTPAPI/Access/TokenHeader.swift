internal import Wire

/// What a token says of its signature, before anything of it is believed.
struct TokenHeader: Equatable, Sendable {
    /// Longer ones are nobody's, and no cookie holds them.
    private static let maximumSize = 3800

    let algorithm: String
    let keyID: String?

    init(algorithm: String, keyID: String?) { (self.algorithm, self.keyID) = (algorithm, keyID) }

    init(of token: String) throws(TokenProblem) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.maximumSize, parts.count == 3,
            let bytes = Base64URL.decode(parts[0]), Base64URL.decode(parts[1]) != nil,
            Base64URL.decode(parts[2]) != nil, let header = try? JSONValue(json: bytes),
            let algorithm = header["alg"]?.stringValue
        else { throw .malformed }
        // Whoever wrote it means that it must not be read without what this names.
        if header["crit"] != nil { throw .algorithm }
        self.init(algorithm: algorithm, keyID: header["kid"]?.stringValue)
    }
}
