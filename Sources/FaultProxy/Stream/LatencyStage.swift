internal import NIOCore

/// Each piece goes on so long after it came, and not before the piece in front of it.
struct LatencyStage: StreamStage {
    private struct Late {
        let piece: StreamPiece
        let arrived: NIODeadline
        var due: NIODeadline
    }

    private var delay: Duration
    private var jitter: Duration
    private var random: SplitMix64
    private var late = CircularBuffer<Late>()
    private(set) var heldBytes = 0

    init(delay: Duration, jitter: Duration, random: SplitMix64) {
        (self.delay, self.jitter, self.random) = (delay, jitter, random)
    }

    /// A long line holds more than a short one: a small buffer would limit the rate. This one has
    /// room for 40 MB a second at 100 ms.
    var capacity: Int { 4 * 1024 * 1024 }

    var due: NIODeadline? { late.first?.due }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) {
        let due = drawDue(of: piece, from: now, after: late.last?.due)
        late.append(Late(piece: piece, arrived: now, due: due))
        heldBytes += piece.byteCount
    }

    /// Only bytes are late: the end follows the last of them.
    private mutating func drawDue(
        of piece: StreamPiece, from arrived: NIODeadline, after previous: NIODeadline?
    ) -> NIODeadline {
        var due = arrived
        if case .bytes = piece {
            due = arrived + TimeAmount(clamping: delay + jitter * (2 * random.nextFraction() - 1))
        }
        return max(due, previous ?? .distantPast)
    }

    mutating func next(at now: NIODeadline) -> StreamPiece? {
        guard let first = late.first, first.due <= now else { return nil }
        late.removeFirst()
        heldBytes -= first.piece.byteCount
        return first.piece
    }

    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool {
        guard case .latency(let delay, let jitter) = kind else { return false }
        (self.delay, self.jitter) = (delay, jitter)
        var changed = CircularBuffer<Late>()
        for var one in late {
            one.due = drawDue(of: one.piece, from: one.arrived, after: changed.last?.due)
            changed.append(one)
        }
        late = changed
        return true
    }

    mutating func release() -> [StreamPiece] { late.map(\.piece) }
}
