internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// The storage behind a proxy.
public struct Upstream: Sendable {
    public let host: String
    public let port: Int
    /// Over TLS; the certificate is verified, with the host as server name.
    public let isSecure: Bool
    /// A PEM file of one more certificate authority to trust.
    public let extraAuthority: String?

    public init(host: String, port: Int, isSecure: Bool = false, extraAuthority: String? = nil) {
        (self.host, self.port) = (host, port)
        (self.isSecure, self.extraAuthority) = (isSecure, extraAuthority)
    }

    /// - Parameter address: a host and a port, as `storage:9000` or `[::1]:9000`; without a host,
    ///   as `:9000`, this machine is meant.
    public init?(_ address: String, isSecure: Bool = false, extraAuthority: String? = nil) {
        guard let place = ListenAddress(address), place.port > 0 else { return nil }
        self.init(
            host: place.host.isEmpty ? "127.0.0.1" : place.host, port: place.port,
            isSecure: isSecure, extraAuthority: extraAuthority)
    }
}

/// Makes connections to the storage.
struct UpstreamConnector: Sendable {
    private let upstream: Upstream
    private let tls: NIOSSLContext?
    /// `nil` if the host is a name, which is looked up each time.
    private let resolved: SocketAddress?
    /// Where what goes over its connections is counted.
    private(set) var bytes = ByteCounter()

    init(_ upstream: Upstream) throws {
        self.upstream = upstream
        resolved = try? SocketAddress(ipAddress: upstream.host, port: upstream.port)
        guard upstream.isSecure else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let file = upstream.extraAuthority {
            configuration.additionalTrustRoots = [
                .certificates(try NIOSSLCertificate.fromPEMFile(file))
            ]
        }
        tls = try NIOSSLContext(configuration: configuration)
    }

    /// The same, for the event loop that the counter belongs to.
    func counting(in bytes: ByteCounter) -> UpstreamConnector {
        var connector = self
        connector.bytes = bytes
        return connector
    }

    var address: String { "\(upstream.host):\(upstream.port)" }

    /// Connects on `loop`; what comes back is given to the handler that `makeHandler` returns.
    func connect(
        on loop: any EventLoop, handler makeHandler: @escaping @Sendable () -> BackHandler
    ) -> EventLoopFuture<any Channel> {
        let bytes = bytes
        return connect(on: loop) { pipeline in
            try pipeline.addHandler(StorageByteCounter(bytes))
            try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
            try pipeline.addHandler(makeHandler())
        }
    }

    /// Connects on `loop`, with the end of a tunnel that `makeEnd` returns there.
    func connectTunnel(
        on loop: any EventLoop, end makeEnd: @escaping @Sendable () -> TunnelEnd
    ) -> EventLoopFuture<any Channel> {
        connect(on: loop, allowsHalfClosure: true) { try $0.addHandler(makeEnd()) }
    }

    private func connect(
        on loop: any EventLoop, allowsHalfClosure: Bool = false,
        handlers addHandlers:
            @escaping @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let (tls, name) = (tls, resolved == nil ? upstream.host : nil)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: allowsHalfClosure)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try addHandlers(pipeline)
                }
            }
        if let resolved { return bootstrap.connect(to: resolved) }
        return bootstrap.connect(host: upstream.host, port: upstream.port)
    }
}

/// Counts what goes between the proxy and the storage.
private final class StorageByteCounter: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let bytes: ByteCounter

    init(_ bytes: ByteCounter) { self.bytes = bytes }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.receivedFromUpstream.add(unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        bytes.sentToUpstream.add(unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }
}

/// Hands what the storage sends to the connection of the client.
final class BackHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTPClientResponsePart

    typealias Receive = @Sendable (HTTPClientResponsePart, _ storage: any Channel) -> Void

    private let receive: Receive
    private let paused: @Sendable (_ storage: any Channel) -> Void
    private let failed: @Sendable (any Error, _ storage: any Channel) -> Void
    private let closed: @Sendable (_ storage: any Channel) -> Void
    private let writable: @Sendable (_ storage: any Channel) -> Void

    /// All are called on the event loop of the connection, and say which connection it is: one that
    /// was given up may still have something to say.
    ///
    /// - Parameters:
    ///   - paused: nothing more has come for now.
    ///   - failed: the connection broke. What it sent last may look like the end of an answer.
    init(
        receive: @escaping Receive, paused: @escaping @Sendable (any Channel) -> Void,
        failed: @escaping @Sendable (any Error, any Channel) -> Void,
        closed: @escaping @Sendable (any Channel) -> Void,
        writable: @escaping @Sendable (any Channel) -> Void
    ) {
        (self.receive, self.paused, self.failed) = (receive, paused, failed)
        (self.closed, self.writable) = (closed, writable)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(unwrapInboundIn(data), context.channel)
    }

    func channelReadComplete(context: ChannelHandlerContext) { paused(context.channel) }

    func channelInactive(context: ChannelHandlerContext) { closed(context.channel) }

    func channelWritabilityChanged(context: ChannelHandlerContext) { writable(context.channel) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The end itself follows.
        if !isUncleanEnd(error) { failed(error, context.channel) }
        context.close(promise: nil)
    }
}
