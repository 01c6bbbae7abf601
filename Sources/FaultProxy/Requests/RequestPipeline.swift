internal import NIOCore
internal import NIOHTTP1

/// What reads the requests of one client, above TLS and the faults of the stream.
struct RequestPipeline: Sendable {
    /// For URL and headers together. S3 allows 8 KiB.
    private static let maximumHead = 64 * 1024

    private let state: ProxyState
    private let connector: UpstreamConnector
    private let signer: RequestSigner?

    init(state: ProxyState, connector: UpstreamConnector, signer: RequestSigner?) {
        (self.state, self.connector, self.signer) = (state, connector, signer)
    }

    /// Call it on the event loop of the channel, after everything that stands before it.
    func add(to channel: any Channel) throws -> FrontHandler {
        let pipeline = channel.pipeline.syncOperations
        let deadline = HeadDeadline()
        let front = FrontHandler(
            state: state, connector: connector, signer: signer, deadline: deadline)
        deadline.front = front
        try pipeline.addHandler(deadline)
        try pipeline.configureHTTPServerPipeline(
            withErrorHandling: false, withEncoderConfiguration: Self.encoding,
            withDecoderLimitConfiguration: Self.limits)
        try pipeline.addHandler(front)
        return front
    }

    /// `FrontHandler` says where a body ends, for it knows whether there is one: an answer to HEAD
    /// may be framed in chunks of which none come.
    private static var encoding: HTTPResponseEncoder.Configuration {
        var configuration = HTTPResponseEncoder.Configuration()
        configuration.automaticallySetFramingHeaders = false
        return configuration
    }

    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumHead
        limits.maxHeaderListSize = maximumHead
        return limits
    }
}
