internal import NIOCore
internal import NIOHTTP1

/// One connection of the API: reads a request, has it answered elsewhere, and writes the answer,
/// each within its time.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private static let maximumBody = 1 << 20
    /// Of a body that is too large, so much more is read, so that its sender gets to the answer.
    private static let maximumDiscarded = 16 << 20
    /// Until a request begins, from its head to its end, and from there to the answer.
    private static let idleTime: TimeAmount = .seconds(60)
    private static let receivingTime: TimeAmount = .seconds(15)
    private static let answeringTime: TimeAmount = .seconds(25)

    private let api: ControlAPI
    private let exchanges: ControlExchanges
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var size = 0
    private var timer: Scheduled<Void>?
    /// Tells an answer that comes late that its place is taken.
    private var exchange = 0
    /// Whether the last request that began waits for its answer.
    private var isAnswering = false
    /// Whether its answer has no body: what came instead would be taken for the next answer.
    private var isHead = false
    private var isInputClosed = false
    private var written: EventLoopFuture<Void>?

    init(_ api: ControlAPI, _ exchanges: ControlExchanges) {
        (self.api, self.exchanges) = (api, exchanges)
    }

    // MARK: The connection

    func channelActive(context: ChannelHandlerContext) {
        guard exchanges.opened() else { return context.close(promise: nil) }
        setTimer(context.channel, Self.idleTime) { _, channel in channel.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        exchange += 1
        exchanges.closed()
        context.fireChannelInactive()
    }

    /// A client that has closed its side gets the answer that is under way.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            if head != nil {
                context.close(promise: nil)
            } else if !isAnswering {
                close(context.channel)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// After what was written, if anything was.
    private func close(_ channel: any Channel) {
        guard let written else { return channel.close(promise: nil) }
        written.whenComplete { _ in channel.close(promise: nil) }
    }

    private func setTimer(
        _ channel: any Channel, _ time: TimeAmount,
        _ action: @escaping @Sendable (ControlHandler, any Channel) -> Void
    ) {
        timer?.cancel()
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        timer = channel.eventLoop.scheduleTask(in: time) { action(bound.value, channel) }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): began(head, context)
        case .body(let part):
            size += part.readableBytes
            if size <= Self.maximumBody {
                body += part.readableBytesView
            } else if size > Self.maximumBody + Self.maximumDiscarded {
                refuse(Self.tooLarge, context)
            }
        case .end:
            guard let head, isAnswering else { return }
            self.head = nil
            if size > Self.maximumBody {
                refuse(Self.tooLarge, context)
            } else {
                answer(head, context)
            }
        }
    }

    private func began(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        self.head = head
        (body, size) = ([], 0)
        isHead = head.method == .HEAD
        exchange += 1
        let number = exchange
        setTimer(context.channel, Self.receivingTime) { handler, channel in
            let error = ControlError(408, "the request has not come within 15 s")
            handler.write(ControlResponse(error), of: number, isKeepAlive: false, to: channel)
        }
        isAnswering = true
        guard head.headers[canonicalForm: "expect"].first?.lowercased() == "100-continue" else {
            return
        }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > Self.maximumBody
        {
            return refuse(Self.tooLarge, context)
        }
        let go = HTTPResponseHead(version: .http1_1, status: .continue)
        context.channel.writeAndFlush(HTTPServerResponsePart.head(go), promise: nil)
    }

    private static let tooLarge = ControlResponse(
        ControlError(413, "a body has at most \(maximumBody) bytes"))

    /// Answers at once, and closes the connection.
    private func refuse(_ response: ControlResponse, _ context: ChannelHandlerContext) {
        write(response, of: exchange, isKeepAlive: false, to: context.channel)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let number = exchange
        // Who speaks HTTP/1.0 takes the end of the connection for the end of the answer.
        let isKeepAlive = head.isKeepAlive && head.version != .http1_0
        guard
            let request = ControlRequest(
                method: head.method.rawValue, target: head.uri,
                agent: head.headers.first(name: "user-agent") ?? "",
                authorization: head.headers.first(name: "authorization"), body: body)
        else { return refuse(ControlResponse(ControlError(400, "the path is malformed")), context) }
        body = []
        setTimer(context.channel, Self.answeringTime) { handler, channel in
            handler.write(.timeout, of: number, isKeepAlive: isKeepAlive, to: channel)
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (api, exchanges, channel) = (api, exchanges, context.channel)
        exchanges.began()
        Task {
            let response = await api.respond(to: request)
            channel.eventLoop.execute {
                bound.value.write(response, of: number, isKeepAlive: isKeepAlive, to: channel)
            }
            exchanges.finished()
        }
    }

    // MARK: Answers

    private func write(
        _ response: ControlResponse, of number: Int, isKeepAlive: Bool, to channel: any Channel
    ) {
        guard number == exchange, isAnswering else { return }
        isAnswering = false
        setTimer(channel, Self.idleTime) { _, channel in channel.close(promise: nil) }
        let closes = !isKeepAlive || isInputClosed
        var head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: response.status))
        for (name, value) in response.headers.sorted(by: { $0.key < $1.key }) {
            head.headers.add(name: name, value: value)
        }
        if response.status != 204 {
            head.headers.add(name: "Content-Length", value: String(response.body.count))
        }
        if closes { head.headers.add(name: "Connection", value: "close") }
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if !response.body.isEmpty, !isHead {
            let buffer = ByteBuffer(bytes: response.body)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
        }
        written = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        if closes { close(channel) }
    }
}
