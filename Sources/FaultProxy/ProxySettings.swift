/// What a proxy is to be.
public struct ProxySettings: Sendable {
    /// What the proxy understands of what it passes on.
    public enum Speaks: String, Sendable {
        /// Nothing: bytes go both ways.
        case tcp
        /// Requests and answers, which faults can choose among.
        case http
    }

    public var listen: ListenAddress
    public var upstream: Upstream
    public var speaks: Speaks
    /// With it, clients have to speak TLS.
    public var identity: ServerIdentity?
    /// Signs requests anew, for clients that signed them for the proxy's address. Requests exist
    /// only where HTTP is spoken.
    public var signing: Signing?

    public init(
        listen: ListenAddress, upstream: Upstream, speaks: Speaks = .tcp,
        identity: ServerIdentity? = nil, signing: Signing? = nil
    ) {
        (self.listen, self.upstream, self.speaks) = (listen, upstream, speaks)
        (self.identity, self.signing) = (identity, signing)
    }
}

/// Who the proxy is to clients that speak TLS.
public struct ServerIdentity: Sendable {
    /// A PEM file: the certificate, then those that vouch for it.
    public let certificateFile: String
    /// A PEM file.
    public let keyFile: String

    public init(certificateFile: String, keyFile: String) {
        (self.certificateFile, self.keyFile) = (certificateFile, keyFile)
    }
}
