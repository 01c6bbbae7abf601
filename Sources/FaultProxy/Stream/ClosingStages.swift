internal import NIOCore

/// The end of the stream goes on so long after it came; bytes go on at once.
struct SlowCloseStage: StreamStage {
    private var delay: TimeAmount
    private var held = HeldPieces()
    private var ended = NIODeadline.distantPast

    init(delay: Duration) { self.delay = TimeAmount(clamping: delay) }

    var heldBytes: Int { held.byteCount }

    var due: NIODeadline? {
        switch held.first {
        case .bytes: .distantPast
        case .over: ended + delay
        case nil: nil
        }
    }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) {
        if case .over = piece { ended = now }
        held.append(piece)
    }

    mutating func next(at now: NIODeadline) -> StreamPiece? {
        guard let due, due <= now else { return nil }
        return held.popFirst()
    }

    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool {
        guard case .slowClose(let delay) = kind else { return false }
        self.delay = TimeAmount(clamping: delay)
        return true
    }

    mutating func release() -> [StreamPiece] { held.removeAll() }
}

/// Drops all bytes, and closes the connection when none has come for so long. The sender's end
/// closes it at once: there is nothing more to drop.
struct TimeoutStage: StreamStage {
    /// Zero: it is never closed.
    private var limit: TimeAmount
    private var quietSince: NIODeadline
    private var ending: StreamEnding?
    private var isOver = false

    init(limit: Duration, at now: NIODeadline) {
        (self.limit, quietSince) = (TimeAmount(clamping: limit), now)
    }

    var heldBytes: Int { 0 }

    var due: NIODeadline? {
        if isOver { return nil }
        if ending != nil { return .distantPast }
        return limit > .zero ? quietSince + limit : nil
    }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) {
        piece.drop()
        quietSince = now
        if case .over(let ending) = piece { self.ending = ending == .reset ? .reset : .close }
    }

    mutating func next(at now: NIODeadline) -> StreamPiece? {
        guard let due, due <= now else { return nil }
        isOver = true
        return .over(ending ?? .close)
    }

    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool {
        guard case .timeout(let limit) = kind else { return false }
        (self.limit, quietSince) = (TimeAmount(clamping: limit), now)
        return true
    }

    /// A stream that has lost bytes is of no use any more.
    mutating func release() -> [StreamPiece] { isOver ? [] : [.over(ending ?? .close)] }
}

/// Drops all bytes, and resets the connection so long after the first of them, or after the end.
struct ResetPeerStage: StreamStage {
    private var delay: TimeAmount
    private var began: NIODeadline?
    private var isOver = false

    init(delay: Duration) { self.delay = TimeAmount(clamping: delay) }

    var heldBytes: Int { 0 }
    var due: NIODeadline? { isOver ? nil : began.map { $0 + delay } }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) {
        piece.drop()
        began = began ?? now
    }

    mutating func next(at now: NIODeadline) -> StreamPiece? {
        guard let due, due <= now else { return nil }
        isOver = true
        return .over(.reset)
    }

    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool {
        guard case .resetPeer(let delay) = kind else { return false }
        self.delay = TimeAmount(clamping: delay)
        return true
    }

    /// A stream that has lost bytes is of no use any more.
    mutating func release() -> [StreamPiece] { began == nil || isOver ? [] : [.over(.reset)] }
}

/// Passes so many bytes, and then closes the connection.
struct LimitDataStage: StreamStage {
    private var limit: Int
    private var passed = 0
    private var held = HeldPieces()
    private var isOver = false

    init(limit: Int) { self.limit = limit }

    var heldBytes: Int { held.byteCount }
    var due: NIODeadline? { held.first.map { _ in NIODeadline.distantPast } }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) {
        if isOver { return piece.drop() }
        guard case .bytes(var bytes) = piece else { return held.append(piece) }
        let room = max(0, limit - passed)
        passed += min(bytes.count, room)
        if bytes.count <= room {
            held.append(piece)
        } else {
            if room > 0 { held.append(.bytes(bytes.split(first: room))) }
            bytes.drop()
        }
        guard passed >= limit else { return }
        isOver = true
        held.append(.over(.close))
    }

    mutating func next(at now: NIODeadline) -> StreamPiece? { held.popFirst() }

    /// What has passed before counts.
    mutating func change(to kind: StreamFault.Kind, at now: NIODeadline) -> Bool {
        guard case .limitData(let limit) = kind else { return false }
        self.limit = limit
        return true
    }

    mutating func release() -> [StreamPiece] { held.removeAll() }
}
