import FaultProxy
import Foundation
import S3Sandbox

/// What a client saw of one request.
struct Seen: Sendable {
    enum Sight: Equatable, Sendable {
        /// 200, and the body that the storage has.
        case whole
        /// 200, and as many bytes as promised, which are not those that the storage has.
        case wrong
        /// 200, and fewer bytes than promised.
        case cut
        case status(Int)
        /// The connection ended instead of an answer.
        case lost
        case refused
        /// Nothing came for ten seconds.
        case silent
    }

    let sight: Sight
    /// From sending, of all that was sent at once, to the last byte or the end.
    let time: Duration
    let ended: ContinuousClock.Instant
}

/// How clients use their connections.
enum Connections: CaseIterable, Sendable {
    /// Open before, with one request at a time.
    case keptAlive
    /// Open before, with several requests that do not wait for each other's answers.
    case pipelined
    /// One for each request.
    case new

    var batch: Int { self == .pipelined ? 4 : 1 }
}

/// Clients that work at the same time, each on a connection of its own.
struct MeasuredClients: Sendable {
    let connections: Connections
    let count: Int
    private let port: Int
    private let kept: [StreamPeer?]

    init(_ count: Int, _ connections: Connections, of proxy: ProxyServer) {
        (self.count, self.connections, port) = (count, connections, proxy.port)
        kept = (0..<count).map { [port = proxy.port] _ in
            connections == .new ? nil : StreamPeer(port: port)
        }
    }

    /// A single one.
    init(_ connections: Connections, of proxy: ProxyServer) {
        self.init(1, connections, of: proxy)
    }

    /// - Returns: what each client saw, and of each of its requests.
    func exchange(_ request: [UInt8], expecting body: [UInt8]) async -> [[Seen]] {
        await withTaskGroup(of: [Seen].self) { group in
            for peer in kept {
                group.addTask { [port, connections] in
                    await onThread {
                        let start = ContinuousClock.now
                        guard let peer = peer ?? StreamPeer(port: port) else {
                            let now = ContinuousClock.now
                            return [Seen(sight: .refused, time: now - start, ended: now)]
                        }
                        return peer.exchange(request, times: connections.batch, expecting: body)
                    }
                }
            }
            var all: [[Seen]] = []
            for await seen in group { all.append(seen) }
            return all
        }
    }
}

extension StreamPeer {
    /// Sends a request so many times at once, and waits for what becomes of each.
    func exchange(_ request: [UInt8], times: Int = 1, expecting body: [UInt8]) -> [Seen] {
        var answers = AnswerReader(self)
        let start = ContinuousClock.now
        write(Array(repeatElement(request, count: times).joined()))
        var seen: [Seen] = []
        for _ in 0..<times {
            let sight = answers.next(body)
            seen.append(Seen(sight: sight, time: answers.arrived - start, ended: answers.arrived))
        }
        return seen
    }
}

/// Reads the answers that come on a connection, one after the other.
private struct AnswerReader {
    private static let endOfHead = Data("\r\n\r\n".utf8)

    private let peer: StreamPeer
    private var unread: [UInt8] = []
    private var end: StreamPeer.End?
    /// When the last bytes, or the end, came.
    private(set) var arrived = ContinuousClock.now

    init(_ peer: StreamPeer) { self.peer = peer }

    mutating func next(_ body: [UInt8]) -> Seen.Sight {
        guard let head = readHead() else { return end == .silence ? .silent : .lost }
        while unread.count < head.length, readMore() {}
        let received = Array(unread.prefix(head.length))
        unread.removeFirst(received.count)
        if head.status != 200 { return .status(head.status) }
        if received.count < head.length { return .cut }
        return received == body ? .whole : .wrong
    }

    private mutating func readHead() -> (status: Int, length: Int)? {
        while true {
            if let range = Data(unread).range(of: Self.endOfHead) {
                let head = String(decoding: unread[..<range.lowerBound], as: UTF8.self)
                unread.removeFirst(range.upperBound)
                let lines = head.lowercased().components(separatedBy: "\r\n")
                let words = lines[0].split(separator: " ")
                let length = lines.first { $0.hasPrefix("content-length: ") }?
                    .dropFirst("content-length: ".count)
                return (words.count > 1 ? Int(words[1]) ?? 0 : 0, length.flatMap { Int($0) } ?? 0)
            }
            if !readMore() { return nil }
        }
    }

    private mutating func readMore() -> Bool {
        if end != nil { return false }
        let reception = peer.readSome()
        unread += reception.bytes
        (end, arrived) = (reception.end, reception.ended)
        return end == nil
    }
}

/// A storage that answers everything with one body, which may change.
final class MeasuredStorage: Sendable {
    private static let small = patterned(1000)

    /// When each request had come whole.
    let arrivals = Recorder<ContinuousClock.Instant>()
    private let bodies = Recorder<[UInt8]>()

    var body: [UInt8] { bodies.all.last ?? Self.small }

    func change(to body: [UInt8]) { bodies.add(body) }

    /// Of more than a hundred bytes.
    static let read: [UInt8] = {
        let filler = String(repeating: "y", count: 100)
        return Array("GET /bucket/key HTTP/1.1\r\nhost: x\r\nx: \(filler)\r\n\r\n".utf8)
    }()

    static func write(_ body: [UInt8]) -> [UInt8] {
        let head = "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }
}

/// Runs a proxy before such a storage for as long as `body` runs.
func withMeasuredStorage(
    _ speaks: ProxySettings.Speaks = .http,
    _ body: (ProxyServer, MeasuredStorage) async throws -> Void
) async throws {
    let storage = MeasuredStorage()
    let server = try await LoopbackServer { _ in
        storage.arrivals.add(.now)
        return LoopbackServer.Response(status: 200, body: storage.body)
    }
    let settings = ProxySettings(
        listen: ListenAddress(host: "127.0.0.1", port: 0),
        upstream: Upstream(host: "127.0.0.1", port: server.port), speaks: speaks)
    let result: Result<Void, any Error>
    do {
        result = .success(try await withProxy(settings) { try await body($0, storage) })
    } catch {
        result = .failure(error)
    }
    await server.stop()
    try result.get()
}
