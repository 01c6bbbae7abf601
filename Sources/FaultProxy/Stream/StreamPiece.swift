internal import NIOCore

/// What goes along one direction of a connection.
enum StreamPiece {
    case bytes(StreamBytes)
    /// Nothing follows.
    case over(StreamEnding)

    var byteCount: Int {
        if case .bytes(let bytes) = self { bytes.count } else { 0 }
    }

    /// It goes no further.
    func drop() {
        if case .bytes(let bytes) = self { bytes.drop() }
    }
}

/// How a stream ends.
enum StreamEnding: Equatable, Sendable {
    /// Its sender has no more to say, and may still listen.
    case end
    /// The whole connection is closed, after what came before.
    case close
    /// The whole connection is reset.
    case reset
}

/// Bytes on their way.
struct StreamBytes {
    struct WereDropped: Error {}

    private(set) var buffer: ByteBuffer
    /// Succeeds when they have been written; fails if they are dropped.
    private(set) var promise: EventLoopPromise<Void>?

    init(_ buffer: ByteBuffer, promise: EventLoopPromise<Void>? = nil) {
        (self.buffer, self.promise) = (buffer, promise)
    }

    var count: Int { buffer.readableBytes }

    /// Takes bytes off the front. Whoever waits for these bytes waits for the last of them.
    mutating func split(first count: Int) -> StreamBytes {
        if count >= self.count {
            defer { self = StreamBytes(ByteBuffer()) }
            return self
        }
        return StreamBytes(buffer.readSlice(length: count) ?? ByteBuffer())
    }

    /// Who waits for them learns it a moment later: it may write or close then, and whoever drops
    /// them is in the middle of something.
    func drop() {
        guard let promise else { return }
        promise.futureResult.eventLoop.execute { promise.fail(WereDropped()) }
    }
}

/// Pieces that wait, in order.
struct HeldPieces {
    private var pieces = CircularBuffer<StreamPiece>()
    private(set) var byteCount = 0

    var first: StreamPiece? { pieces.first }

    mutating func append(_ piece: StreamPiece) {
        pieces.append(piece)
        byteCount += piece.byteCount
    }

    /// - Parameter limit: of bytes, the first so many are taken.
    mutating func popFirst(upTo limit: Int = .max) -> StreamPiece? {
        guard var piece = pieces.popFirst() else { return nil }
        if case .bytes(var bytes) = piece, bytes.count > limit {
            piece = .bytes(bytes.split(first: limit))
            pieces.prepend(.bytes(bytes))
        }
        byteCount -= piece.byteCount
        return piece
    }

    mutating func removeAll() -> [StreamPiece] {
        defer { (pieces, byteCount) = ([], 0) }
        return Array(pieces)
    }
}
