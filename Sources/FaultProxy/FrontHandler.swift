internal import NIOCore
internal import NIOHTTP1

/// One client's connection: reads a request, lets the fault that strikes it have its way, and
/// otherwise hands it to the storage. One request at a time.
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
        case answered(OwnAnswer)
        /// Kept whole, to be delivered when the client has lost its connection.
        case collected(LateDelivery)
        /// Kept until the storage is connected, or the delay is over.
        case waiting([HTTPServerRequestPart])
        case forwarded
        /// The storage has answered; the rest of its answer is on the way to a slow client.
        case delivering
    }

    let state: ProxyState
    let connector: UpstreamConnector
    /// What stands between here and the client. It can be full though the socket is not.
    var stream: StreamHandler?
    private let signer: RequestSigner?
    private let deadline: HeadDeadline
    private(set) var context: ChannelHandlerContext?
    var fate = Fate.none
    /// What a fault does to the request; `nil` if it is spared.
    private(set) var strike: Strike?
    /// The request, until it was told what became of it.
    private(set) var operation: ProxiedOperation?
    /// It asks for the head of an answer only.
    var isHead = false
    /// The client understands bodies in chunks.
    private(set) var takesChunks = true
    /// The connection is of use when the request is answered.
    var isKeepAlive = true
    private(set) var hasWholeRequest = true
    /// The client waits for a 100 before it sends the body.
    private var awaitsContinue = false
    /// The connection to the storage, kept for the next request.
    var back: (any Channel)?
    /// What the storage answers to the request; `nil` before it does.
    var answer: StorageAnswer?
    /// What later reads may be answered with, as far as it has come.
    var recording: ReadRecording?
    /// A slice of a slow answer is under way.
    var isSlicing = false
    /// Set while the request is late by a fault.
    var delayed: Scheduled<Void>?
    /// Set when nothing more is said to the client: what it still sends is dropped, and it has so
    /// long to end the connection.
    var farewell: Scheduled<Void>?

    init(
        state: ProxyState, connector: UpstreamConnector, signer: RequestSigner?,
        deadline: HeadDeadline
    ) {
        (self.state, self.connector) = (state, connector)
        (self.signer, self.deadline) = (signer, deadline)
    }

    /// No request has begun whose answer has not ended.
    var isBetweenRequests: Bool {
        if case .none = fate { hasWholeRequest && operation == nil } else { false }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        state.connected()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        farewell?.cancel()
        delayed?.cancel()
        if case .collected(let delivery) = fate { delivery.finish() }
        end()
        back?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        refuse(error, context: context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        updateReadingFromStorage(context: context)
        context.fireChannelWritabilityChanged()
    }

    // MARK: From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if farewell != nil { return }
        var part = unwrapInboundIn(data)
        switch part {
        case .head(let head): part = .head(begin(head, context: context))
        case .body: break
        case .end: hasWholeRequest = true
        }
        switch fate {
        case .none, .withheld, .delivering: break
        case .answered(let answer):
            if hasWholeRequest { respond(answer, context: context) }
        case .collected(let delivery): collect(part, for: delivery, context: context)
        case .waiting(let parts): fate = .waiting(parts + [part])
        case .forwarded: forward(part)
        }
    }

    /// A head goes on its way though its body is still to come: the storage may answer before.
    func channelReadComplete(context: ChannelHandlerContext) {
        back?.flush()
        context.fireChannelReadComplete()
    }

    /// - Returns: the request as it is forwarded, if it is.
    private func begin(
        _ head: HTTPRequestHead, context: ChannelHandlerContext
    ) -> HTTPRequestHead {
        deadline.headCame()
        isHead = head.method == .HEAD
        takesChunks = head.version == .http1_1
        isKeepAlive = head.isKeepAlive && !head.asksForUpgrade
        hasWholeRequest = false
        let expectations = head.headers[canonicalForm: "expect"].map { $0.lowercased() }
        awaitsContinue = head.version == .http1_1 && expectations.contains("100-continue")
        let reception = state.receive(RequestDescription(head))
        (operation, strike) = (reception.operation, reception.strike)
        recording = reception.readTarget.map { ReadRecording(target: $0) }
        do throws(ForwardingRefusal) {
            let forwarded = try head.forwarded(signer)
            meetFault(of: reception, refusal: nil, context: context)
            return forwarded
        } catch {
            meetFault(of: reception, refusal: error, context: context)
            return head
        }
    }

    /// - Parameter refusal: why the request cannot be forwarded, if no fault keeps it from that.
    private func meetFault(
        of reception: ProxyState.Reception, refusal: ForwardingRefusal?,
        context: ChannelHandlerContext
    ) {
        let sequence = reception.operation.sequence
        switch strike?.kind {
        case .hang: fate = .withheld
        // A connection can slip in while the port is being closed.
        case .refuse, .resetBeforeForwarding: reset(context.channel)
        case .status(let status, let code, let message):
            let answer = OwnAnswer(
                status: status, code: code ?? OwnAnswer.code(for: status),
                message: message ?? "An injected fault.", sequence: sequence)
            answerInstead(answer, context: context)
        case .staleRead:
            if let answer = strike?.stale { answerInstead(answer, context: context) }
        case .latency, .resetAfterAnswer, .bandwidth, .truncate, .corrupt, .lateDelivery, nil:
            guard let refusal else { return handOver(reception, context: context) }
            if let strike { state.release(strike) }
            let answer = OwnAnswer(
                status: refusal.status, code: refusal.code, message: refusal.message,
                sequence: sequence)
            answerInstead(answer, context: context)
        }
    }

    private func answerInstead(_ answer: OwnAnswer, context: ChannelHandlerContext) {
        fate = .answered(answer)
        sendContinue(context: context)
    }

    private func handOver(_ reception: ProxyState.Reception, context: ChannelHandlerContext) {
        guard let strike, case .lateDelivery = strike.kind else {
            wait(context: context)
            return connect(after: self.strike?.delay ?? .zero, on: context.eventLoop)
        }
        // From here on the delivery tells what becomes of the request.
        operation = nil
        fate = .collected(
            LateDelivery(
                reception.operation, strike, state: state, connector: connector,
                loop: context.eventLoop))
        sendContinue(context: context)
    }

    private func collect(
        _ part: HTTPServerRequestPart, for delivery: LateDelivery, context: ChannelHandlerContext
    ) {
        delivery.add(part)
        guard hasWholeRequest else { return }
        fate = .none
        delivery.start()
        reset(context.channel)
    }

    /// Answers `Expect: 100-continue`. The header is forwarded all the same, as everything is; a
    /// 100 of the storage is dropped where its answers are decoded, so the client gets one.
    func sendContinue(context: ChannelHandlerContext) {
        guard awaitsContinue, !hasWholeRequest else { return }
        awaitsContinue = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
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

    /// Writes the end of an answer, and closes the connection if it is of no more use.
    func writeEnd(_ end: HTTPServerResponsePart, context: ChannelHandlerContext) {
        // Before writing: with the end of an answer, a request that waits behind it begins.
        let (isLast, isWhole) = (!isKeepAlive, hasWholeRequest)
        if isLast, !isWhole { bidFarewell(within: HeadDeadline.limit, context: context) }
        let written = context.writeAndFlush(wrapOutboundOut(end))
        if isLast { endWhenWritten(written, isWhole ? .close : .end) }
    }

    /// Not if it was dropped on its way: whatever dropped it says when the connection ends.
    func endWhenWritten(_ written: EventLoopFuture<Void>, _ ending: StreamEnding) {
        let bound = NIOLoopBound(stream, eventLoop: written.eventLoop)
        written.whenSuccess { bound.value?.endOutput(ending) }
    }

    /// Closed at once, with bytes unread, the client might get a reset and no answer.
    func bidFarewell(within limit: TimeAmount, context: ChannelHandlerContext) {
        let channel = context.channel
        farewell = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}
