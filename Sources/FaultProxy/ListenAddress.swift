internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#endif

/// Where a proxy listens.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IP address or a name; empty for all interfaces.
    public let host: String
    /// 0 lets the system choose.
    public let port: Int

    public init(host: String, port: Int) {
        precondition((0...65535).contains(port), "A port lies between 0 and 65535.")
        (self.host, self.port) = (host, port)
    }

    /// - Parameter text: a host and a port, as `127.0.0.1:80`, `localhost:0`, `[::1]:80`; without a
    ///   host, as `:80`, all interfaces are meant.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits),
            (0...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            // Nobody could say where the address ends.
            return nil
        }
        if host.contains(where: { $0.isWhitespace || "[]/".contains($0) }) { return nil }
        (self.host, self.port) = (String(host), port)
    }

    /// `nil` if it is not one of the Internet.
    init?(_ address: SocketAddress?) {
        guard let host = address?.ipAddress, let port = address?.port else { return nil }
        (self.host, self.port) = (host, port)
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool {
        if host == "localhost" { return true }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, host, &bytes) == 1 { return bytes[0] == 127 }
        guard inet_pton(AF_INET6, host, &bytes) == 1 else { return false }
        return bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// The addresses to listen on: the first of them that the system has. A name is looked up,
    /// which may take a while.
    func resolved() throws -> [SocketAddress] {
        switch host {
        // One socket for both families, if there is IPv6 at all.
        case "": return try ["::", "0.0.0.0"].map { try SocketAddress(ipAddress: $0, port: port) }
        case "localhost": return [try SocketAddress(ipAddress: "127.0.0.1", port: port)]
        default: return [try SocketAddress.makeAddressResolvingHost(host, port: port)]
        }
    }
}
