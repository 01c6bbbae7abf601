internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

extension FrontHandler {
    // MARK: To the storage

    /// Stops reading until the request can be forwarded, so that a large body stays where it is.
    func wait(context: ChannelHandlerContext) {
        fate = .waiting([])
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
    }

    func resumeReading(context: ChannelHandlerContext) {
        sendContinue(context: context)
        context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
    }

    func connect(after delay: Duration, on loop: any EventLoop) {
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
            let answer = OwnAnswer(
                status: 502, code: "UpstreamUnreachable",
                message: "\(connector.address): \(Self.reason(error))",
                sequence: operation?.sequence ?? 0)
            fate = .answered(answer)
            resumeReading(context: context)
            if hasWholeRequest { respond(answer, context: context) }
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
        guard storage === back, let context else { return }
        context.channel.setOption(.autoRead, value: storage.isWritable).whenFailure { _ in }
    }
}

extension Duration {
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
