internal import NIOCore

/// One end of a tunnel: what is read here is written at the other end, on the same event loop.
///
/// It reads no faster than the other end takes, and not at all before there is one. The end of a
/// stream is passed on behind its bytes, and leaves the other direction as it is. When one end is
/// gone, so is the other, as soon as it has what was meant for it.
final class TunnelEnd: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    /// How long a storage may take for the last bytes of a client that is gone.
    private static let longestFarewell: TimeAmount = .seconds(60)

    private let bytes: ByteCounter
    /// What stands between this end and the client; `nil` at the end of the storage.
    private let stream: StreamHandler?
    private let connector: UpstreamConnector?
    private var context: ChannelHandlerContext?
    private var other: TunnelEnd?
    /// What came while there was no other end; `nil` since there is. NIO reads to the end of a
    /// stream as soon as it knows of it, whether that is wanted or not.
    private var early: [ByteBuffer]? = []
    private var hasInputEnded = false
    private var isTaking = true
    private var isReadHeld = false

    /// The end of a client: opens the other one.
    init(of stream: StreamHandler, connector: UpstreamConnector) {
        (self.stream, self.connector, bytes) = (stream, connector, connector.bytes)
    }

    /// The end of the storage.
    private init(countingIn bytes: ByteCounter) {
        (stream, connector, self.bytes) = (nil, nil, bytes)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Opening

    func channelActive(context: ChannelHandlerContext) {
        if let connector { open(with: connector, on: context.eventLoop) }
        context.fireChannelActive()
    }

    private func open(with connector: UpstreamConnector, on loop: any EventLoop) {
        let ends = NIOLoopBound((near: self, far: TunnelEnd(countingIn: bytes)), eventLoop: loop)
        connector.connectTunnel(on: loop) { ends.value.far }.whenComplete { result in
            ends.value.near.opened(result, far: ends.value.far)
        }
    }

    private func opened(_ result: Result<any Channel, any Error>, far: TunnelEnd) {
        guard case .success(let channel) = result else {
            context?.close(promise: nil)
            return
        }
        guard context != nil else { return channel.close(promise: nil) }
        (other, far.other) = (far, self)
        for end in [self, far] { end.passEarly() }
        for end in [self, far] where end.other?.isTaking == true { end.resumeReading() }
        // It may have closed before it could know whom to tell.
        if far.context == nil { otherIsGone() }
    }

    private func passEarly() {
        for buffer in early ?? [] { other?.context?.write(NIOAny(buffer), promise: nil) }
        early = nil
        other?.context?.flush()
        if hasInputEnded { other?.endOutput() }
    }

    // MARK: Bytes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if stream == nil {
            bytes.receivedFromUpstream.add(buffer.readableBytes)
        } else {
            bytes.sentToUpstream.add(buffer.readableBytes)
        }
        if let other {
            other.context?.write(data, promise: nil)
        } else {
            early?.append(buffer)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { other?.context?.flush() }

    func read(context: ChannelHandlerContext) {
        if let other, other.isTaking {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    private func resumeReading() {
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isTaking = context.channel.isWritable && stream?.isTaking != false
        if isTaking { other?.resumeReading() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Ending

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            if hasInputEnded { return }
            hasInputEnded = true
            other?.endOutput()
        case StreamEnding.reset: resetOther()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func endOutput() {
        if let stream {
            stream.endOutput(.end)
        } else {
            context?.closeAfterWrites(.output)
        }
    }

    private func resetOther() {
        guard let other else { return }
        (self.other, other.other) = (nil, nil)
        if let channel = other.context?.channel { reset(channel) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        let other = self.other
        self.other = nil
        other?.otherIsGone()
        context.fireChannelInactive()
    }

    private func otherIsGone() {
        other = nil
        if let stream {
            stream.endOutput(.close)
        } else {
            context?.closeAfterWrites(.all, within: Self.longestFarewell)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end itself follows.
        if !isUncleanEnd(error) { context.close(promise: nil) }
    }
}
