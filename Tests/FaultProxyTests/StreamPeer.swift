import FaultProxy
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// One end of a TCP connection, moved by hand. What may block has a thread of its own in tests.
final class StreamPeer: Sendable {
    enum End: Sendable {
        case closed, reset
        /// Nothing more came for ten seconds.
        case silence
    }

    /// What came, and when.
    struct Reception: Sendable {
        var bytes: [UInt8] = []
        var arrivals: [(count: Int, time: ContinuousClock.Instant)] = []
        /// `nil` if as much came as was wanted.
        var end: End?
        var ended = ContinuousClock.now
    }

    private let descriptor: Int32

    fileprivate init(accepted descriptor: Int32) { self.descriptor = descriptor }

    /// - Parameter receiveBuffer: of the kernel; `nil` lets it choose.
    /// - Returns: `nil` if the connection is refused.
    init?(host: String = "127.0.0.1", port: Int, receiveBuffer: Int32? = nil) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let first = list?.pointee else {
            return nil
        }
        defer { freeaddrinfo(list) }
        descriptor = socket(first.ai_family, first.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(4))
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if connect(descriptor, first.ai_addr, first.ai_addrlen) != 0 { return nil }
    }

    deinit { close(descriptor) }

    // MARK: Blocking

    /// - Returns: how many were taken before the connection ended.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                Glibc.send(
                    descriptor, all.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { break }
            sent += count
        }
        return sent
    }

    /// Reads until so many have come, or the other side ends.
    func read(_ wanted: Int = .max) -> Reception { read(atLeast: wanted, atMost: wanted) }

    /// Reads what there is, or waits for something.
    func readSome() -> Reception { read(atLeast: 1, atMost: 65536) }

    private func read(atLeast least: Int, atMost most: Int) -> Reception {
        var reception = Reception()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while reception.bytes.count < least {
            let count = Glibc.read(
                descriptor, &buffer, min(buffer.count, most - reception.bytes.count))
            guard count > 0 else {
                reception.end = count == 0 ? .closed : errno == ECONNRESET ? .reset : .silence
                break
            }
            reception.bytes += buffer.prefix(count)
            reception.arrivals.append((count, .now))
        }
        reception.ended = .now
        return reception
    }

    /// Says that no more will be sent, and goes on reading.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    // MARK: For tests

    func received(_ wanted: Int = .max) async -> Reception {
        await onThread { self.read(wanted) }
    }

    @discardableResult
    func send(_ bytes: [UInt8]) async -> Int { await onThread { self.write(bytes) } }

    /// Sends something and waits for as much to come back.
    func echo(_ bytes: [UInt8] = [1]) async -> Reception {
        await onThread {
            self.write(bytes)
            return self.read(bytes.count)
        }
    }
}

/// Not on a thread of the tests: others need them.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}

/// A server on 127.0.0.1 that does with each connection what a test wants.
final class StreamServer: Sendable {
    let port: Int
    private let descriptor: Int32

    /// - Parameter serve: called for each connection, on a thread of its own. The connection ends
    ///   when it returns.
    init(_ serve: @escaping @Sendable (StreamPeer) -> Void) throws {
        let listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1024) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else {
            close(listener)
            throw CocoaError(.fileReadUnknown)
        }
        (port, descriptor) = (Int(UInt16(bigEndian: address.sin_port)), listener)
        Thread.detachNewThread {
            while case let accepted = accept(listener, nil, nil), accepted >= 0 {
                Thread.detachNewThread { serve(StreamPeer(accepted: accepted)) }
            }
            close(listener)
        }
    }

    /// Wakes the thread that accepts, which then closes the port.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Sends back what comes, until the client ends.
    static let echo: @Sendable (StreamPeer) -> Void = { peer in
        while case let reception = peer.readSome(), reception.end == nil {
            if peer.write(reception.bytes) == 0 { return }
        }
    }
}

/// Runs a proxy that speaks TCP, before a server that does `serve`, for as long as `body` runs.
func withTunnel(
    to serve: @escaping @Sendable (StreamPeer) -> Void,
    _ body: (ProxyServer) async throws -> Void
) async throws {
    let server = try StreamServer(serve)
    defer { server.stop() }
    try await withProxy(
        .init(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            upstream: Upstream(host: "127.0.0.1", port: server.port)), body)
}

/// Runs a proxy on two event loops for as long as `body` runs.
func withProxy(
    _ settings: ProxySettings, _ body: (ProxyServer) async throws -> Void
) async throws {
    let loops = ProxyLoops(threads: 2)
    let proxy: ProxyServer
    do {
        proxy = try await ProxyServer(settings, loops: loops)
    } catch {
        await loops.shutdown()
        throw error
    }
    let result: Result<Void, any Error>
    do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
    await proxy.stop()
    await loops.shutdown()
    try result.get()
}

/// Waits until a count is above 0 and has stood still for half a second.
func settled(_ count: () -> Int) async throws -> Int {
    var last = 0
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(500))
        let now = count()
        if now > 0, now == last { return now }
        last = now
    }
    return .max
}

/// Bytes that are not all alike.
func patterned(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }
