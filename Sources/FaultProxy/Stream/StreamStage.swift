internal import NIOCore

/// One fault on one direction of one connection: takes what comes, and says what goes on and when.
/// It decides only: somebody else has the socket and the clock.
///
/// Nothing is taken after a piece that is over. Time never goes back.
protocol StreamStage {
    var heldBytes: Int { get }
    /// With so many bytes held, nothing more is to be read from the source.
    var capacity: Int { get }
    /// When `next` has something to give; `nil` if not before something is taken.
    var due: NIODeadline? { get }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline)

    /// What goes on by now, in order. Ask until there is no more.
    mutating func next(at now: NIODeadline) -> StreamPiece?

    /// Goes on as the fault is now.
    ///
    /// - Returns: `false`, with nothing changed, if it has become a fault of another kind.
    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool

    /// The fault has ended: what goes on at once. Nothing is asked of the stage afterwards.
    mutating func release() -> [StreamPiece]
}

extension StreamStage {
    var capacity: Int { 256 * 1024 }
}

extension StreamFault.Kind {
    func makeStage(random: SplitMix64, at now: NIODeadline) -> any StreamStage {
        switch self {
        case .latency(let delay, let jitter):
            return LatencyStage(delay: delay, jitter: jitter, random: random)
        case .bandwidth(let rate): return BandwidthStage(kilobytesPerSecond: rate)
        case .slowClose(let delay): return SlowCloseStage(delay: delay)
        case .timeout(let limit): return TimeoutStage(limit: limit, at: now)
        case .resetPeer(let delay): return ResetPeerStage(delay: delay)
        case .slicer(let size, let variation, let delay):
            return SlicerStage(
                averageSize: size, sizeVariation: variation, delay: delay, random: random)
        case .limitData(let limit): return LimitDataStage(limit: limit)
        case .noop: return NoopStage()
        }
    }
}

extension TimeAmount {
    /// Never less than nothing, and at most some hundred days.
    init(clamping duration: Duration) {
        let limit = Duration.seconds(10_000_000)
        self = .nanoseconds(min(max(duration, .zero), limit).nanoseconds)
    }
}

/// Passes everything on.
struct NoopStage: StreamStage {
    private var held = HeldPieces()

    var heldBytes: Int { held.byteCount }
    var due: NIODeadline? { held.first.map { _ in NIODeadline.distantPast } }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) { held.append(piece) }

    mutating func next(at now: NIODeadline) -> StreamPiece? { held.popFirst() }

    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool { kind == .noop }

    mutating func release() -> [StreamPiece] { held.removeAll() }
}
