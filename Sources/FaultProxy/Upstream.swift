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
}

/// Makes connections to the storage.
struct UpstreamConnector: Sendable {
    private let upstream: Upstream
    private let tls: NIOSSLContext?

    init(_ upstream: Upstream) throws {
        self.upstream = upstream
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

    var address: String { "\(upstream.host):\(upstream.port)" }

    /// Connects on `loop`; what comes back is given to the handler that `makeHandler` returns.
    func connect(
        on loop: any EventLoop, handler makeHandler: @escaping @Sendable () -> BackHandler
    ) -> EventLoopFuture<any Channel> {
        let (tls, host) = (tls, upstream.host)
        return ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        let isName = host.contains { $0.isLetter }
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: isName ? host : nil))
                    }
                    try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                    try pipeline.addHandler(makeHandler())
                }
            }
            .connect(host: upstream.host, port: upstream.port)
    }
}

/// Hands what the storage sends to the connection of the client.
final class BackHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTPClientResponsePart

    typealias Receive = @Sendable (HTTPClientResponsePart, _ storage: any Channel) -> Void

    private let receive: Receive
    private let paused: @Sendable (_ storage: any Channel) -> Void
    private let closed: @Sendable (_ storage: any Channel) -> Void
    private let writable: @Sendable (_ storage: any Channel) -> Void

    /// All are called on the event loop of the connection, and say which connection it is: one that
    /// was given up may still have something to say.
    ///
    /// - Parameter paused: nothing more has come for now.
    init(
        receive: @escaping Receive, paused: @escaping @Sendable (any Channel) -> Void,
        closed: @escaping @Sendable (any Channel) -> Void,
        writable: @escaping @Sendable (any Channel) -> Void
    ) {
        (self.receive, self.paused) = (receive, paused)
        (self.closed, self.writable) = (closed, writable)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(unwrapInboundIn(data), context.channel)
    }

    func channelReadComplete(context: ChannelHandlerContext) { paused(context.channel) }

    func channelInactive(context: ChannelHandlerContext) { closed(context.channel) }

    func channelWritabilityChanged(context: ChannelHandlerContext) { writable(context.channel) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
