internal import NIOCore

/// Bytes go on in pieces of about a size, with a pause after each.
struct SlicerStage: StreamStage {
    private var averageSize: Int
    private var sizeVariation: Int
    private var delay: TimeAmount
    private var random: SplitMix64
    private var held = HeldPieces()
    /// When the pause is over.
    private var free = NIODeadline.distantPast

    init(averageSize: Int, sizeVariation: Int, delay: Duration, random: SplitMix64) {
        (self.averageSize, self.sizeVariation) = (averageSize, sizeVariation)
        (self.delay, self.random) = (TimeAmount(clamping: delay), random)
    }

    var heldBytes: Int { held.byteCount }
    var due: NIODeadline? { held.first.map { _ in free } }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) { held.append(piece) }

    mutating func next(at now: NIODeadline) -> StreamPiece? {
        guard let due, due <= now, let piece = held.popFirst(upTo: drawSize()) else { return nil }
        free = now + delay
        return piece
    }

    private mutating func drawSize() -> Int {
        let limit = 1 << 30
        let variation = min(max(sizeVariation, 0), limit)
        let difference = Int.random(in: -variation...variation, using: &random)
        return max(1, min(max(averageSize, 0), limit) + difference)
    }

    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool {
        guard case .slicer(let size, let variation, let delay) = kind else { return false }
        (averageSize, sizeVariation) = (size, variation)
        (self.delay, free) = (TimeAmount(clamping: delay), now)
        return true
    }

    mutating func release() -> [StreamPiece] { held.removeAll() }
}
