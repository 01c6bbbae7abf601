internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// A request that reaches the storage when its client has lost the connection long ago.
///
/// Everything here runs on the event loop of that connection, which outlives it.
final class LateDelivery {
    /// How long the storage may take to answer.
    private static let patience: TimeAmount = .seconds(60)

    private let strike: Strike
    private let state: ProxyState
    private let connector: UpstreamConnector
    private let loop: any EventLoop
    /// The request, until it was told what became of it.
    private var operation: ProxiedOperation?
    private var parts: [HTTPServerRequestPart] = []
    private var timer: Scheduled<Void>?
    private var storage: (any Channel)?
    /// What the storage answers, once it has begun to.
    private var status: Int?
    private var isSent = false

    init(
        _ operation: ProxiedOperation, _ strike: Strike, state: ProxyState,
        connector: UpstreamConnector, loop: any EventLoop
    ) {
        (self.operation, self.strike, self.state) = (operation, strike, state)
        (self.connector, self.loop) = (connector, loop)
    }

    func add(_ part: HTTPServerRequestPart) { parts.append(part) }

    /// The request is whole: from now on it waits.
    func start() {
        let bound = NIOLoopBound(self, eventLoop: loop)
        state.lateDeliveries.add(bound, ObjectIdentifier(self), of: strike.token)
        guard state.isInForce(strike.token) else { return finish() }
        timer = loop.scheduleTask(in: .nanoseconds(strike.delay.nanoseconds)) {
            bound.value.connect()
        }
    }

    /// Drops what is not delivered yet. A request that the storage has whole cannot be taken back.
    func drop() {
        if isSent { return }
        if let storage { reset(storage) }
        finish()
    }

    /// - Parameter isWhole: the storage has answered.
    func finish(isWhole: Bool = false) {
        guard var operation else { return }
        self.operation = nil
        parts = []
        timer?.cancel()
        storage?.close(promise: nil)
        state.lateDeliveries.remove(ObjectIdentifier(self))
        state.release(strike)
        operation.status = isWhole ? status : nil
        operation.finished = .now
        state.ended(operation)
    }

    private func connect() {
        guard state.isInForce(strike.token) else { return finish() }
        let bound = NIOLoopBound(self, eventLoop: loop)
        let connecting = connector.connect(on: loop) {
            BackHandler(
                receive: { part, _ in bound.value.receive(part) }, paused: { _ in },
                failed: { _, _ in bound.value.finish() }, closed: { _ in bound.value.finish() },
                writable: { _ in })
        }
        connecting.whenComplete { bound.value.connected($0) }
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        guard case .success(let channel) = result else { return finish() }
        guard let operation, state.isInForce(strike.token) else {
            channel.close(promise: nil)
            return finish()
        }
        storage = channel
        state.forwarded(operation)
        send(on: channel)
    }

    private func send(on channel: any Channel) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        let rest = parts
        parts = []
        for part in rest.dropLast() { channel.write(part.toStorage, promise: nil) }
        guard let end = rest.last else { return finish() }
        channel.writeAndFlush(end.toStorage).whenSuccess { bound.value.sent() }
        timer = loop.scheduleTask(in: Self.patience) { bound.value.finish() }
    }

    private func sent() { isSent = true }

    private func receive(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head): status = Int(head.status.code)
        case .body: break
        case .end: finish(isWhole: true)
        }
    }
}

/// The deliveries that wait, for those who are on no event loop and want to drop them.
final class LateDeliveries: Sendable {
    private struct Waiting: Sendable {
        let delivery: NIOLoopBound<LateDelivery>
        let token: String
    }

    private let waiting = Mutex<[ObjectIdentifier: Waiting]>([:])

    func add(_ delivery: NIOLoopBound<LateDelivery>, _ id: ObjectIdentifier, of token: String) {
        waiting.withLock { $0[id] = Waiting(delivery: delivery, token: token) }
    }

    func remove(_ id: ObjectIdentifier) { waiting.withLock { $0[id] = nil } }

    /// Drops those of one fault that the storage does not have yet.
    func drop(of token: String) {
        for entry in waiting.withLock({ Array($0.values) }) where entry.token == token {
            entry.delivery.eventLoop.execute { entry.delivery.value.drop() }
        }
    }

    /// Ends all of them, those included whose answer has not come.
    func endAll() {
        for entry in waiting.withLock({ Array($0.values) }) {
            entry.delivery.eventLoop.execute { entry.delivery.value.finish() }
        }
    }
}

extension HTTPServerRequestPart {
    /// The same, as it goes out again.
    var toStorage: HTTPClientRequestPart {
        switch self {
        case .head(let head): .head(head)
        case .body(let buffer): .body(.byteBuffer(buffer))
        case .end(let trailers): .end(trailers)
        }
    }
}
