internal import NIOCore

/// Stands on a client's connection, above TLS and below what understands or forwards the bytes, and
/// lets stream faults have their way with them. Without such a fault it only passes on and counts.
///
/// Bytes that faults hold back are bounded: then the client is read no further, and `isTaking` says
/// that nothing more should be written. Whoever writes here ends the stream with `endOutput`, or by
/// closing the output; closing the whole connection does so at once.
final class StreamHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// One direction, while faults hold it.
    final class Way {
        let direction: StreamFault.Direction
        var lane = StreamLane()
        /// Written, and not flushed yet.
        var unflushed: [StreamBytes] = []
        var timer: (task: Scheduled<Void>, due: NIODeadline)?
        /// Pieces are being passed on: what comes meanwhile waits for its turn.
        var isRunning = false

        init(_ direction: StreamFault.Direction) { self.direction = direction }
    }

    let speaks: ProxySettings.Speaks
    let bytes: ByteCounter
    let faults: StreamFaults
    /// The number of the connection.
    let link: UInt64
    var context: ChannelHandlerContext?
    var up: Way?
    var down: Way?
    /// What it has met, by token and revision: what spared it included.
    var met: [String: Int] = [:]
    /// Whether more may be written; when it changes, writability is said to have changed.
    var isTaking = true
    var isReadHeld = false
    private var hasInputEnded = false
    private var outputEnding: StreamEnding?
    private var isOutputOver = false

    init(_ speaks: ProxySettings.Speaks, bytes: ByteCounter, faults: StreamFaults) {
        (self.speaks, self.bytes, self.faults) = (speaks, bytes, faults)
        link = faults.newLink()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        for way in [up, down].compactMap({ $0 }) {
            way.timer?.task.cancel()
            for bytes in way.unflushed { bytes.drop() }
            way.lane.dropAll()
        }
        (up, down) = (nil, nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end itself follows.
        if !isUncleanEnd(error) { context.fireErrorCaught(error) }
    }

    // MARK: From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        bytes.receivedFromClients.add(buffer.readableBytes)
        guard let up else { return context.fireChannelRead(data) }
        up.lane.take(.bytes(StreamBytes(buffer)), at: .now())
        run(up)
    }

    func read(context: ChannelHandlerContext) {
        if let up, up.lane.isFull {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            if hasInputEnded { return }
            hasInputEnded = true
            guard let up else { return endInput(.end, context: context) }
            up.lane.take(.over(.end), at: .now())
            run(up)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// What was received is over. Who ends requests does not wait for answers.
    func endInput(_ ending: StreamEnding, context: ChannelHandlerContext) {
        switch ending {
        case .end where speaks == .tcp:
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .end: context.close(promise: nil)
        case .close: context.closeAfterWrites(.all)
        case .reset: resetBothSides(context: context)
        }
    }

    // MARK: To the client

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let buffer = unwrapOutboundIn(data)
        guard let down else {
            bytes.sentToClients.add(buffer.readableBytes)
            return context.write(data, promise: promise)
        }
        down.unflushed.append(StreamBytes(buffer, promise: promise))
    }

    func flush(context: ChannelHandlerContext) {
        if let down {
            takeUnflushed(down)
            run(down)
        }
        context.flush()
    }

    private func takeUnflushed(_ way: Way) {
        let now = NIODeadline.now()
        for bytes in way.unflushed { way.lane.take(.bytes(bytes), at: now) }
        way.unflushed = []
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        endOutput(.end)
        promise?.succeed(())
    }

    /// Ends the stream to the client behind all that was written. An end may be followed by a
    /// close; nothing follows that.
    func endOutput(_ ending: StreamEnding) {
        guard let context, outputEnding != .close else { return }
        let isFirst = outputEnding == nil
        outputEnding = ending
        if isFirst, let down {
            takeUnflushed(down)
            down.lane.take(.over(ending), at: .now())
            run(down)
        } else if isFirst || isOutputOver {
            endOutput(ending, context: context)
        }
    }

    /// Nothing more is written to the client.
    func endOutput(_ ending: StreamEnding, context: ChannelHandlerContext) {
        isOutputOver = true
        switch ending {
        // It may have become a close while a fault held it.
        case .end: context.closeAfterWrites(outputEnding == .close ? .all : .output)
        case .close: context.closeAfterWrites(.all)
        case .reset: resetBothSides(context: context)
        }
    }

    private func resetBothSides(context: ChannelHandlerContext) {
        // The other end of a tunnel is told first: it must not take this for an orderly end.
        context.fireUserInboundEventTriggered(StreamEnding.reset)
        reset(context.channel)
    }
}
