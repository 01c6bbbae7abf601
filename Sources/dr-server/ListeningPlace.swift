import HummingbirdCore
import HummingbirdTLS
import NIOCore
import NIOSSL

#if canImport(Glibc)
    import Glibc
#endif

/// Where the server listens, and how it is reached there.
struct ListeningPlace: Sendable {
    /// A connection that says nothing for so long is closed. A stream of events does say something.
    private static let idleTimeout = TimeAmount.seconds(75)
    private static let headerBytes = 16 * 1024

    let host: String
    let port: Int
    let isBehindProxy: Bool
    /// PEM files.
    private let credentials: (certificate: String, key: String)?

    /// - Throws: `SettingError` if others could read what passes.
    init(
        host: String?, port: Int?, certificate: String?, key: String?, isBehindProxy: Bool
    ) throws {
        (self.host, self.port) = (host ?? "127.0.0.1", port ?? 8080)
        self.isBehindProxy = isBehindProxy
        switch (certificate, key) {
        case (let certificate?, let key?): credentials = (certificate, key)
        case (nil, nil): credentials = nil
        default:
            throw SettingError("TLS needs both a certificate and a key; only one of them is given")
        }
        if !Self.isLoopback(self.host), credentials == nil, !isBehindProxy {
            throw SettingError(
                "on \(self.host) others could read the tokens: give --certificate and --key, or "
                    + "--behind-proxy")
        }
    }

    /// A name that only begins like an address of this machine may be anybody's.
    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1"].contains(host) { return true }
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return isAddress && host.hasPrefix("127.")
    }

    /// Whether browsers reach it over TLS.
    var isSecure: Bool { credentials != nil || isBehindProxy }

    func url(port: Int?) -> String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return "\(credentials == nil ? "http" : "https")://\(shown):\(port ?? self.port)"
    }

    func server() throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                idleTimeout: Self.idleTimeout,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: Self.headerBytes, maxHeaderListSize: 2 * Self.headerBytes,
                    maxHeaderFieldCount: 100)))
        guard let credentials else { return plain }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(credentials.certificate)
            let configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(
                    try NIOSSLPrivateKey(file: credentials.key, format: .pem)))
            return try .tls(plain, tlsConfiguration: configuration)
        } catch {
            throw SettingError(
                "TLS is not possible with \(credentials.certificate) and \(credentials.key): "
                    + "\(error)")
        }
    }
}

/// The server cannot listen: another program does there, for instance.
struct ListeningError: Error, CustomStringConvertible {
    let description: String

    init(_ place: ListeningPlace, errno code: CInt) {
        let reason = String(cString: strerror(code))
        description = "cannot listen on \(place.host), port \(place.port): \(reason)"
    }
}
