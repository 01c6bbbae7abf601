/// Where a bucket is, who asks, and how long to wait.
public struct S3Configuration: Sendable {
    public var endpoint: S3Endpoint
    public var credentials: S3Credentials
    /// R2 has the one region `auto`; most other servers accept it too.
    public var region = "auto"
    public var connectTimeout: Duration = .seconds(2)
    /// From the call to the last byte of the answer.
    public var requestTimeout: Duration = .seconds(10)
    /// At least the rate of requests times `requestTimeout`: otherwise requests wait in line behind
    /// those that hang, and their latency is not the storage's.
    public var maximumConnections = 64
    /// Connections that nobody uses are closed after this time.
    public var idleTimeout: Duration = .seconds(60)
    /// What requests say of who sends them (`User-Agent`).
    public var agent = "dr-testing"
    /// Each request on a connection of its own, as a probe needs it.
    public var usesNewConnections = false
    /// A PEM file of one more certificate authority to trust.
    public var extraAuthority: String?

    public init(endpoint: S3Endpoint, credentials: S3Credentials) {
        self.endpoint = endpoint
        self.credentials = credentials
    }
}

/// The address of an S3 service, for example `https://<account>.r2.cloudflarestorage.com`.
///
/// Buckets are addressed by path. Requests are signed for the endpoint's host, also when they are
/// sent to another address, such as a proxy before it.
public struct S3Endpoint: Equatable, Sendable, CustomStringConvertible {
    /// Where requests really go, in plain HTTP.
    public struct Address: Equatable, Sendable {
        public let host: String
        public let port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public let isSecure: Bool
    public let host: String
    public let port: Int
    public var connectAddress: Address?

    /// - Returns: `nil` unless `text` is `http://` or `https://`, a host and maybe a port.
    public init?(_ text: String) {
        let scheme = ["http://", "https://"].first { text.hasPrefix($0) }
        guard let scheme else { return nil }
        isSecure = scheme == "https://"
        var authority = text.dropFirst(scheme.count)
        if authority.hasSuffix("/") { authority.removeLast() }
        let bracket = authority.lastIndex(of: "]")
        let colon = authority[(bracket ?? authority.startIndex)...].lastIndex(of: ":")
        let digits = colon.map { authority[authority.index(after: $0)...] }
        guard digits?.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) ?? true,
            let port = digits.map({ Int($0) }) ?? (isSecure ? 443 : 80), (1...65535).contains(port)
        else { return nil }
        self.port = port
        host = String(colon.map { authority[..<$0] } ?? authority)
        // Only an IPv6 address has colons, and it stands in brackets.
        let isAddress = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 4
        if !isAddress && host.contains(where: { ":[]".contains($0) }) { return nil }
        let isName = host.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "-._:[]".utf8.contains(byte)
        }
        if host.isEmpty || !isName { return nil }
    }

    /// The `Host` header: without the port if it is the scheme's own.
    public var authority: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    public var description: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// What requests are sent to.
    var connectURL: String {
        connectAddress.map { "http://\($0.host):\($0.port)" } ?? description
    }
}

/// An access key. Its description hides the secret.
public struct S3Credentials: Equatable, Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    public let accessKeyID: String
    public let secretAccessKey: String

    public init(accessKeyID: String, secretAccessKey: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    public var description: String { "S3Credentials(hidden)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
