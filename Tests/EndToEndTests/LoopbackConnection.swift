import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A TCP connection to 127.0.0.1 that sends what no client would. Its calls block: see `onThread`.
final class LoopbackConnection: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    enum End: Sendable {
        case closed, reset
        /// Nothing came for ten seconds, which no call waits longer for.
        case silence
    }

    private let descriptor: Int32

    init(port: Int) throws {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        descriptor = file
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if !isConnected {
            throw Failure(description: "port \(port): \(String(cString: strerror(errno)))")
        }
    }

    fileprivate init(accepted descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// - Returns: whether all of it was taken.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// The other side sees the end of what is sent, and may still answer.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// It will end with a reset.
    func resetAtEnd() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Everything that comes until the other side ends the connection.
    func rest() -> (text: String, end: End) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                received += buffer.prefix(count)
                continue
            }
            let end: End = count == 0 ? .closed : errno == ECONNRESET ? .reset : .silence
            return (String(decoding: received, as: UTF8.self), end)
        }
    }
}

/// A server on 127.0.0.1 that sends back all it got, when its client has ended sending.
final class EchoAtEnd: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        let listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        descriptor = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        if !isListening { throw LoopbackConnection.Failure(description: "no port to listen on") }
        Thread.detachNewThread {
            while case let accepted = accept(listener, nil, nil), accepted >= 0 {
                Thread.detachNewThread {
                    let connection = LoopbackConnection(accepted: accepted)
                    connection.send(connection.rest().text)
                }
            }
            close(listener)
        }
    }

    /// Wakes the thread that accepts, which then closes the port.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// Runs what blocks on a thread of its own: the tests share few.
func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
