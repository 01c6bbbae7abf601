internal import FoundationEssentials
internal import NIOPosix
public import S3

/// Enough of the S3 API over a directory for a first drill without a server: buckets, objects,
/// ranges, conditional writes, lists in pages, uploads in parts.
///
/// Signatures are checked. A write is flushed to the disk before it is acknowledged.
/// Not implemented: versions, access control, lifecycle, `aws-chunked` bodies.
public final class SandboxServer: Sendable {
    public let port: Int
    private let server: LoopbackServer
    private let pool: NIOThreadPool

    public var endpoint: S3Endpoint { S3Endpoint("http://127.0.0.1:\(port)")! }

    /// Serves what is in `directory`, which is made if it is not there.
    public init(directory: String, credentials: S3Credentials, port: Int = 0) async throws {
        let store = try SandboxStore(root: directory)
        let api = SandboxAPI(store: store, credentials: credentials, now: { Date() })
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        self.pool = pool
        do {
            server = try await LoopbackServer(port: port) { request in
                // Flushing blocks: on threads of its own, away from the event loop.
                (try? await pool.runIfActive { api.respond(to: request) })
                    ?? LoopbackServer.Response(status: 503)
            }
        } catch {
            try? await pool.shutdownGracefully()
            throw error
        }
        self.port = server.port
    }

    public func stop() async {
        await server.stop()
        try? await pool.shutdownGracefully()
    }
}
