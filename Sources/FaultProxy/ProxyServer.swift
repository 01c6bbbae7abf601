internal import NIOCore

/// A proxy between clients and their storage, that injects faults.
///
/// A fault holds until it is lifted or its lease runs out, whichever comes first: with a lease, a
/// drill that dies leaves nothing broken behind. Leases run on the event loops of the proxy. Where
/// it speaks HTTP, hosts and signatures stay those of the storage unless it signs anew.
public actor ProxyServer {
    /// The longest lease.
    public static let maximumLease: Duration = .seconds(60)

    struct Holding {
        enum Kind {
            case requests(Fault.Kind)
            case stream
        }

        var kind: Kind
        /// `nil` if it holds until it is lifted.
        var timer: Scheduled<Void>?
        /// Tells a timer that it has fired for a lease that was renewed meanwhile.
        var renewals = 0
        /// Set when it ends: nothing meets it, but its port may not be open again yet.
        var ending: FaultEnding.Reason?

        var isRefusing: Bool {
            if case .requests(.refuse) = kind { true } else { false }
        }
    }

    /// Where it listens: with the port that the system chose.
    public nonisolated let address: ListenAddress
    private let speaks: ProxySettings.Speaks
    let state: ProxyState
    let faults = StreamFaults()
    let listener: ProxyListener
    let loops: ProxyLoops
    private let ownsLoops: Bool
    private let socketAddress: SocketAddress
    private var reservedPort: ReservedPort?
    private var channel: (any Channel)?
    var holdings: [String: Holding] = [:]
    private var endings = RecentValues<FaultEnding>()
    private var listening: Task<Void, any Error>?
    private var working: Task<Void, Never>?
    private var isStopped = false

    /// - Parameters:
    ///   - loops: which it runs on; they have to outlive it.
    ///   - observer: gets each request once, at its end; if it is answered, before its client can
    ///     know of that. Called on an event loop: it must not block.
    /// - Throws: `.cannotListen`.
    public init(
        _ settings: ProxySettings, loops: ProxyLoops,
        observer: @escaping @Sendable (ProxiedOperation) -> Void = { _ in }
    ) async throws {
        try await self.init(settings, loops: loops, ownsLoops: false, observer: observer)
    }

    /// One that speaks HTTP on 127.0.0.1, with an event loop of its own.
    ///
    /// - Parameter port: 0 lets the system choose.
    public init(
        upstream: Upstream, port: Int = 0,
        observer: @escaping @Sendable (ProxiedOperation) -> Void = { _ in }
    ) async throws {
        let listen = ListenAddress(host: "127.0.0.1", port: port)
        try await self.init(
            ProxySettings(listen: listen, upstream: upstream, speaks: .http),
            loops: ProxyLoops(threads: 1), ownsLoops: true, observer: observer)
    }

    private init(
        _ settings: ProxySettings, loops: ProxyLoops, ownsLoops: Bool,
        observer: @escaping @Sendable (ProxiedOperation) -> Void
    ) async throws {
        let state = ProxyState(observer: observer)
        do {
            let listener = try ProxyListener(
                settings, on: loops.group, state: state, faults: faults)
            let place = try await listener.open()
            (self.listener, channel) = (listener, place.channel)
            (address, socketAddress) = (place.address, place.socketAddress)
            reservedPort = place.reservedPort
        } catch {
            if ownsLoops { await loops.shutdown() }
            throw error
        }
        (self.loops, self.ownsLoops) = (loops, ownsLoops)
        (self.state, speaks) = (state, settings.speaks)
    }

    public nonisolated var port: Int { address.port }

    /// Closes the port and every connection. Doing so again does nothing.
    public func stop() async {
        if isStopped { return }
        isStopped = true
        for holding in holdings.values { holding.timer?.cancel() }
        // Nobody can meet them any more, and nobody may renew them.
        holdings = [:]
        state.removeAll()
        _ = await listening?.result
        await working?.value
        try? await channel?.close()
        channel = nil
        await listener.connections.closeAll()
        reservedPort = nil
        if ownsLoops { await loops.shutdown() }
    }

    // MARK: Faults

    /// Puts a fault in force: no request has to meet it before this returns.
    ///
    /// - Parameter lease: how long it holds unless renewed, at most 60 s; `nil`: until it is
    ///   lifted.
    /// - Throws: `.leaseTooLong`; `.cannotChoose` if connections are to be refused for some
    ///   requests only; `.notHTTP` if it needs requests and there are none; `.leaseGone` if the
    ///   lease ran out before the port was closed; `.cannotListen` after `stop`.
    public func inject(
        _ fault: Fault, lease: Duration? = .seconds(5)
    ) async throws -> FaultLease {
        try checkInjecting(lease)
        guard fault.kind != .refuse || fault.strikesAll else { throw Self.cannotChoose }
        guard fault.kind == .refuse || speaks == .http else { throw Self.notHTTP }
        let token = Self.newToken()
        let began = ContinuousClock.now
        state.add(fault, token: token)
        hold(token, .requests(fault.kind), lease: lease)
        if fault.kind == .refuse {
            try await updateListening()
            _ = try held(token)
        }
        return FaultLease(token: token, began: began, effective: .now)
    }

    /// Puts a fault of the stream in force: when this returns, every connection it strikes has it.
    ///
    /// - Parameter lease: how long it holds unless renewed, at most 60 s; `nil`: until it is
    ///   lifted.
    /// - Throws: `.leaseTooLong`; `.leaseGone` if the lease ran out meanwhile; `.cannotListen`
    ///   after `stop`.
    public func inject(
        _ fault: StreamFault, lease: Duration? = .seconds(5)
    ) async throws -> FaultLease {
        try checkInjecting(lease)
        let token = Self.newToken()
        let began = ContinuousClock.now
        faults.add(fault, token: token)
        hold(token, .stream, lease: lease)
        await withConnections { await $0.reconcile() }
        _ = try held(token)
        return FaultLease(token: token, began: began, effective: .now)
    }

    private func checkInjecting(_ lease: Duration?) throws {
        if let lease { try Self.check(lease) }
        if isStopped {
            throw FaultProxyError(code: .cannotListen, message: "the proxy has been stopped")
        }
    }

    private func hold(_ token: String, _ kind: Holding.Kind, lease: Duration?) {
        let timer = lease.map { schedule(token, after: $0) }
        holdings[token] = Holding(kind: kind, timer: timer)
    }

    func held(_ token: String) throws -> Holding {
        guard let holding = holdings[token], holding.ending == nil else { throw Self.leaseGone }
        return holding
    }

    /// Ends a fault: nothing that arrives after this returns meets it. Doing so again is no error
    /// and gives the same answer.
    ///
    /// - Throws: `.cannotLift` if the port cannot be listened on again. The proxy tries again each
    ///   second; lifting again may help sooner.
    @discardableResult
    public func lift(_ token: String) async throws -> FaultEnding? {
        try await end(token, .lifted)
    }

    /// How a fault ended; `nil` while it holds. The last 10,000 that ended are known.
    public func ending(of token: String) -> FaultEnding? { endings[token] }

    public var faultsInForce: Int { holdings.count }

    func end(_ token: String, _ reason: FaultEnding.Reason) async throws -> FaultEnding? {
        guard let holding = holdings[token] else { return endings[token] }
        holding.timer?.cancel()
        // The first attempt gives the reason, though it may take several.
        let reason = holding.ending ?? reason
        holdings[token]?.ending = reason
        state.remove(token)
        faults.remove(token)
        switch holding.kind {
        case .requests: await withConnections { await $0.releaseRequests(of: token) }
        case .stream: await withConnections { await $0.reconcile() }
        }
        if holding.isRefusing {
            do {
                try await updateListening()
            } catch {
                // Whoever injected it may be gone.
                let renewals = holding.renewals
                holdings[token]?.timer = schedule(token, after: .seconds(1), renewals: renewals)
                throw error
            }
        }
        // Somebody else may have ended it meanwhile.
        if let ending = endings[token] { return ending }
        holdings[token] = nil
        let ending = FaultEnding(reason: reason, ended: .now)
        endings.set(ending, for: token)
        return ending
    }

    /// Listens, or not, as the faults in force ask for. One change at a time, in order: each looks
    /// at what is wanted when its turn has come.
    private func updateListening() async throws {
        let previous = listening
        let task = Task {
            _ = await previous?.result
            if isStopped { return }
            let isRefusing = holdings.values.contains { $0.isRefusing && $0.ending == nil }
            if isRefusing, let channel {
                self.channel = nil
                try? await channel.close()
                await listener.connections.closeAll()
            } else if !isRefusing, channel == nil {
                try await listenAgain()
            }
        }
        listening = task
        try await task.value
    }

    private func listenAgain() async throws {
        await listener.connections.acceptAgain()
        do {
            channel = try await listener.listen(on: socketAddress)
        } catch {
            throw FaultProxyError(code: .cannotLift, message: "\(error)")
        }
    }

    /// Has something done to the connections: one thing at a time, and nothing when the event loops
    /// may be gone.
    func withConnections(_ body: @escaping @Sendable (ConnectionSet) async -> Void) async {
        let (previous, connections) = (working, listener.connections)
        let task = Task {
            await previous?.value
            if !isStopped { await body(connections) }
        }
        working = task
        await task.value
    }

    private static func newToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in String(generator.next(), radix: 16) }.joined()
    }
}
