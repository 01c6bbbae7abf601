internal import NIOCore

/// One direction of a connection: bytes go through the stages of all faults that strike it, in
/// order. It decides only, as the stages do.
struct StreamLane {
    private struct Entry {
        let token: String
        var stage: any StreamStage
    }

    private var entries: [Entry] = []
    /// What has come through all of them.
    private var passed: [StreamPiece] = []
    /// The stream is over behind the last stage: nothing more comes out.
    private(set) var isOver = false

    /// Whether bytes may as well go round it.
    var isUnused: Bool { entries.isEmpty && passed.isEmpty && !isOver }

    /// Whether nothing more is to be read from the source for now.
    var isFull: Bool { entries.contains { $0.stage.heldBytes >= $0.stage.capacity } }

    var heldBytes: Int { entries.reduce(0) { $0 + $1.stage.heldBytes } }

    /// When `advance` has something to give; `nil` if not before something is taken.
    var due: NIODeadline? { entries.compactMap { $0.stage.due }.min() }

    mutating func take(_ piece: StreamPiece, at now: NIODeadline) { pass(piece, to: 0, at: now) }

    /// What comes out by now, in order.
    mutating func advance(to now: NIODeadline) -> [StreamPiece] {
        for index in entries.indices {
            while let piece = entries[index].stage.next(at: now) {
                pass(piece, to: index + 1, at: now)
            }
        }
        defer { passed = [] }
        return passed
    }

    private mutating func pass(_ piece: StreamPiece, to index: Int, at now: NIODeadline) {
        if index < entries.count { return entries[index].stage.take(piece, at: now) }
        if isOver { return piece.drop() }
        if case .over = piece { isOver = true }
        passed.append(piece)
    }

    // MARK: Faults

    /// Puts a fault behind the others, or changes it where it stands.
    ///
    /// - Returns: whether it is new here.
    mutating func put(
        _ kind: StreamFault.Kind, token: String, random: SplitMix64, at now: NIODeadline
    ) -> Bool {
        guard let index = entries.firstIndex(where: { $0.token == token }) else {
            entries.append(Entry(token: token, stage: kind.makeStage(random: random, at: now)))
            return true
        }
        if !entries[index].stage.change(to: kind, at: now) {
            let released = entries[index].stage.release()
            entries[index].stage = kind.makeStage(random: random, at: now)
            for piece in released { pass(piece, to: index + 1, at: now) }
        }
        return false
    }

    /// Takes a fault away; what it held goes on at once.
    mutating func remove(_ token: String, at now: NIODeadline) {
        guard let index = entries.firstIndex(where: { $0.token == token }) else { return }
        let released = entries[index].stage.release()
        entries.remove(at: index)
        for piece in released { pass(piece, to: index, at: now) }
    }

    /// Drops all that is held: the connection is gone.
    mutating func dropAll() {
        for index in entries.indices {
            for piece in entries[index].stage.release() { piece.drop() }
        }
        for piece in passed { piece.drop() }
        (entries, passed, isOver) = ([], [], true)
    }
}
