internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// An answer with a status below 300.
struct S3Response: Sendable {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]
    let finished: ContinuousClock.Instant
}

/// Signs requests, sends them once and collects their answers. It never tries again.
final class S3Transport: Sendable {
    /// Answers are collected in memory; larger objects are read in ranges.
    private static let maximumResponse = 64 << 20

    private let configuration: S3Configuration
    private let client: HTTPClient
    private let now: @Sendable () -> Date

    init(_ configuration: S3Configuration, now: @escaping @Sendable () -> Date) throws {
        self.configuration = configuration
        self.now = now
        var options = HTTPClient.Configuration()
        options.httpVersion = .http1Only
        options.redirectConfiguration = .disallow
        options.timeout.connect = configuration.connectTimeout.timeAmount
        options.connectionPool.retryConnectionEstablishment = false
        options.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
            configuration.maximumConnections
        options.connectionPool.idleTimeout = configuration.idleTimeout.timeAmount
        if configuration.usesNewConnections { options.maximumUsesPerConnection = 1 }
        if let file = configuration.extraAuthority {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(file))]
            options.tlsConfiguration = tls
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
    }

    func shutdown() async throws { try await client.shutdown() }

    /// - Throws: `S3Error`.
    func send(_ request: S3Request) async throws -> S3Response {
        if let objection = request.objection {
            throw S3Error(.invalidRequest, message: objection, finished: .now)
        }
        let collector = ResponseCollector(limit: Self.maximumResponse)
        let response: S3Response
        do {
            let task = client.execute(
                request: try signed(request), delegate: collector,
                deadline: .now() + configuration.requestTimeout.timeAmount)
            response = try await withTaskCancellationHandler {
                try await task.get()
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw self.error(for: error, at: collector.failed ?? .now)
        }
        if response.status >= 300 { throw ErrorDocument.error(for: response) }
        return response
    }

    private func signed(_ request: S3Request) throws -> HTTPClient.Request {
        let timestamp = Self.timestamp(now())
        let hash = Digests.sha256(request.body)
        var headers = request.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        headers.append(("host", configuration.endpoint.authority))
        headers.append(("x-amz-date", timestamp))
        headers.append(("x-amz-content-sha256", hash))
        let signature = RequestSignature(
            method: request.method, path: request.path, query: request.query, headers: headers,
            payloadHash: hash, region: configuration.region, timestamp: timestamp)
        headers.append(("user-agent", configuration.agent))
        if let id = S3Invocation.id { headers.append(("amz-sdk-invocation-id", id)) }
        headers.append(
            ("authorization", signature.authorization(with: configuration.credentials)))
        return try HTTPClient.Request(
            url: configuration.endpoint.connectURL + request.target,
            method: HTTPMethod(rawValue: request.method), headers: HTTPHeaders(headers),
            body: request.body.isEmpty ? nil : .bytes(request.body))
    }

    /// `YYYYMMDD'T'HHMMSS'Z'` in UTC.
    static func timestamp(_ date: Date) -> String {
        date.formatted(.iso8601).filter { (character: Character) in
            character != "-" && character != ":"
        }
    }

    private func error(for cause: any Error, at instant: ContinuousClock.Instant) -> S3Error {
        let code: S3Error.Code
        switch cause {
        case is NIOConnectionError, is NIOSSLError, is NIOSSLExtraError: code = .connectFailed
        case let cause as IOError where Self.refusals.contains(cause.errnoCode):
            code = .connectFailed
        case is CancellationError: code = .cancelled
        case is ResponseCollector.TooLong: code = .tooLong
        case let cause as HTTPClientError: code = Self.code(for: cause)
        default: code = .connectionLost
        }
        return S3Error(code, message: message(for: cause), finished: instant)
    }

    /// What connecting fails with, and nothing else.
    private static let refusals: Set<Int32> = [
        ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL,
    ]

    private static func code(for cause: HTTPClientError) -> S3Error.Code {
        switch cause {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout: .connectFailed
        case .deadlineExceeded, .readTimeout: .timedOut
        case .cancelled: .cancelled
        default: .connectionLost
        }
    }

    private func message(for cause: any Error) -> String {
        let place =
            configuration.endpoint.connectAddress.map { "\($0.host):\($0.port)" }
            ?? "\(configuration.endpoint.host):\(configuration.endpoint.port)"
        return "\(place): \(Self.reason(for: cause))"
    }

    /// What people can do something about, without the insides of the libraries below.
    private static func reason(for cause: any Error) -> String {
        switch cause {
        case let cause as NIOConnectionError:
            cause.connectionErrors.first.map { reason(for: $0.error) } ?? "no address for this name"
        case let cause as IOError: String(cString: strerror(cause.errnoCode))
        case let cause as HTTPClientError: cause.shortDescription
        case is NIOSSLError, is NIOSSLExtraError: S3Error.tlsReason(in: "\(cause)")
        case is ResponseCollector.TooLong: "the answer is too long"
        default: "\(cause)"
        }
    }
}

/// Collects one answer on the event loop, and notes there when it was complete: the task that
/// waits may resume much later on a busy machine.
private final class ResponseCollector: HTTPClientResponseDelegate {
    struct TooLong: Error {}

    private struct State {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        var failed: ContinuousClock.Instant?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    var failed: ContinuousClock.Instant? { state.withLock { $0.failed } }

    func didReceiveHead(
        task: HTTPClient.Task<S3Response>, _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
        task: HTTPClient.Task<S3Response>, _ buffer: ByteBuffer
    ) -> EventLoopFuture<Void> {
        let isTooLong = state.withLock { state in
            state.body += buffer.readableBytesView
            return state.body.count > limit
        }
        return isTooLong
            ? task.eventLoop.makeFailedFuture(TooLong()) : task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveError(task: HTTPClient.Task<S3Response>, _ error: any Error) {
        state.withLock { $0.failed = .now }
    }

    func didFinishRequest(task: HTTPClient.Task<S3Response>) throws -> S3Response {
        let finished = ContinuousClock.now
        return try state.withLock { state in
            guard let head = state.head else { throw HTTPClientError.remoteConnectionClosed }
            var headers: [String: String] = [:]
            for (name, value) in head.headers { headers[name.lowercased()] = value }
            return S3Response(
                status: Int(head.status.code), headers: headers, body: state.body,
                finished: finished)
        }
    }
}

extension Duration {
    var timeAmount: TimeAmount {
        .nanoseconds(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
    }
}
