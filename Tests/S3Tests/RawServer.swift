import StorageServers
import S3
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A TCP server on 127.0.0.1 that does what no HTTP server would.
final class RawServer: Sendable {
    enum Behaviour: Sendable {
        /// Reads, and never says anything.
        case silence
        /// Reads the head of a request, sends this and closes the connection.
        case text(String)
    }

    let port: Int
    private let listener: Int32
    private let connections = Mutex<[Int32]>([])

    init(_ behaviour: Behaviour) throws {
        let listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else {
            throw ServerProcess.Failure(description: String(cString: strerror(errno)))
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { self.accept(behaviour) }
    }

    /// How many connections were made to it.
    var connectionCount: Int { connections.withLock { $0.count } }

    func stop() {
        // Wakes the threads that wait; they hold no other resource.
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in connections.withLock({ $0 }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func accept(_ behaviour: Behaviour) {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            if connection < 0 { break }
            connections.withLock { $0.append(connection) }
            Thread.detachNewThread { Self.serve(connection, behaviour) }
        }
        close(listener)
    }

    private static func serve(_ connection: Int32, _ behaviour: Behaviour) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(connection, &buffer, buffer.count)
            if count <= 0 { break }
            received += buffer.prefix(count)
            let hasHead = String(decoding: received, as: UTF8.self).contains("\r\n\r\n")
            if case .text(let text) = behaviour, hasHead {
                let bytes = Array(text.utf8)
                _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                break
            }
        }
        shutdown(connection, Int32(SHUT_RDWR))
    }
}

/// Runs a raw server for as long as `body` runs, with a configuration for its clients.
func withRawServer(
    _ behaviour: RawServer.Behaviour,
    _ body: (RawServer, S3Configuration) async throws -> Void
) async throws {
    let server = try RawServer(behaviour)
    defer { server.stop() }
    try await body(server, try localConfiguration(port: server.port))
}
