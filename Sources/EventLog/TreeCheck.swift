internal import LMDB
internal import Merkle

/// Builds the tree over the leaves again and compares it, chunk by chunk, with the stored hashes of
/// the levels above the leaves.
struct TreeCheck {
    private struct Level {
        /// Hashes not yet compared; the first is number `start`.
        var hashes: [MerkleHash] = []
        var start: UInt64 = 0
        /// Hashes on the way to the next level: at most 256.
        var group: [MerkleHash] = []
    }

    private(set) var frontier = MerkleFrontier()
    /// An event is missing: nothing over it can be compared.
    private(set) var isBroken = false
    private var levels = [Level](repeating: Level(), count: Tiles.levels.count)
    private let size: UInt64
    /// The last chunk of each level as it was at the start: later appends may rewrite it.
    private var edges: [[MerkleHash]] = []

    init(size: UInt64, log: LogFile, in transaction: borrowing ReadTransaction) throws {
        self.size = size
        for level in Tiles.levels {
            let index = (size >> UInt64(level)) / Tiles.chunkWidth
            edges.append(try Self.storedChunk(level: level, index, log, transaction))
        }
    }

    /// The last chunk of leaves.
    var leafEdge: (index: UInt64, hashes: [MerkleHash]) { (size / Tiles.chunkWidth, edges[0]) }

    mutating func breakOff() { isBroken = true }

    mutating func add(leaf: MerkleHash) {
        if !isBroken { frontier.append(leaf) }
    }

    /// Adds 256 leaves at once.
    mutating func add(group: MerkleHash) {
        if isBroken { return }
        frontier.append(group, level: 8)
        add(group, level: 1)
    }

    private mutating func add(_ hash: MerkleHash, level: Int) {
        levels[level].hashes.append(hash)
        levels[level].group.append(hash)
        guard levels[level].group.count == 256, level + 1 < levels.count else { return }
        let root = MerkleHash.root(of: levels[level].group[...])
        levels[level].group = []
        add(root, level: level + 1)
    }

    /// Compares the chunks that are complete, and at the head the last.
    mutating func compareChunks(
        isLast: Bool, log: LogFile, in transaction: borrowing ReadTransaction,
        report: inout VerificationReport
    ) throws {
        if isBroken { return }
        for (number, level) in Tiles.levels.enumerated().dropFirst() {
            while let hashes = nextChunk(number, isLast: isLast) {
                let start = levels[number].start
                let isEdge = hashes.count < Tiles.chunkWidth
                let stored =
                    isEdge
                    ? edges[number]
                    : try Self.storedChunk(
                        level: level, start / Tiles.chunkWidth, log, transaction)
                compare(hashes, with: stored, from: start, level: level, report: &report)
                levels[number].hashes.removeFirst(hashes.count)
                levels[number].start += UInt64(hashes.count)
            }
        }
    }

    private func nextChunk(_ number: Int, isLast: Bool) -> [MerkleHash]? {
        let hashes = levels[number].hashes.prefix(Int(Tiles.chunkWidth))
        let isComplete = hashes.count == Tiles.chunkWidth || isLast && !hashes.isEmpty
        return isComplete ? Array(hashes) : nil
    }

    static func storedChunk(
        level: Int, _ index: UInt64, _ log: LogFile, _ transaction: borrowing ReadTransaction
    ) throws -> [MerkleHash] {
        do {
            return try Tiles.chunk(level: level, index: index, of: log, in: transaction)
        } catch is EventLogError {
            // Of a length that no chunk has: it fits no hashes, and is reported as such.
            return []
        }
    }

    private func compare(
        _ hashes: [MerkleHash], with stored: [MerkleHash], from start: UInt64, level: Int,
        report: inout VerificationReport
    ) {
        if hashes == stored { return }
        let offset = zip(hashes, stored).enumerated().first { $1.0 != $1.1 }?.offset
        let first = (start + UInt64(offset ?? min(hashes.count, stored.count))) << UInt64(level)
        report.add(
            "a stored hash of level \(level) of the tree does not follow from the events",
            at: first + 1)
    }

    /// On an idle log: no hashes beyond the head.
    func finish(
        log: LogFile, in transaction: borrowing ReadTransaction, report: inout VerificationReport
    ) throws {
        var expected = 0
        for level in Tiles.levels {
            let count = size >> UInt64(level)
            expected += Int((count + Tiles.chunkWidth - 1) / Tiles.chunkWidth)
        }
        if try transaction.count(of: log.tiles) != expected {
            report.add("the tree has stored hashes that belong to no event")
        }
    }
}
