internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#endif

/// One client's connection: reads a request, lets the fault in force have its way with it, and
/// otherwise hands it to the storage as it is. One request at a time.
///
/// Everything here runs on the connection's event loop, the connection to the storage included.
final class FrontHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What becomes of the request that is being read or answered.
    private enum Fate {
        case none
        /// Everything read is dropped; nothing is answered.
        case withheld
        /// Everything read is dropped, then the proxy answers by itself.
        case answered(status: Int, code: String, message: String)
        /// Kept until the storage is connected, or the delay is over.
        case waiting([HTTPServerRequestPart])
        case forwarded
    }

    private let state: ProxyState
    private let connector: UpstreamConnector
    private var context: ChannelHandlerContext?
    private var fate = Fate.none
    private var operation: ProxiedOperation?
    private var isKeepAlive = true
    private var back: (any Channel)?

    init(state: ProxyState, connector: UpstreamConnector) {
        (self.state, self.connector) = (state, connector)
    }

    var isWithholding: Bool {
        if case .withheld = fate { true } else { false }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        state.connected()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        back?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .head(let head) = part { begin(head, context: context) }
        switch fate {
        case .none, .withheld: break
        case .answered(let status, let code, let message):
            if case .end = part {
                answer(status: status, code: code, message: message, context: context)
            }
        case .waiting(let parts): fate = .waiting(parts + [part])
        case .forwarded: forward(part, context: context)
        }
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        isKeepAlive = head.isKeepAlive
        let path = head.uri.prefix { $0 != "?" }.dropFirst()
        let names = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var metadata: [String: String] = [:]
        for (name, value) in head.headers where name.lowercased().hasPrefix("x-amz-meta-") {
            metadata[String(name.lowercased().dropFirst("x-amz-meta-".count))] = value
        }
        let operation = state.receive(
            method: head.method.rawValue, bucket: names.first.map(String.init) ?? "",
            key: names.count > 1 ? String(names[1]) : "",
            agent: head.headers.first(name: "user-agent") ?? "", metadata: metadata)
        self.operation = operation
        switch operation.fault {
        case .hang: fate = .withheld
        // A connection can slip in while the port is being closed.
        case .refuse, .resetBeforeForwarding: reset(context.channel)
        case .status(let status):
            let code = Self.code(for: status)
            fate = .answered(status: status, code: code, message: "An injected fault.")
        case .latency(let delay):
            wait(context: context)
            let resumed = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) {
                resumed.value.connect()
            }
        case .resetAfterAnswer, nil:
            wait(context: context)
            connect()
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

    private func connect() {
        guard let context else { return }
        if let back, back.isActive { return flushWaiting(to: back, context: context) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let connecting = connector.connect(on: context.eventLoop) {
            BackHandler(
                receive: { bound.value.receive($0) },
                closed: { bound.value.storageClosed() },
                writable: {
                    bound.value.context?.channel.setOption(.autoRead, value: $0)
                        .whenFailure { _ in }
                })
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
            back = channel
            flushWaiting(to: channel, context: context)
        case .failure(let error):
            guard case .waiting(let parts) = fate else { return }
            fate = .answered(
                status: 502, code: "UpstreamUnreachable",
                message: "\(connector.address): \(Self.reason(error))")
            resumeReading(context: context)
            if case .end = parts.last, case .answered(let status, let code, let message) = fate {
                answer(status: status, code: code, message: message, context: context)
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
        for part in parts { forward(part, context: context) }
        resumeReading(context: context)
    }

    private func resumeReading(context: ChannelHandlerContext) {
        context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
    }

    private func forward(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
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

    // MARK: To the client

    private func receive(_ part: HTTPClientResponsePart) {
        guard let context, case .forwarded = fate, var operation else { return }
        if case .head(let head) = part {
            operation.status = Int(head.status.code)
            self.operation = operation
        }
        if operation.fault == .resetAfterAnswer {
            if case .end = part {
                state.answered(operation)
                reset(context.channel)
            }
            return
        }
        switch part {
        case .head(let head): context.write(wrapOutboundOut(.head(head)), promise: nil)
        case .body(let buffer):
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        case .end(let trailers):
            fate = .none
            state.answered(operation)
            finish(context.writeAndFlush(wrapOutboundOut(.end(trailers))), context: context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        back?.setOption(.autoRead, value: context.channel.isWritable).whenFailure { _ in }
        context.fireChannelWritabilityChanged()
    }

    private func storageClosed() {
        back = nil
        // In the middle of an answer the client can only be told by losing it.
        if case .forwarded = fate, let context { reset(context.channel) }
    }

    private func answer(
        status: Int, code: String, message: String, context: ChannelHandlerContext
    ) {
        fate = .none
        let text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<Error><Code>\(code)</Code><Message>\(message)</Message></Error>"
        let isHead = operation?.method == "HEAD"
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: status),
            headers: ["content-type": "application/xml", "content-length": String(text.utf8.count)])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        }
        finish(context.writeAndFlush(wrapOutboundOut(.end(nil))), context: context)
    }

    private func finish(_ written: EventLoopFuture<Void>, context: ChannelHandlerContext) {
        if isKeepAlive { return }
        let channel = context.channel
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
