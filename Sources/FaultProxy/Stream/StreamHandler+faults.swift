internal import NIOCore

extension StreamHandler {
    /// Brings what holds this connection in line with the faults in force. Doing so again changes
    /// nothing. On the connection's event loop.
    func reconcile() {
        let standing = faults.current
        if context == nil || (standing.isEmpty && met.isEmpty) { return }
        let now = NIODeadline.now()
        for token in met.keys where !standing.contains(where: { $0.token == token }) {
            met[token] = nil
            remove(token, at: now)
        }
        for fault in standing where met[fault.token] != fault.revision {
            met[fault.token] = fault.revision
            meet(fault, at: now)
        }
        for way in [up, down].compactMap({ $0 }) { run(way) }
        if let up, up.lane.isUnused { self.up = nil }
        if let down, down.lane.isUnused { retire(down) }
    }

    private func meet(_ fault: StreamFaults.Standing, at now: NIODeadline) {
        guard let random = fault.strike(link: link) else { return remove(fault.token, at: now) }
        let isNew = way(fault.direction).lane.put(
            fault.kind, token: fault.token, random: random, at: now)
        if isNew { faults.struckLink(fault.token) }
    }

    private func way(_ direction: StreamFault.Direction) -> Way {
        switch direction {
        case .upstream:
            let way = up ?? Way(direction)
            up = way
            return way
        case .downstream:
            let way = down ?? Way(direction)
            down = way
            return way
        }
    }

    private func remove(_ token: String, at now: NIODeadline) {
        for way in [up, down].compactMap({ $0 }) { way.lane.remove(token, at: now) }
    }

    private func retire(_ way: Way) {
        down = nil
        guard let context else { return }
        for piece in way.unflushed {
            bytes.sentToClients.add(piece.count)
            context.write(NIOAny(piece.buffer), promise: piece.promise)
        }
    }

    // MARK: Passing on

    /// Passes on what is due, and sees to it that the rest follows in time.
    func run(_ way: Way) {
        if way.isRunning { return }
        way.isRunning = true
        while case let pieces = way.lane.advance(to: .now()), !pieces.isEmpty {
            for piece in pieces { pass(piece, way.direction) }
            if way.direction == .upstream { context?.fireChannelReadComplete() }
        }
        way.isRunning = false
        guard let context else { return }
        schedule(way, on: context.eventLoop)
        updateReading(way, context: context)
    }

    private func pass(_ piece: StreamPiece, _ direction: StreamFault.Direction) {
        guard let context else { return piece.drop() }
        switch (piece, direction) {
        case (.bytes(let piece), .upstream): context.fireChannelRead(NIOAny(piece.buffer))
        case (.bytes(let piece), .downstream):
            bytes.sentToClients.add(piece.count)
            // Each piece by itself: a fault may have cut it so on purpose.
            context.writeAndFlush(NIOAny(piece.buffer), promise: piece.promise)
        case (.over(let ending), .upstream): endInput(ending, context: context)
        case (.over(let ending), .downstream): endOutput(ending, context: context)
        }
    }

    /// A timer that comes too early does no harm: it is set again.
    private func schedule(_ way: Way, on loop: any EventLoop) {
        guard let due = way.lane.due else { return }
        if let timer = way.timer {
            if timer.due <= due { return }
            timer.task.cancel()
        }
        let bound = NIOLoopBound((handler: self, way: way), eventLoop: loop)
        let task = loop.scheduleTask(deadline: due) {
            bound.value.way.timer = nil
            bound.value.handler.run(bound.value.way)
        }
        way.timer = (task, due)
    }

    private func updateReading(_ way: Way, context: ChannelHandlerContext) {
        switch way.direction {
        case .upstream:
            guard isReadHeld, !way.lane.isFull else { return }
            isReadHeld = false
            context.read()
        case .downstream:
            guard isTaking == way.lane.isFull else { return }
            isTaking = !way.lane.isFull
            context.fireChannelWritabilityChanged()
        }
    }
}
