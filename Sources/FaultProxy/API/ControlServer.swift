internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Serves the API of a registry over HTTP, on an event loop of its own: however busy the proxies
/// are, it answers.
public final class ControlServer: Sendable {
    public struct Options: Sendable {
        /// Who does not know it may do nothing; `nil`: everybody may do everything.
        public var token: String?
        /// Whether there is `GET /metrics`.
        public var hasMetrics = false
        /// Of the program, for `GET /version`.
        public var version = ""

        public init() {}
    }

    /// Where it listens: with the port that the system chose.
    public let address: ListenAddress
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let exchanges: ControlExchanges
    private let isStopped = Atomic(false)

    /// - Throws: `.cannotListen`; also if others than this machine could reach it and there is no
    ///   token.
    public init(
        _ registry: ProxyRegistry, listen: ListenAddress, options: Options = Options()
    ) async throws {
        guard listen.isLoopback || options.token?.isEmpty == false else {
            throw FaultProxyError(
                code: .cannotListen,
                message: "\(listen) can be reached by other machines: a token is needed")
        }
        let api = ControlAPI(
            registry: registry, token: options.token, hasMetrics: options.hasMetrics,
            version: options.version)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let exchanges = ControlExchanges()
        do {
            listener = try await Self.bind(listen, on: group) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(ControlHandler(api, exchanges))
                }
            }
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        address = ListenAddress(listener.localAddress) ?? listen
        (self.group, self.exchanges) = (group, exchanges)
    }

    /// Closes the port and every connection. Doing so again does nothing.
    public func stop() async {
        if isStopped.exchange(true, ordering: .relaxed) { return }
        try? await listener.close()
        // An event loop that has ended takes no answers.
        await exchanges.end()
        try? await group.shutdownGracefully()
    }

    private static func bind(
        _ address: ListenAddress, on group: MultiThreadedEventLoopGroup,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            // Who has sent all of a request may say so and still get its answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer(initializer)
        var failure = FaultProxyError(
            code: .cannotListen, message: "listen tcp \(address): no such address")
        for place in (try? address.resolved()) ?? [] {
            do {
                return try await bootstrap.bind(to: place).get()
            } catch let error as IOError {
                failure = .cannotListen(on: place, errno: error.errnoCode)
            }
        }
        throw failure
    }
}

/// The requests that are being answered.
final class ControlExchanges: Sendable {
    /// An answer that takes longer is not waited for.
    private static let patience: Duration = .seconds(5)
    /// Connections at one time: more than clients of one machine need.
    private static let maximumConnections = 1000

    private let underWay = Atomic(0)
    private let connections = Atomic(0)

    func began() { underWay.add(1, ordering: .relaxed) }
    func finished() { underWay.subtract(1, ordering: .relaxed) }

    /// - Returns: whether there is room for one more connection. It counts in any case.
    func opened() -> Bool {
        connections.add(1, ordering: .relaxed).newValue <= Self.maximumConnections
    }

    func closed() { connections.subtract(1, ordering: .relaxed) }

    /// Waits until there are none, also in a task that was cancelled.
    func end() async {
        await Task {
            let deadline = ContinuousClock.now + Self.patience
            while underWay.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
                try? await Task.sleep(for: .milliseconds(2))
            }
        }.value
    }
}
