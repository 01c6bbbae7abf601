/// What goes wrong with the bytes of a connection, whatever they mean.
///
/// Several may hold at once: bytes go through them in the order in which they were injected. Each
/// connection draws whether it is struck, anew when the fault is changed.
public struct StreamFault: Equatable, Sendable {
    public enum Direction: String, CaseIterable, Sendable {
        /// From the client to the storage.
        case upstream
        /// From the storage to the client.
        case downstream
    }

    public enum Kind: Equatable, Sendable {
        /// Bytes are late by so much, give or take up to the jitter. They keep their order, and
        /// arrive as fast as they were sent.
        case latency(Duration, jitter: Duration)
        /// Bytes pass at this rate, 1 kilobyte being 1000 bytes; none at all if it is 0.
        case bandwidth(kilobytesPerSecond: Int)
        /// The end of the stream is late by so much.
        case slowClose(Duration)
        /// All bytes are dropped. The connection is closed when none has come for so long; if that
        /// is zero, it stays open. When the fault ends, connections that it struck are closed.
        case timeout(Duration)
        /// So long after the first bytes the connection is reset. They are dropped.
        case resetPeer(Duration)
        /// Bytes pass in pieces of about this size, with a pause after each.
        case slicer(averageSize: Int, sizeVariation: Int, delay: Duration)
        /// The connection is closed after so many bytes.
        case limitData(bytes: Int)
        case noop
    }

    public let kind: Kind
    public let direction: Direction
    /// The share of connections that it strikes, 0 to 1.
    public let toxicity: Double
    public let seed: UInt64

    public init(
        _ kind: Kind, direction: Direction = .downstream, toxicity: Double = 1, seed: UInt64 = 0
    ) {
        precondition((0...1).contains(toxicity), "A toxicity lies between 0 and 1.")
        (self.kind, self.direction) = (kind, direction)
        (self.toxicity, self.seed) = (toxicity, seed)
    }
}
