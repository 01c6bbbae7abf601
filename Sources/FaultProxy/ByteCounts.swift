internal import Synchronization

/// How many bytes have passed a proxy: those of the streams, without what TLS adds to them.
public struct ByteCounts: Equatable, Sendable {
    public var receivedFromClients = 0
    public var sentToUpstream = 0
    public var receivedFromUpstream = 0
    public var sentToClients = 0

    public init() {}
}

/// Counts the bytes of one event loop. Only that loop adds to it; anybody may read.
final class ByteCounter: Sendable {
    /// Since only one thread writes, it needs no locked operation.
    struct Count: ~Copyable, Sendable {
        private let value = Atomic(0)

        func add(_ count: Int) {
            value.store(value.load(ordering: .relaxed) &+ count, ordering: .relaxed)
        }

        var current: Int { value.load(ordering: .relaxed) }
    }

    let receivedFromClients = Count()
    let sentToUpstream = Count()
    let receivedFromUpstream = Count()
    let sentToClients = Count()

    func add(to counts: inout ByteCounts) {
        counts.receivedFromClients += receivedFromClients.current
        counts.sentToUpstream += sentToUpstream.current
        counts.receivedFromUpstream += receivedFromUpstream.current
        counts.sentToClients += sentToClients.current
    }
}
