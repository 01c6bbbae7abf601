import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A TCP connection to 127.0.0.1 without the cleverness of a client.
final class RawConnection: Sendable {
    enum End: Sendable {
        case closed, reset
        /// Nothing more came for ten seconds.
        case silence
    }

    private let descriptor: Int32

    fileprivate init(accepted descriptor: Int32) { self.descriptor = descriptor }

    /// - Returns: `nil` if the connection is refused.
    init?(port: Int) {
        let file = Self.newSocket()
        descriptor = file
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let isConnected = Self.withAddress(port) { connect(file, $0, $1) == 0 }
        if !isConnected { return nil }
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// The other side gets a reset instead of an orderly end.
    func breakWhenClosed() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// What comes up to these characters, or to the end if they do not come.
    func text(until marker: String) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.readText(until: marker)) }
        }
    }

    /// The same, for those who have a thread to wait on.
    func readText(until marker: String) -> String {
        let marker = Array(marker.utf8)
        var received: [UInt8] = []
        var byte: UInt8 = 0
        while received.suffix(marker.count) != marker[...], read(descriptor, &byte, 1) == 1 {
            received.append(byte)
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Everything that comes until the other side ends the connection.
    func rest() async -> (text: String, end: End) {
        await withCheckedContinuation { continuation in
            // Not on a thread of the tests: the sandbox needs them to answer.
            Thread.detachNewThread { continuation.resume(returning: self.readRest()) }
        }
    }

    private func readRest() -> (text: String, end: End) {
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

    // MARK: Ports

    fileprivate static func newSocket() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    fileprivate static func withAddress(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Whether a program that knows nothing of the proxy could take the port.
    static func canTake(port: Int, reusingAddress: Bool = false) -> Bool {
        let descriptor = newSocket()
        defer { close(descriptor) }
        var yes: Int32 = 1
        if reusingAddress {
            setsockopt(
                descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
        return withAddress(port) { bind(descriptor, $0, $1) == 0 && listen(descriptor, 1) == 0 }
    }

    /// A port that nobody listens on.
    static func freePort() throws -> Int {
        let descriptor = newSocket()
        defer { close(descriptor) }
        let isBound = withAddress(0) { bind(descriptor, $0, $1) == 0 }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isNamed = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound, isNamed else { throw CocoaError(.fileReadUnknown) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// A storage on 127.0.0.1 that says byte by byte what a test wants it to say.
final class RawStorage: Sendable {
    let port: Int
    private let descriptor: Int32

    /// - Parameter serve: called for each connection, on a thread of its own. The connection ends
    ///   when it returns.
    init(_ serve: @escaping @Sendable (RawConnection) -> Void) throws {
        let (listener, port) = (RawConnection.newSocket(), try RawConnection.freePort())
        let isListening = RawConnection.withAddress(port) {
            bind(listener, $0, $1) == 0 && listen(listener, 16) == 0
        }
        guard isListening else {
            close(listener)
            throw CocoaError(.fileReadUnknown)
        }
        (self.port, descriptor) = (port, listener)
        Thread.detachNewThread {
            while case let accepted = accept(listener, nil, nil), accepted >= 0 {
                Thread.detachNewThread { serve(RawConnection(accepted: accepted)) }
            }
            close(listener)
        }
    }

    /// Wakes the thread that accepts, which then closes the port.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
