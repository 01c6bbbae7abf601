internal import LMDB
public import Merkle
internal import Wire

/// Events that were hashed anew, from the bytes that the log stores.
public struct HashedEvents: Sendable {
    /// Those that were asked for, in their order; maybe none.
    public let events: [RecordedEvent]
    /// The leaf of each of them: `SHA-256(00 ‖ value)`.
    public let leaves: [MerkleHash]
    /// The leaves of all events of the range; where 256 make a whole subtree of the log's tree, its
    /// root.
    fileprivate let subtrees: [(hash: MerkleHash, level: Int)]
    /// The position of the last event that was hashed.
    fileprivate let last: UInt64
}

extension EventReader {
    /// So many events at most are read at once, on each thread.
    private static var stretch: UInt64 { 512 }

    /// Reads a range of events on two threads, hashes every stored value anew and builds the tree
    /// over them: on the stored hashes of what comes before the range, and with those of what comes
    /// after it. So its root tells whether the events are the ones that were sealed: the caller
    /// compares it, and believes nothing that he was handed until then (see `checkTree`).
    ///
    /// Each hash is also compared with the one that is stored for the event, so that a change is
    /// found where it was made. Memory does not grow with the range. Blocks.
    ///
    /// - Parameters:
    ///   - positions: all of them held, and none above `size`.
    ///   - size: of the tree whose root is wanted: so many events, which the log has.
    ///   - isWanted: whether events of a number in `Record` are handed over. All are hashed and
    ///     compared; what is not wanted is not copied out of the log.
    ///   - body: is called on this thread, with the events in their order. It may read the log.
    /// - Returns: the root of the tree over the first `size` events.
    /// - Throws: `EventLogError`: `.damaged` if an event is missing or is not what its stored hash
    ///   says; `.archived` if it has left the log.
    public func verifiedEvents(
        in positions: ClosedRange<UInt64>, treeSize size: UInt64,
        where isWanted: @escaping @Sendable (_ number: Int) -> Bool = { _ in true },
        _ body: (HashedEvents) throws -> Void
    ) throws -> MerkleHash {
        precondition(
            positions.lowerBound > 0 && positions.upperBound <= size,
            "The events of a tree are counted from 1 to its size.")
        var tree = try frontier(ofSize: positions.lowerBound - 1)
        let reading = ParallelReading<HashedEvents>(length: Self.stretch, workers: 2) { stretch in
            let hashed = try self.hashedEvents(in: stretch, where: isWanted)
            return ParallelReading<HashedEvents>.Piece(value: hashed, last: hashed.last)
        }
        try reading.forEach(in: positions) { hashed, _ in
            for (hash, level) in hashed.subtrees { tree.append(hash, level: level) }
            try body(hashed)
        }
        try addStored(to: &tree, upTo: size)
        return tree.root
    }

    /// From the beginning of a stretch on, at most 4 MB of it, in one short read.
    private func hashedEvents(
        in positions: ClosedRange<UInt64>, where isWanted: (Int) -> Bool
    ) throws -> HashedEvents {
        try slot.with { log in
            try log.environment.read { transaction in
                try log.checkHeld(positions.lowerBound, in: transaction)
                var (events, leaves): ([RecordedEvent], [MerkleHash]) = ([], [])
                var all: [MerkleHash] = []
                all.reserveCapacity(positions.count)
                var bytes = 0
                try transaction.forEach(in: log.events, from: .integer(positions.lowerBound)) {
                    key, value in
                    guard case .integer(let position) = key, position <= positions.upperBound
                    else { return .stop }
                    let expected = positions.lowerBound + UInt64(all.count)
                    if position != expected { throw Self.missing(expected) }
                    let leaf = MerkleHash.leaf(value)
                    all.append(leaf)
                    if let record = try Self.record(value, at: position, where: isWanted) {
                        events.append(RecordedEvent(position: position, record: record))
                        leaves.append(leaf)
                    }
                    bytes += value.byteCount
                    return bytes < 4 << 20 ? .continue : .stop
                }
                if all.isEmpty { throw Self.missing(positions.lowerBound) }
                try log.compare(all, from: positions.lowerBound, in: transaction)
                return HashedEvents(
                    events: events, leaves: leaves,
                    subtrees: Self.subtrees(of: all, from: positions.lowerBound - 1),
                    last: positions.lowerBound + UInt64(all.count) - 1)
            }
        }
    }

    /// - Returns: `nil` for an event that is not wanted.
    private static func record(
        _ value: RawSpan, at position: UInt64, where isWanted: (Int) -> Bool
    ) throws(EventLogError) -> Record? {
        do throws(WireError) {
            let envelope = try Envelope(of: value)
            return isWanted(envelope.number) ? Record(envelope, of: value) : nil
        } catch {
            throw EventLogError(
                .damaged, "the event at position \(position) cannot be read", cause: error)
        }
    }

    private static func missing(_ position: UInt64) -> EventLogError {
        EventLogError(
            .damaged, "the event at position \(position) is missing: run dr-audit verify")
    }

    /// - Parameter index: of the first leaf in the tree.
    private static func subtrees(
        of leaves: [MerkleHash], from index: UInt64
    ) -> [(hash: MerkleHash, level: Int)] {
        var subtrees: [(hash: MerkleHash, level: Int)] = []
        var next = 0
        while next < leaves.count {
            let isWhole =
                (index + UInt64(next)).isMultiple(of: 256) && leaves.count - next >= 256
            if isWhole {
                subtrees.append((hash: .root(of: leaves[next..<next + 256]), level: 8))
                next += 256
            } else {
                subtrees.append((hash: leaves[next], level: 0))
                next += 1
            }
        }
        return subtrees
    }

    /// Goes on with what the log stores: of every eighth level, the highest that fits.
    private func addStored(to tree: inout MerkleFrontier, upTo size: UInt64) throws {
        if tree.count == size { return }
        try slot.with { log in
            try log.environment.read { transaction in
                while tree.count < size {
                    let level = Tiles.levels.last { level in
                        let width = UInt64(1) << UInt64(level)
                        return tree.count.isMultiple(of: width) && size - tree.count >= width
                    }
                    let hash = try log.storedHash(
                        level: level ?? 0, index: tree.count >> UInt64(level ?? 0),
                        in: transaction)
                    tree.append(hash, level: level ?? 0)
                }
            }
        }
    }
}

extension LogFile {
    /// Compares leaves with the stored ones.
    ///
    /// - Parameter position: of the first.
    fileprivate func compare(
        _ leaves: [MerkleHash], from position: UInt64, in transaction: borrowing ReadTransaction
    ) throws {
        var rest = leaves[...]
        while let first = rest.indices.first {
            let (chunk, offset) = (position - 1 + UInt64(first))
                .quotientAndRemainder(dividingBy: Tiles.chunkWidth)
            let stored = try Tiles.chunk(level: 0, index: chunk, of: self, in: transaction)
                .dropFirst(Int(offset)).prefix(rest.count)
            if stored.isEmpty {
                throw EventLogError(
                    .damaged,
                    "the tree has no hash for position \(position + UInt64(first)): run "
                        + "dr-audit verify")
            }
            for (index, hash) in zip(rest.indices, stored) where leaves[index] != hash {
                throw EventLogError(
                    .damaged,
                    "the event at position \(position + UInt64(index)) and its hash in the tree "
                        + "differ, so one of them was changed: run dr-audit verify")
            }
            rest = rest.dropFirst(stored.count)
        }
    }

    /// - Parameter level: one that is stored.
    fileprivate func storedHash(
        level: Int, index: UInt64, in transaction: borrowing ReadTransaction
    ) throws -> MerkleHash {
        let (chunk, offset) = index.quotientAndRemainder(dividingBy: Tiles.chunkWidth)
        let stored = try Tiles.chunk(level: level, index: chunk, of: self, in: transaction)
        guard let hash = stored.dropFirst(Int(offset)).first else {
            throw EventLogError(.damaged, "hashes of the tree are missing: run dr-audit verify")
        }
        return hash
    }
}
