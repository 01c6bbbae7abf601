internal import NIOCore
internal import NIOHTTP1

/// What the storage answers to one request, and what a fault makes of it.
struct StorageAnswer {
    let status: Int
    var fault: BodyFault?
    var slow: SlowBody?

    init(_ head: HTTPResponseHead, strike: Strike?) {
        status = Int(head.status.code)
        let length = head.headers.first(name: "content-length").flatMap { Int($0) }
        fault = strike.map { BodyFault($0, length: length) }
        if case .bandwidth(let rate) = strike?.kind { slow = SlowBody(bytesPerSecond: rate) }
    }
}

extension FrontHandler {
    // MARK: From the storage

    func receive(_ part: HTTPClientResponsePart, from storage: any Channel) {
        guard let context, case .forwarded = fate, storage === back else { return }
        if case .head(let head) = part { answer = StorageAnswer(head, strike: strike) }
        record(part)
        if strike?.kind == .resetAfterAnswer {
            if case .end = part {
                fate = .none
                end(status: answer?.status)
                reset(context.channel)
            }
            return
        }
        switch part {
        case .head(let head): context.write(wrapOutboundOut(.head(framed(head))), promise: nil)
        case .body(let piece): pass(piece, context: context)
        case .end(let trailers): finish(with: trailers, context: context)
        }
    }

    /// Before the client can know of the answer: its next read must find it.
    private func record(_ part: HTTPClientResponsePart) {
        guard let target = recording?.target, let whole = recording?.add(part) else { return }
        recording = nil
        if let operation { state.remember(whole, to: operation, target) }
    }

    /// The head as it goes to the client, who has to know where the body ends: by its length, in
    /// chunks, or with the connection.
    private func framed(_ original: HTTPResponseHead) -> HTTPResponseHead {
        var head = original
        let connection = original.headers[canonicalForm: "connection"].map { $0.lowercased() }
        // The client will read that the connection ends.
        if connection.contains("close") { isKeepAlive = false }
        let isBodiless = isHead || [204, 304].contains(answer?.status)
        if isBodiless || head.headers.contains(name: "content-length") {
            head.headers.remove(name: "transfer-encoding")
        } else if takesChunks {
            head.version = .http1_1
            head.headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
        } else {
            head.headers.remove(name: "transfer-encoding")
            isKeepAlive = false
        }
        if !isKeepAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
        return head
    }

    /// Now, and not with each piece: a client that knows the length takes the last one for the end,
    /// before that is counted.
    func storagePaused(_ storage: any Channel) {
        if storage === back { context?.flush() }
    }

    /// The storage is read no faster than the client takes it.
    func updateReadingFromStorage(context: ChannelHandlerContext) {
        let isTaking = context.channel.isWritable && stream?.isTaking != false
        let isReading = isTaking && answer?.slow?.isFull != true
        back?.setOption(.autoRead, value: isReading).whenFailure { _ in }
    }

    // MARK: To the client

    private func pass(_ original: ByteBuffer, context: ChannelHandlerContext) {
        var piece = original
        switch answer?.fault?.meet(piece.readableBytes) {
        case .pass, nil: break
        case .invert(let place): piece.invertByte(at: piece.readerIndex + place)
        case .cut(let kept):
            piece.moveWriterIndex(to: piece.readerIndex + kept)
            return cut(after: piece, context: context)
        }
        guard answer?.slow != nil else {
            context.write(wrapOutboundOut(.body(.byteBuffer(piece))), promise: nil)
            return
        }
        answer?.slow?.add(piece)
        updateReadingFromStorage(context: context)
        slice(context: context)
    }

    private func cut(after piece: ByteBuffer, context: ChannelHandlerContext) {
        fate = .none
        end()
        let written = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece))))
        endWhenWritten(written, .close)
    }

    private func finish(with trailers: HTTPHeaders?, context: ChannelHandlerContext) {
        if !hasWholeRequest || back?.isWritable == false {
            // Answered before it was read: what is left of the request is dropped, and the storage
            // would take the next request on this connection for it.
            let storage = back
            // Forgotten first: its closing must not be taken for the end of the answer.
            back = nil
            storage?.close(promise: nil)
            resumeReading(context: context)
        }
        if answer?.slow?.isEmpty == false {
            answer?.slow?.finish(with: trailers)
            fate = .delivering
        } else {
            conclude(with: .end(trailers), context: context)
        }
    }

    private func conclude(with end: HTTPServerResponsePart, context: ChannelHandlerContext) {
        let status = answer?.status
        answer = nil
        fate = .none
        self.end(status: status)
        writeEnd(end, context: context)
    }

    // MARK: Slowly

    private func slice(context: ChannelHandlerContext) {
        guard !isSlicing, let time = answer?.slow?.timeOfNext else { return }
        isSlicing = true
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: time) { bound.value.writeSlice() }
    }

    private func writeSlice() {
        isSlicing = false
        guard let context, let token = strike?.token else { return }
        let isLifted = !state.isInForce(token)
        let pieces = isLifted ? answer?.slow?.takeAll() : answer?.slow?.takeNext()
        for piece in pieces ?? [] {
            context.write(wrapOutboundOut(.body(.byteBuffer(piece))), promise: nil)
        }
        updateReadingFromStorage(context: context)
        // Before the last byte can reach the client: see `storagePaused`.
        if answer?.slow?.isEmpty == true, let end = answer?.slow?.end {
            return conclude(with: end, context: context)
        }
        context.flush()
        // What is still to come from the storage passes as it comes.
        if isLifted { answer?.slow = nil }
        slice(context: context)
    }
}

extension ByteBuffer {
    fileprivate mutating func invertByte(at index: Int) {
        if let byte = getInteger(at: index, as: UInt8.self) { setInteger(~byte, at: index) }
    }
}
