internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// A small HTTP server on 127.0.0.1, with an event loop of its own, for services that a drill
/// brings along. It keeps whole bodies in memory, at most 64 MiB each.
public final class LoopbackServer: Sendable {
    public struct Request: Sendable {
        public let method: String
        /// Path and query as sent, percent-encoded.
        public let target: String
        /// In the order sent, names in lower case.
        public let headers: [(name: String, value: String)]
        public let body: [UInt8]

        public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    public struct Response: Sendable {
        public var status: Int
        public var headers: [(name: String, value: String)]
        public var body: [UInt8]

        public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [])
        {
            (self.status, self.headers, self.body) = (status, headers, body)
        }
    }

    public typealias Handler = @Sendable (Request) async -> Response

    public let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let isStopped = Atomic<Bool>(false)
    private let underWay: AnswersUnderWay

    /// - Parameter port: 0 lets the system choose.
    public init(port: Int = 0, handler: @escaping Handler) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let underWay = AnswersUnderWay()
        (self.group, self.underWay) = (group, underWay)
        do {
            listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        try channel.pipeline.syncOperations.addHandler(
                            Exchange(handler: handler, underWay: underWay))
                    }
                }
                .bind(host: "127.0.0.1", port: port).get()
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        self.port = listener.localAddress?.port ?? port
    }

    /// Closes the port and every connection. Doing so again does nothing.
    public func stop() async {
        // A channel whose event loop has ended would never say that it is closed.
        if isStopped.exchange(true, ordering: .relaxed) { return }
        try? await listener.close()
        await underWay.end()
        try? await group.shutdownGracefully()
    }
}

/// Counts the requests that are being answered: an event loop that has ended takes no answers.
private final class AnswersUnderWay: Sendable {
    /// A handler that takes longer is not waited for.
    private static let patience: Duration = .seconds(10)

    private let count = Atomic<Int>(0)

    func began() { count.add(1, ordering: .relaxed) }
    func finished() { count.subtract(1, ordering: .relaxed) }

    /// Waits until there are none, also in a task that was cancelled.
    func end() async {
        await Task {
            let deadline = ContinuousClock.now + Self.patience
            while count.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
                try? await Task.sleep(for: .milliseconds(2))
            }
        }.value
    }
}

/// Collects one request after another and writes what the handler answers.
private final class Exchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let maximumBody = 64 << 20

    private let handler: LoopbackServer.Handler
    private let underWay: AnswersUnderWay
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(handler: @escaping LoopbackServer.Handler, underWay: AnswersUnderWay) {
        (self.handler, self.underWay) = (handler, underWay)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let part):
            body += part.readableBytesView
            if body.count > Self.maximumBody { context.close(promise: nil) }
        case .end:
            guard let head else { return }
            answer(to: head, channel: context.channel)
        }
    }

    private func answer(to head: HTTPRequestHead, channel: any Channel) {
        let request = LoopbackServer.Request(
            method: head.method.rawValue, target: head.uri,
            headers: head.headers.map { ($0.name.lowercased(), $0.value) }, body: body)
        body = []
        Self.answer(
            request, with: handler, underWay, isKeepAlive: head.isKeepAlive, to: channel)
    }

    private static func answer(
        _ request: LoopbackServer.Request, with handler: @escaping LoopbackServer.Handler,
        _ underWay: AnswersUnderWay, isKeepAlive: Bool, to channel: any Channel
    ) {
        underWay.began()
        Task {
            let response = await handler(request)
            // Not from here: a future made for an event loop that has ended would never be told.
            channel.eventLoop.execute {
                write(
                    response, isKeepAlive: isKeepAlive, isHead: request.method == "HEAD",
                    to: channel)
            }
            underWay.finished()
        }
    }

    private static func write(
        _ response: LoopbackServer.Response, isKeepAlive: Bool, isHead: Bool,
        to channel: any Channel
    ) {
        var head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: response.status),
            headers: HTTPHeaders(response.headers))
        if !head.headers.contains(name: "content-length") {
            head.headers.add(name: "content-length", value: String(response.body.count))
        }
        if !isKeepAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if !isHead && !response.body.isEmpty {
            let buffer = ByteBuffer(bytes: response.body)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
        }
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
            if !isKeepAlive { channel.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
