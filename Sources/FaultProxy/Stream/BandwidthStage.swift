internal import NIOCore

/// Bytes go on at a rate, in slices of a tenth of a second.
struct BandwidthStage: StreamStage {
    /// Also the bytes per millisecond.
    private var kilobytesPerSecond: Int
    private var held = HeldPieces()
    /// From when on the first slice is under way.
    private var began = NIODeadline.distantPast

    init(kilobytesPerSecond: Int) { self.kilobytesPerSecond = Self.bounded(kilobytesPerSecond) }

    /// So that no product of it is too large.
    private static func bounded(_ rate: Int) -> Int { min(max(rate, 0), 1 << 30) }

    var heldBytes: Int { held.byteCount }

    private var sliceSize: Int { kilobytesPerSecond * 100 }

    var due: NIODeadline? {
        switch held.first {
        case .bytes(let bytes):
            guard kilobytesPerSecond > 0 else { return nil }
            let size = Int64(min(bytes.count, sliceSize))
            return began + .nanoseconds(size * 1_000_000 / Int64(kilobytesPerSecond))
        case .over: return began
        case nil: return nil
        }
    }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) {
        // What was not used while there was nothing to send is not made up for.
        if held.first == nil { began = max(began, now) }
        held.append(piece)
    }

    mutating func next(at now: NIODeadline) -> StreamPiece? {
        guard let due, due <= now else { return nil }
        // Not from now: what the timer is late must not add up.
        began = due
        return held.popFirst(upTo: sliceSize)
    }

    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool {
        guard case .bandwidth(let rate) = kind else { return false }
        kilobytesPerSecond = Self.bounded(rate)
        began = now
        return true
    }

    mutating func release() -> [StreamPiece] { held.removeAll() }
}
