internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#endif

/// Keeps a port while nobody listens on it: a socket that is bound and never listens. Connections
/// are refused, and no other program can take the port meanwhile.
final class ReservedPort: Sendable {
    private let descriptor: Int32

    /// - Parameter address: every socket bound to it sets `SO_REUSEPORT`.
    convenience init(_ address: SocketAddress) throws(FaultProxyError) {
        try self.init(address, option: SO_REUSEPORT)
    }

    /// - Throws: `.cannotListen` if somebody has the port, even one who would share it.
    static func checkFree(_ address: SocketAddress) throws(FaultProxyError) {
        _ = try ReservedPort(address, option: SO_REUSEADDR)
    }

    private init(_ address: SocketAddress, option: Int32) throws(FaultProxyError) {
        let file = socket(
            address.protocol.rawValue, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0)
        guard file >= 0 else { throw .cannotListen(on: address, errno: errno) }
        var yes: Int32 = 1
        setsockopt(file, SOL_SOCKET, option, &yes, socklen_t(MemoryLayout<Int32>.size))
        let result = address.withSockAddr { bind(file, $0, socklen_t($1)) }
        if result != 0 {
            let reason = errno
            close(file)
            throw .cannotListen(on: address, errno: reason)
        }
        descriptor = file
    }

    deinit { close(descriptor) }
}

extension FaultProxyError {
    /// In the words of Toxiproxy, which are those of Go.
    static func cannotListen(on address: SocketAddress, errno code: Int32) -> FaultProxyError {
        let reason = String(cString: strerror(code))
        let words = reason.prefix(1).lowercased() + reason.dropFirst()
        let place = ListenAddress(address).map { "\($0)" } ?? "\(address)"
        return FaultProxyError(
            code: .cannotListen, message: "listen tcp \(place): bind: \(words)")
    }
}
