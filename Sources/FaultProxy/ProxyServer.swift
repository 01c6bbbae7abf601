internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#endif

/// A proxy on 127.0.0.1 between an S3 client and its storage, that injects faults.
///
/// A fault holds until it is lifted or its lease runs out, whichever comes first: a drill that
/// dies leaves nothing broken behind. The proxy has an event loop of its own; leases run on it.
/// Hosts and signatures stay those of the storage, since requests are forwarded unchanged.
public actor ProxyServer {
    /// The longest lease.
    public static let maximumLease: Duration = .seconds(60)

    private struct Holding {
        let kind: Fault.Kind
        var timer: Scheduled<Void>
        /// Tells a timer that it has fired for a lease that was renewed meanwhile.
        var renewals = 0
        /// Set when it ends: no request meets it, but its port may not be open again yet.
        var ending: FaultEnding.Reason?
    }

    public nonisolated let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let state: ProxyState
    private let connector: UpstreamConnector
    private let connections = ConnectionSet()
    private let reservedPort: ReservedPort
    private var listener: (any Channel)?
    private var holdings: [String: Holding] = [:]
    private var endings: [String: FaultEnding] = [:]
    private var listening: Task<Void, any Error>?
    private var isStopped = false

    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - observer: gets each request once, at its end; if it is answered, before its client can
    ///     know of that. Called on the event loop: it must not block.
    public init(
        upstream: Upstream, port: Int = 0,
        observer: @escaping @Sendable (ProxiedOperation) -> Void = { _ in }
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let state = ProxyState(observer: observer)
        do {
            // With `SO_REUSEPORT` a second proxy could share the port, and half of the requests.
            if port != 0 { try ReservedPort.checkFree(port) }
            let connector = try UpstreamConnector(upstream)
            let listener = try await Self.listen(
                on: port, group: group, state: state, connector: connector, connections: connections
            )
            self.port = listener.localAddress?.port ?? port
            reservedPort = try ReservedPort(self.port)
            (self.connector, self.listener) = (connector, listener)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        (self.group, self.state) = (group, state)
    }

    /// Closes the port and every connection. Doing so again does nothing.
    public func stop() async {
        if isStopped { return }
        isStopped = true
        for holding in holdings.values { holding.timer.cancel() }
        // Nobody can meet them any more, and nobody may renew them.
        holdings = [:]
        try? await listener?.close()
        connections.closeAll()
        try? await group.shutdownGracefully()
    }

    // MARK: Faults

    /// Puts a fault in force: no request has to meet it before this returns.
    ///
    /// - Parameter lease: how long it holds unless renewed; at most 60 s.
    /// - Throws: `.leaseTooLong`; `.cannotChoose` if connections are to be refused for some
    ///   requests only; `.leaseGone` if the lease ran out before the port was closed;
    ///   `.cannotListen` after `stop`.
    public func inject(_ fault: Fault, lease: Duration = .seconds(5)) async throws -> FaultLease {
        try Self.check(lease)
        if isStopped {
            throw FaultProxyError(code: .cannotListen, message: "the proxy has been stopped")
        }
        guard fault.kind != .refuse || fault.strikesAll else { throw Self.cannotChoose }
        let token = Self.newToken()
        let began = ContinuousClock.now
        state.add(fault, token: token)
        holdings[token] = Holding(kind: fault.kind, timer: schedule(token, after: lease))
        if fault.kind == .refuse {
            try await updateListening()
            guard let holding = holdings[token], holding.ending == nil else { throw Self.leaseGone }
        }
        return FaultLease(token: token, began: began, effective: .now)
    }

    /// Lets the lease run anew from now.
    ///
    /// - Throws: `.leaseGone` if it has run out; `.leaseTooLong`.
    public func renew(_ token: String, lease: Duration = .seconds(5)) throws {
        try Self.check(lease)
        guard var holding = holdings[token], holding.ending == nil else { throw Self.leaseGone }
        holding.timer.cancel()
        holding.renewals += 1
        holding.timer = schedule(token, after: lease, renewals: holding.renewals)
        holdings[token] = holding
    }

    /// Changes the share of requests that a fault strikes, those on open connections included.
    ///
    /// - Returns: from when on every request met the new share.
    /// - Throws: `.leaseGone` if the fault has ended; `.cannotChoose` if it refuses connections.
    @discardableResult
    public func change(
        _ token: String, fraction: Double
    ) throws -> ContinuousClock.Instant {
        precondition((0...1).contains(fraction), "A fraction lies between 0 and 1.")
        guard let holding = holdings[token], holding.ending == nil else { throw Self.leaseGone }
        guard holding.kind != .refuse else { throw Self.cannotChoose }
        state.change(token, fraction: fraction)
        return .now
    }

    /// Ends a fault: no request that arrives after this returns meets it. Doing so again is no
    /// error and gives the same answer.
    ///
    /// - Throws: `.cannotLift` if the port cannot be listened on again. The proxy tries again each
    ///   second; lifting again may help sooner.
    @discardableResult
    public func lift(_ token: String) async throws -> FaultEnding? {
        try await end(token, .lifted)
    }

    /// How a fault ended; `nil` while it holds.
    public func ending(of token: String) -> FaultEnding? { endings[token] }

    public var faultsInForce: Int { holdings.count }

    private func end(_ token: String, _ reason: FaultEnding.Reason) async throws -> FaultEnding? {
        guard let holding = holdings[token] else { return endings[token] }
        holding.timer.cancel()
        // The first attempt gives the reason, though it may take several.
        let reason = holding.ending ?? reason
        holdings[token]?.ending = reason
        state.remove(token)
        if holding.kind == .refuse {
            do {
                try await updateListening()
            } catch {
                // Whoever injected it may be gone.
                let renewals = holding.renewals
                holdings[token]?.timer = schedule(token, after: .seconds(1), renewals: renewals)
                throw error
            }
            // Somebody else may have ended it while the port was opened.
            if let ending = endings[token] { return ending }
        }
        holdings[token] = nil
        let ending = FaultEnding(reason: reason, ended: .now)
        endings[token] = ending
        // What was withheld is never forwarded late: those who still wait learn it by a reset.
        if holding.kind == .hang { connections.resetWithheld(by: token) }
        return ending
    }

    /// Listens, or not, as the faults in force ask for. One change at a time, in order: each looks
    /// at what is wanted when its turn has come.
    private func updateListening() async throws {
        let previous = listening
        let task = Task {
            _ = await previous?.result
            if isStopped { return }
            let isRefusing = holdings.values.contains { $0.kind == .refuse && $0.ending == nil }
            if isRefusing, let listener {
                self.listener = nil
                try? await listener.close()
                connections.closeAll()
            } else if !isRefusing, listener == nil {
                try await listenAgain()
            }
        }
        listening = task
        try await task.value
    }

    private func listenAgain() async throws {
        do {
            listener = try await Self.listen(
                on: port, group: group, state: state, connector: connector, connections: connections
            )
        } catch {
            throw FaultProxyError(code: .cannotLift, message: "\(error)")
        }
    }

    // MARK: Leases

    private func schedule(
        _ token: String, after lease: Duration, renewals: Int = 0
    ) -> Scheduled<Void> {
        group.next().scheduleTask(in: .nanoseconds(lease.nanoseconds)) {
            Task { await self.expire(token, renewals: renewals) }
        }
    }

    private func expire(_ token: String, renewals: Int) async {
        guard holdings[token]?.renewals == renewals else { return }
        _ = try? await end(token, .expired)
    }

    private static func check(_ lease: Duration) throws {
        guard lease > .zero, lease <= maximumLease else {
            throw FaultProxyError(
                code: .leaseTooLong, message: "a lease lasts from 0 to 60 s, not \(lease)")
        }
    }

    private static let leaseGone = FaultProxyError(
        code: .leaseGone, message: "the fault's lease has run out")

    private static let cannotChoose = FaultProxyError(
        code: .cannotChoose,
        message: "a fault that refuses connections strikes all requests: it takes no fraction, "
            + "limit, methods or key prefix")

    private static func newToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in String(generator.next(), radix: 16) }.joined()
    }

    // MARK: What it has seen

    /// Counts since the start, of one sender (`User-Agent`) or of all.
    public nonisolated func counts(of agent: String? = nil) -> ProxyCounts {
        state.counts(of: agent)
    }

    /// How many requests a fault has struck, or had when it ended; `nil` if there was none with
    /// this token. Connections that were refused had no requests.
    public nonisolated func struck(by token: String) -> Int? { state.struck(by: token) }

    /// How many requests arrived.
    ///
    /// - Parameters:
    ///   - agent: only those of this sender (`User-Agent`).
    ///   - start: counted from here on; at most five minutes ago.
    ///   - end: those from here on do not count; `nil` if all of them do.
    ///   - methods: only these HTTP methods; `nil` for all.
    public nonisolated func requests(
        of agent: String? = nil, since start: ContinuousClock.Instant,
        until end: ContinuousClock.Instant? = nil, methods: Set<String>? = nil
    ) -> Int {
        state.requests(of: agent, methods: methods, since: start, until: end)
    }

    // MARK: Listening

    private static func listen(
        on port: Int, group: MultiThreadedEventLoopGroup, state: ProxyState,
        connector: UpstreamConnector, connections: ConnectionSet
    ) async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.configureHTTPServerPipeline()
                        let front = FrontHandler(state: state, connector: connector)
                        try pipeline.addHandler(front)
                        connections.add(channel, NIOLoopBound(front, eventLoop: channel.eventLoop))
                    }
                }
                .bind(host: "127.0.0.1", port: port).get()
        } catch {
            throw FaultProxyError(
                code: .cannotListen, message: "127.0.0.1:\(port) cannot be listened on: \(error)")
        }
    }
}
