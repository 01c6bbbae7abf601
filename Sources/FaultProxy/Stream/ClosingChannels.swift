internal import NIOCore
internal import NIOSSL

#if canImport(Glibc)
    internal import Glibc
#endif

/// Closes a connection so that the other side gets a reset, not an orderly end. On its event loop.
func reset(_ channel: any Channel) {
    guard let socket = channel as? any SocketOptionProvider else { return closeAtOnce(channel) }
    socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in closeAtOnce(channel) }
}

/// Closes a connection without the goodbyes of TLS, which may take seconds. On its event loop.
func closeAtOnce(_ channel: any Channel) {
    let operations = channel.pipeline.syncOperations
    if let tls = try? operations.context(handlerType: NIOSSLHandler.self) {
        tls.close(promise: nil)
    } else {
        channel.close(promise: nil)
    }
}

/// Whether a stream over TLS only ended without saying goodbye, as many clients do.
func isUncleanEnd(_ error: any Error) -> Bool {
    if case .uncleanShutdown? = error as? NIOSSLError { true } else { false }
}

/// Whether the two sides could not agree on TLS: nothing that was written has been read.
func isHandshakeFailure(_ error: any Error) -> Bool {
    if case .handshakeFailed? = error as? NIOSSLError { return true }
    return error is NIOSSLExtraError
}

extension ChannelHandlerContext {
    /// Closes when everything that was written here has gone out. Otherwise NIO drops it if the
    /// other side has ended its direction already.
    ///
    /// - Parameter limit: then it is closed whatever has gone out.
    func closeAfterWrites(_ mode: CloseMode, within limit: TimeAmount? = nil) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in bound.value.close(mode: mode, promise: nil) }
        let channel = self.channel
        writeAndFlush(NIOAny(ByteBuffer()), promise: written)
        guard let limit, channel.isActive else { return }
        let timer = eventLoop.scheduleTask(in: limit) { closeAtOnce(channel) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
    }
}
