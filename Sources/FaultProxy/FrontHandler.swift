internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#endif

/// One client's connection: reads a request, lets the fault that strikes it have its way, and
/// otherwise hands it to the storage as it is. One request at a time.
///
/// Everything here runs on the connection's event loop, the connection to the storage included.
final class FrontHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What becomes of the request that is being read or answered.
    enum Fate {
        case none
        /// Everything read is dropped; nothing is answered.
        case withheld
        /// Everything read is dropped, then the proxy answers by itself.
        case answered(status: Int, code: String, message: String)
        /// Kept until the storage is connected, or the delay is over.
        case waiting([HTTPServerRequestPart])
        case forwarded
        /// The storage has answered; the rest of its answer is on the way to a slow client.
        case delivering
    }

    let state: ProxyState
    private let connector: UpstreamConnector
    private(set) var context: ChannelHandlerContext?
    var fate = Fate.none
    /// What a fault does to the request; `nil` if it is spared.
    private(set) var strike: Strike?
    /// The request, until it was told what became of it.
    private var operation: ProxiedOperation?
    private var isKeepAlive = true
    private(set) var hasWholeRequest = true
    /// The client waits for a 100 before it sends the body.
    private var awaitsContinue = false
    /// The connection to the storage, kept for the next request.
    var back: (any Channel)?
    /// What the storage answers to the request; `nil` before it does.
    var answer: StorageAnswer?
    /// A slice of a slow answer is under way.
    var isSlicing = false

    init(state: ProxyState, connector: UpstreamConnector) {
        (self.state, self.connector) = (state, connector)
    }

    /// Whether this fault keeps the request from being answered.
    func isWithheld(by token: String) -> Bool {
        if case .withheld = fate { strike?.token == token } else { false }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        state.connected()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        end()
        back?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        updateReadingFromStorage(context: context)
        context.fireChannelWritabilityChanged()
    }

    // MARK: From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch part {
        case .head(let head): begin(head, context: context)
        case .body: break
        case .end: hasWholeRequest = true
        }
        switch fate {
        case .none, .withheld, .delivering: break
        case .answered(let status, let code, let message):
            if hasWholeRequest {
                respond(status: status, code: code, message: message, context: context)
            }
        case .waiting(let parts): fate = .waiting(parts + [part])
        case .forwarded: forward(part)
        }
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        isKeepAlive = head.isKeepAlive
        hasWholeRequest = false
        let expectations = head.headers[canonicalForm: "expect"].map { $0.lowercased() }
        awaitsContinue = head.version == .http1_1 && expectations.contains("100-continue")
        let path = head.uri.prefix { $0 != "?" }.dropFirst()
        let names = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var metadata: [String: String] = [:]
        for (name, value) in head.headers where name.lowercased().hasPrefix("x-amz-meta-") {
            metadata[String(name.lowercased().dropFirst("x-amz-meta-".count))] = value
        }
        let received = state.receive(
            method: head.method.rawValue, bucket: names.first.map(String.init) ?? "",
            key: names.count > 1 ? String(names[1]) : "",
            agent: head.headers.first(name: "user-agent") ?? "", metadata: metadata)
        (operation, strike) = (received.operation, received.strike)
        operation?.invocation = head.headers.first(name: "amz-sdk-invocation-id")
        meetFault(context: context)
    }

    private func meetFault(context: ChannelHandlerContext) {
        switch strike?.kind {
        case .hang: fate = .withheld
        // A connection can slip in while the port is being closed.
        case .refuse, .resetBeforeForwarding: reset(context.channel)
        case .status(let status):
            let code = Self.code(for: status)
            fate = .answered(status: status, code: code, message: "An injected fault.")
            sendContinue(context: context)
        case .latency, .resetAfterAnswer, .bandwidth, .truncate, .corrupt, nil:
            wait(context: context)
            connect(after: strike?.delay ?? .zero, on: context.eventLoop)
        }
    }

    private static func code(for status: Int) -> String {
        switch status {
        case 403: "AccessDenied"
        case 404: "NoSuchKey"
        case 503: "ServiceUnavailable"
        case 500...: "InternalError"
        default: "InvalidRequest"
        }
    }

    // MARK: To the storage

    /// Stops reading until the request can be forwarded, so that a large body stays where it is.
    private func wait(context: ChannelHandlerContext) {
        fate = .waiting([])
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
    }

    func resumeReading(context: ChannelHandlerContext) {
        sendContinue(context: context)
        context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
    }

    /// Answers `Expect: 100-continue`. The header is forwarded all the same, as everything is; a
    /// 100 of the storage is dropped where its answers are decoded, so the client gets one.
    private func sendContinue(context: ChannelHandlerContext) {
        guard awaitsContinue, !hasWholeRequest else { return }
        awaitsContinue = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func connect(after delay: Duration, on loop: any EventLoop) {
        guard delay > .zero else { return connect() }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) { bound.value.connect() }
    }

    private func connect() {
        guard let context else { return }
        if let back, back.isActive { return flushWaiting(to: back, context: context) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let connecting = connector.connect(on: context.eventLoop) {
            BackHandler(
                receive: { bound.value.receive($0, from: $1) },
                paused: { bound.value.storagePaused($0) },
                closed: { bound.value.storageClosed($0) },
                writable: { bound.value.storageWritable($0) })
        }
        connecting.whenComplete { bound.value.connected($0) }
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        guard let context else {
            // The client has gone meanwhile.
            if case .success(let channel) = result { channel.close(promise: nil) }
            return
        }
        switch result {
        case .success(let channel):
            // Closed at once: nobody will say so again.
            guard channel.isActive else { return reset(context.channel) }
            back = channel
            flushWaiting(to: channel, context: context)
        case .failure(let error):
            guard case .waiting = fate else { return }
            let message = "\(connector.address): \(Self.reason(error))"
            let code = "UpstreamUnreachable"
            fate = .answered(status: 502, code: code, message: message)
            resumeReading(context: context)
            if hasWholeRequest {
                respond(status: 502, code: code, message: message, context: context)
            }
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let connection = error as? NIOConnectionError else { return "\(error)" }
        return connection.connectionErrors.first.map { "\($0.error)" } ?? "no address"
    }

    private func flushWaiting(to back: any Channel, context: ChannelHandlerContext) {
        guard case .waiting(let parts) = fate else { return }
        fate = .forwarded
        if let operation { state.forwarded(operation) }
        for part in parts { forward(part) }
        resumeReading(context: context)
    }

    private func forward(_ part: HTTPServerRequestPart) {
        guard let back else { return }
        switch part {
        case .head(let head): back.write(HTTPClientRequestPart.head(head), promise: nil)
        case .body(let buffer):
            // The connection to the storage says when it has taken enough: see `BackHandler`.
            back.writeAndFlush(HTTPClientRequestPart.body(.byteBuffer(buffer)), promise: nil)
        case .end(let trailers):
            back.writeAndFlush(HTTPClientRequestPart.end(trailers), promise: nil)
        }
    }

    private func storageWritable(_ storage: any Channel) {
        guard storage === back, let context else { return }
        context.channel.setOption(.autoRead, value: storage.isWritable).whenFailure { _ in }
    }

    // MARK: The end of a request

    /// Tells, once, what became of the request.
    ///
    /// - Parameter status: of the storage's answer, if that passed whole.
    func end(status: Int? = nil) {
        guard var operation else { return }
        self.operation = nil
        (operation.status, operation.finished) = (status, .now)
        state.ended(operation)
    }

    private func respond(
        status: Int, code: String, message: String, context: ChannelHandlerContext
    ) {
        let isHead = operation?.method == "HEAD"
        fate = .none
        end()
        let text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<Error><Code>\(code)</Code><Message>\(message)</Message></Error>"
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: status),
            headers: ["content-type": "application/xml", "content-length": String(text.utf8.count)])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        }
        writeEnd(.end(nil), context: context)
    }

    /// Writes the end of an answer, and closes the connection if the client asked for that.
    func writeEnd(_ end: HTTPServerResponsePart, context: ChannelHandlerContext) {
        // Before writing: with the end of an answer, a request that waits behind it begins.
        let isLast = !isKeepAlive
        let written = context.writeAndFlush(wrapOutboundOut(end))
        if isLast { closeWhenComplete(written, context.channel) }
    }

    func closeWhenComplete(_ written: EventLoopFuture<Void>, _ channel: any Channel) {
        written.whenComplete { _ in channel.close(promise: nil) }
    }
}

/// Closes a connection so that the other side gets a reset, not an orderly end.
func reset(_ channel: any Channel) {
    guard let socket = channel as? any SocketOptionProvider else {
        return channel.close(promise: nil)
    }
    socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
        channel.close(promise: nil)
    }
}

extension Duration {
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
