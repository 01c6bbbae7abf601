internal import Crypto
internal import FoundationEssentials
internal import Merkle

/// Where a channel's messages go. The URL may hold a secret: it is in no event, log or error.
public struct WebhookURL: Equatable, Sendable {
    let text: String
    /// Without the brackets of an IPv6 address.
    let host: String

    /// - Returns: `nil` if it is not `http` or `https`, names no host, a port that no host can
    ///   have, or a user.
    public init?(_ text: String) {
        guard let url = URL(string: text), let host = url.host, url.user == nil,
            ["http", "https"].contains(url.scheme?.lowercased() ?? "")
        else { return nil }
        if let port = url.port, !(1...65_535).contains(port) { return nil }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let name = isBracketed ? String(host.dropFirst().dropLast()) : host
        if name.isEmpty { return nil }
        (self.text, self.host) = (text, name)
    }

    /// What may be shown: the host, and the beginning of the URL's SHA-256.
    public var destination: String {
        let digest = Hexadecimal.encode(SHA256.hash(data: Array(text.utf8)).prefix(6))
        return "\(host) (sha256 \(digest))"
    }
}
