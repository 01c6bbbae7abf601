internal import NIOCore

/// Closes a connection whose client takes too long to say what it wants: 30 s from the first byte
/// of a request to the end of its headers.
///
/// A connection on which nothing comes stays open for as long as its client likes, as it would
/// without a proxy; so does one whose body comes slowly.
final class HeadDeadline: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    static let limit: TimeAmount = .seconds(30)

    /// Who reads the requests; it outlives this as part of the same pipeline.
    weak var front: FrontHandler?
    private var timer: Scheduled<Void>?
    private var hasBegun = false

    func headCame() {
        hasBegun = false
        timer?.cancel()
        timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes while an answer is awaited is not read on: that is not the client's fault.
        if front?.isBetweenRequests == true { hasBegun = true }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasBegun, timer == nil {
            let channel = context.channel
            timer = context.eventLoop.scheduleTask(in: Self.limit) { channel.close(promise: nil) }
        }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        headCame()
        context.fireChannelInactive()
    }
}
