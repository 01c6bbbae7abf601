internal import NIOCore
internal import NIOHTTP1

/// Which bytes of the body of one answer a fault touches.
struct BodyFault {
    /// What happens to one piece of the body.
    enum Verdict: Equatable {
        case pass
        /// So many bytes pass, and then nothing more, not even the end of the body.
        case cut(after: Int)
        /// It passes with this byte of it inverted.
        case invert(Int)
    }

    private let kind: Fault.Kind
    private let number: UInt64
    /// The length of the body; if nobody says it, that of its first piece has to do.
    private var length: Int?
    private var passed = 0

    /// - Parameter length: of the whole body; `nil` if the storage does not say.
    init(_ strike: Strike, length: Int?) {
        (kind, number, self.length) = (strike.kind, strike.number, length)
    }

    /// - Parameter count: the length of the next piece, in bytes.
    mutating func meet(_ count: Int) -> Verdict {
        guard count > 0 else { return .pass }
        let length = max(length ?? count, 1)
        self.length = length
        defer { passed += count }
        switch kind {
        case .truncate:
            let kept = max(0, length / 2 - passed)
            return kept < count ? .cut(after: kept) : .pass
        case .corrupt:
            let place = Int(number % UInt64(length)) - passed
            return (0..<count).contains(place) ? .invert(place) : .pass
        default: return .pass
        }
    }
}

/// A body on its way to a slow client, slice by slice. It decides only: the connection waits and
/// writes.
struct SlowBody {
    /// Beyond it, no more is read from the storage.
    private static let maximumPending = 256 * 1024
    /// So fine that a client sees a stream.
    private static let slicesPerSecond = 20

    private let bytesPerSecond: Int
    private var pieces = CircularBuffer<ByteBuffer>()
    private var pending = 0
    /// What stands behind the body, once the storage has sent all of it.
    private(set) var end: HTTPServerResponsePart?

    init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

    var isEmpty: Bool { pieces.isEmpty }
    var isFull: Bool { pending >= Self.maximumPending }

    mutating func add(_ piece: ByteBuffer) {
        guard piece.readableBytes > 0 else { return }
        pieces.append(piece)
        pending += piece.readableBytes
    }

    mutating func finish(with trailers: HTTPHeaders?) { end = .end(trailers) }

    /// How long the next slice is under way; `nil` if there is none.
    var timeOfNext: TimeAmount? {
        pieces.first.map { piece in
            .nanoseconds(Int64(size(of: piece)) * 1_000_000_000 / Int64(bytesPerSecond))
        }
    }

    mutating func takeNext() -> [ByteBuffer] {
        guard var piece = pieces.popFirst(), let slice = piece.readSlice(length: size(of: piece))
        else { return [] }
        if piece.readableBytes > 0 { pieces.prepend(piece) }
        pending -= slice.readableBytes
        return [slice]
    }

    mutating func takeAll() -> [ByteBuffer] {
        defer { (pieces, pending) = ([], 0) }
        return Array(pieces)
    }

    private func size(of piece: ByteBuffer) -> Int {
        min(piece.readableBytes, max(1, bytesPerSecond / Self.slicesPerSecond))
    }
}
