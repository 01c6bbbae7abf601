internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#endif

extension FrontHandler {
    // MARK: To the storage

    func wait(context: ChannelHandlerContext) {
        fate = .waiting([])
        updateReadingFromClient(context: context)
    }

    func resumeReading(context: ChannelHandlerContext) {
        sendContinue(context: context)
        updateReadingFromClient(context: context)
    }

    /// The client is not read before its request can be forwarded, so that a large body stays where
    /// it is, and then no faster than the storage takes it.
    private func updateReadingFromClient(context: ChannelHandlerContext) {
        let isReading =
            switch fate {
            case .waiting: false
            case .forwarded: back?.isWritable != false
            default: true
            }
        context.channel.setOption(.autoRead, value: isReading).whenFailure { _ in }
    }

    func connect(after delay: Duration, on loop: any EventLoop) {
        guard delay > .zero else { return connect() }
        let bound = NIOLoopBound(self, eventLoop: loop)
        delayed = loop.scheduleTask(in: TimeAmount(clamping: delay)) {
            bound.value.delayed = nil
            bound.value.connect()
        }
    }

    /// A fault has ended. What it withheld is never forwarded late: who still waits learns it by a
    /// reset. What it delays goes on at once.
    func release(from token: String) {
        guard strike?.token == token, let context else { return }
        switch fate {
        case .withheld: reset(context.channel)
        case .waiting:
            guard let delayed else { return }
            delayed.cancel()
            self.delayed = nil
            connect()
        default: break
        }
    }

    private func connect() {
        guard let context else { return }
        if let back, back.isActive { return flushWaiting(to: back, context: context) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let connecting = connector.connect(on: context.eventLoop) {
            BackHandler(
                receive: { bound.value.receive($0, from: $1) },
                paused: { bound.value.storagePaused($0) },
                failed: { bound.value.storageFailed($0, $1) },
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
            // The client may still have enough of the answer before.
            updateReadingFromStorage(context: context)
            flushWaiting(to: channel, context: context)
        case .failure(let error):
            if case .waiting = fate { answerUnreachable(Self.reason(error), context: context) }
        }
    }

    private func answerUnreachable(_ reason: String, context: ChannelHandlerContext) {
        let answer = OwnAnswer(
            status: 502, code: "UpstreamUnreachable", message: "\(connector.address): \(reason)",
            sequence: operation?.sequence ?? 0)
        fate = .answered(answer)
        resumeReading(context: context)
        if hasWholeRequest { respond(answer, context: context) }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "no such host"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        default: "\(error)"
        }
    }

    /// The connection to the storage broke: an answer that ends with it is not whole.
    private func storageFailed(_ error: any Error, _ storage: any Channel) {
        guard storage === back, case .forwarded = fate, let context else { return }
        back = nil
        guard isHandshakeFailure(error), answer == nil else { return reset(context.channel) }
        if let operation { state.notForwarded(operation) }
        answerUnreachable(TLSFailure.words(for: error) ?? "\(error)", context: context)
    }

    func storageClosed(_ storage: any Channel) {
        guard storage === back else { return }
        back = nil
        guard let context else { return }
        // In the middle of an answer the client can only be told by losing it.
        if case .forwarded = fate { return reset(context.channel) }
        updateReadingFromClient(context: context)
    }

    private func flushWaiting(to back: any Channel, context: ChannelHandlerContext) {
        guard case .waiting(let parts) = fate else { return }
        fate = .forwarded
        if let operation { state.forwarded(operation) }
        for part in parts { forward(part) }
        back.flush()
        resumeReading(context: context)
    }

    func forward(_ part: HTTPServerRequestPart) {
        guard let back else { return }
        if case .head = part {
            back.write(part.toStorage, promise: nil)
        } else {
            // The connection to the storage says when it has taken enough: see `BackHandler`.
            back.writeAndFlush(part.toStorage, promise: nil)
        }
    }

    private func storageWritable(_ storage: any Channel) {
        if storage === back, let context { updateReadingFromClient(context: context) }
    }
}

extension Duration {
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
