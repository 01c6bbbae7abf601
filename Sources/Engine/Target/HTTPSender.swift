internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Sends requests, each once, and says when their answers were complete, as seen on the event loop.
/// It follows no redirect and never tries again.
final class HTTPSender: Sendable {
    struct Settings: Sendable {
        var connectTimeout: Duration = .seconds(1)
        /// From the call to the last byte of the answer.
        var timeout: Duration = .seconds(2)
        var maximumConnections = 64
        /// Each request on a connection of its own.
        var usesNewConnections = false
    }

    struct Request: Sendable {
        var method = "GET"
        let url: String
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
    }

    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
        let finished: ContinuousClock.Instant

        /// The beginning of the body in one line, for people.
        ///
        /// - Parameter redacted: keeps secrets out of it, before it is cut: half of one is one too.
        func words(_ redacted: (String) -> String) -> String {
            let text = redacted(String(decoding: body.prefix(2000), as: UTF8.self))
            let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
            return String(line.prefix(200))
        }
    }

    /// Why there is no answer. Names no URL: that may hold a secret.
    struct Failure: Error, CustomStringConvertible {
        enum Kind: Sendable {
            /// No connection was made, so nothing was sent.
            case connectFailed
            case timedOut, connectionLost, cancelled
        }

        let kind: Kind
        let description: String
        let finished: ContinuousClock.Instant
    }

    private let client: HTTPClient
    private let timeout: Duration

    init(_ settings: Settings) {
        var options = HTTPClient.Configuration()
        options.httpVersion = .http1Only
        options.redirectConfiguration = .disallow
        options.timeout.connect = settings.connectTimeout.timeAmount
        options.connectionPool.retryConnectionEstablishment = false
        options.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
            settings.maximumConnections
        if settings.usesNewConnections { options.maximumUsesPerConnection = 1 }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
        timeout = settings.timeout
    }

    /// Whoever gave up before it was ended must not take the process along.
    deinit { client.shutdown { _ in } }

    func shutdown() async { try? await client.shutdown() }

    func send(_ request: Request) async throws(Failure) -> Answer {
        let collector = AnswerCollector()
        do {
            let task = client.execute(
                request: try HTTPClient.Request(
                    url: request.url, method: HTTPMethod(rawValue: request.method),
                    headers: HTTPHeaders(request.headers.map { ($0.name, $0.value) }),
                    body: request.body.isEmpty ? nil : .bytes(request.body)),
                delegate: collector, deadline: .now() + timeout.timeAmount)
            return try await withTaskCancellationHandler {
                try await task.get()
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw Failure(
                kind: Self.kind(of: error), description: Self.reason(for: error),
                finished: collector.failed ?? .now)
        }
    }

    private static func kind(of cause: any Error) -> Failure.Kind {
        switch cause {
        case is NIOConnectionError: .connectFailed
        case let cause as IOError where refusals.contains(cause.errnoCode): .connectFailed
        case is CancellationError: .cancelled
        case let cause as HTTPClientError: kind(of: cause)
        default: .connectionLost
        }
    }

    private static func kind(of cause: HTTPClientError) -> Failure.Kind {
        switch cause {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .invalidURL,
            .emptyHost, .emptyScheme:
            .connectFailed
        case .deadlineExceeded, .readTimeout: .timedOut
        case .cancelled: .cancelled
        default: .connectionLost
        }
    }

    /// What connecting fails with, and nothing else.
    private static let refusals: Set<Int32> = [
        ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL,
    ]

    private static func reason(for cause: any Error) -> String {
        switch cause {
        case let cause as NIOConnectionError:
            cause.connectionErrors.first.map { reason(for: $0.error) } ?? "no address for this name"
        case let cause as IOError: String(cString: strerror(cause.errnoCode))
        case let cause as HTTPClientError: cause.shortDescription
        case is AnswerCollector.TooLong: "the answer is too long"
        default: "\(cause)"
        }
    }
}

/// Collects one answer on the event loop, and notes there when it was complete: the task that
/// waits may resume much later on a busy machine.
private final class AnswerCollector: HTTPClientResponseDelegate {
    typealias Response = HTTPSender.Answer

    struct TooLong: Error {}

    private struct State {
        var status: Int?
        var body: [UInt8] = []
        var failed: ContinuousClock.Instant?
    }

    private static let maximumBody = 64 << 20

    private let state = Mutex(State())

    var failed: ContinuousClock.Instant? { state.withLock { $0.failed } }

    func didReceiveHead(
        task: HTTPClient.Task<HTTPSender.Answer>, _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        state.withLock { $0.status = Int(head.status.code) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
        task: HTTPClient.Task<HTTPSender.Answer>, _ buffer: ByteBuffer
    ) -> EventLoopFuture<Void> {
        let isTooLong = state.withLock { state in
            state.body += buffer.readableBytesView
            return state.body.count > Self.maximumBody
        }
        return isTooLong
            ? task.eventLoop.makeFailedFuture(TooLong()) : task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveError(task: HTTPClient.Task<HTTPSender.Answer>, _ error: any Error) {
        state.withLock { $0.failed = .now }
    }

    func didFinishRequest(
        task: HTTPClient.Task<HTTPSender.Answer>
    ) throws -> HTTPSender.Answer {
        let finished = ContinuousClock.now
        return try state.withLock { state in
            guard let status = state.status else { throw HTTPClientError.remoteConnectionClosed }
            return HTTPSender.Answer(status: status, body: state.body, finished: finished)
        }
    }
}

extension Duration {
    fileprivate var timeAmount: TimeAmount {
        .nanoseconds(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
    }
}
