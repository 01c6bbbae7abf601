internal import NIOCore
internal import NIOPosix

/// The event loops that proxies run on. Proxies that share them need no more threads together than
/// one alone.
///
/// Whoever makes them shuts them down, after the proxies on them were stopped.
public final class ProxyLoops: Sendable {
    let group: MultiThreadedEventLoopGroup

    public init(threads: Int) { group = MultiThreadedEventLoopGroup(numberOfThreads: threads) }

    public func shutdown() async { try? await group.shutdownGracefully() }
}
