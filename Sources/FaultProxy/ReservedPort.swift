#if canImport(Glibc)
    internal import Glibc
#endif

/// Keeps a port while nobody listens on it: a socket that is bound and never listens. Connections
/// are refused, and no other program can take the port meanwhile.
struct ReservedPort: ~Copyable {
    private let descriptor: Int32

    /// - Parameter port: on 127.0.0.1; every socket of it sets `SO_REUSEPORT`.
    init(_ port: Int) throws(FaultProxyError) {
        try self.init(port, option: SO_REUSEPORT)
    }

    /// - Throws: `.cannotListen` if somebody has the port, even one who would share it.
    static func checkFree(_ port: Int) throws(FaultProxyError) {
        _ = try ReservedPort(port, option: SO_REUSEADDR)
    }

    private init(_ port: Int, option: Int32) throws(FaultProxyError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, option, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result != 0 {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw FaultProxyError(
                code: .cannotListen, message: "port \(port) cannot be had: \(reason)")
        }
    }

    deinit { close(descriptor) }
}
