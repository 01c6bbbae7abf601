internal import NIOCore
internal import NIOHTTP1

extension FrontHandler {
    // MARK: Answers of the proxy's own

    func respond(_ answer: OwnAnswer, context: ChannelHandlerContext) {
        fate = .none
        end()
        write(answer, context: context)
        writeEnd(.end(nil), context: context)
    }

    /// All but the end.
    private func write(_ answer: OwnAnswer, context: ChannelHandlerContext) {
        var head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: answer.status), headers: answer.headers)
        let isBodiless = [204, 304].contains(answer.status)
        if isBodiless { head.headers.remove(name: "content-length") }
        if !isKeepAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if isBodiless || isHead { return }
        context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
    }

    // MARK: What is no request

    /// Tells a client that it does not speak HTTP, and gives it a moment to hear that before the
    /// connection is closed. If an answer has begun, nothing can be said any more.
    func refuse(_ error: any Error, context: ChannelHandlerContext) {
        // What follows garbage is no news.
        if farewell != nil { return }
        guard let error = error as? HTTPParserError, context.channel.isActive, canAnswer else {
            return context.close(promise: nil)
        }
        bidFarewell(within: .seconds(2), context: context)
        delayed?.cancel()
        delayed = nil
        if case .collected(let delivery) = fate { delivery.finish() }
        isKeepAlive = false
        let storage = back
        back = nil
        storage?.close(promise: nil)
        fate = .none
        end()
        isHead = false
        context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
        write(Self.answer(to: error), context: context)
        endWhenWritten(context.writeAndFlush(wrapOutboundOut(.end(nil))), .end)
    }

    private var canAnswer: Bool {
        switch fate {
        case .withheld, .delivering: false
        case .forwarded: answer == nil
        case .none, .answered, .collected, .waiting: true
        }
    }

    private static func answer(to error: HTTPParserError) -> OwnAnswer {
        if case .headerOverflow = error {
            return OwnAnswer(
                status: 431, plain: "URL and headers may have 64 KiB in all and 256 fields.")
        }
        return OwnAnswer(status: 400, plain: "This is no request of HTTP/1.1: \(error).")
    }
}
