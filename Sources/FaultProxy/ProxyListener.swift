internal import NIOCore
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
    internal import Glibc
#endif

/// Listens for clients, and makes of each connection what the settings ask for.
struct ProxyListener: Sendable {
    let connections: ConnectionSet
    private let settings: ProxySettings
    private let group: MultiThreadedEventLoopGroup
    private let state: ProxyState
    private let faults: StreamFaults
    private let connector: UpstreamConnector
    private let signer: RequestSigner?
    private let tls: NIOSSLContext?

    init(
        _ settings: ProxySettings, on group: MultiThreadedEventLoopGroup, state: ProxyState,
        faults: StreamFaults
    ) throws {
        (self.settings, self.group) = (settings, group)
        (self.state, self.faults) = (state, faults)
        connections = ConnectionSet(on: group)
        connector = try UpstreamConnector(settings.upstream)
        signer = settings.signing.map { RequestSigner($0, upstream: settings.upstream) }
        tls = try settings.identity.map { try Self.tls($0, speaks: settings.speaks) }
    }

    private static func tls(
        _ identity: ServerIdentity, speaks: ProxySettings.Speaks
    ) throws -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(identity.certificateFile)
            let key = try NIOSSLPrivateKey(file: identity.keyFile, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            if speaks == .http { configuration.applicationProtocols = ["http/1.1"] }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw FaultProxyError(
                code: .cannotListen,
                message: "\(identity.certificateFile) and \(identity.keyFile) are no identity for "
                    + "TLS: \(error)")
        }
    }

    // MARK: Listening

    /// What is listened on, and kept if it is not for a while.
    struct Place {
        let channel: any Channel
        let address: ListenAddress
        let socketAddress: SocketAddress
        let reservedPort: ReservedPort
    }

    func open() async throws -> Place {
        let channel = try await listen()
        guard let bound = channel.localAddress, let address = ListenAddress(bound) else {
            preconditionFailure("A socket that listens has an address.")
        }
        do {
            return Place(
                channel: channel, address: address, socketAddress: bound,
                reservedPort: try ReservedPort(bound))
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// Listens at the first of its addresses that the system has.
    private func listen() async throws -> any Channel {
        var failure: any Error = FaultProxyError(
            code: .cannotListen, message: "listen tcp \(settings.listen): no address")
        for address in try addresses() {
            do {
                // With `SO_REUSEPORT` a second proxy could share the port, and half of the
                // connections.
                if settings.listen.port != 0 { try ReservedPort.checkFree(address) }
                return try await listen(on: address)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private func addresses() throws -> [SocketAddress] {
        do {
            return try settings.listen.resolved()
        } catch {
            throw FaultProxyError(
                code: .cannotListen,
                message: "listen tcp: lookup \(settings.listen.host): no such host")
        }
    }

    func listen(on address: SocketAddress) async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 4096)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                // Who has no more to say may still listen.
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try receive(channel) }
                }
                .bind(to: address).get()
        } catch let error as IOError {
            throw FaultProxyError.cannotListen(on: address, errno: error.errnoCode)
        } catch {
            throw FaultProxyError(
                code: .cannotListen, message: "listen tcp \(settings.listen): \(error)")
        }
    }

    // MARK: Connections

    private func receive(_ channel: any Channel) throws {
        let mine = connections.connections(on: channel.eventLoop)
        let connector = connector.counting(in: mine.bytes)
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        let stream = StreamHandler(settings.speaks, bytes: mine.bytes, faults: faults)
        try pipeline.addHandler(stream)
        var front: FrontHandler?
        switch settings.speaks {
        case .http:
            let requests = RequestPipeline(state: state, connector: connector, signer: signer)
            front = try requests.add(to: channel)
            front?.stream = stream
        case .tcp:
            try pipeline.addHandler(TunnelEnd(of: stream, connector: connector))
            state.connected()
        }
        try mine.add(.init(channel: channel, stream: stream, front: front))
        // After it can be found: a fault is met now, or looks for the connection later.
        stream.reconcile()
    }
}
