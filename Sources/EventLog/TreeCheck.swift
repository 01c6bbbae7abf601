internal import LMDB
internal import Merkle

/// Rebuilds the tree from the events and compares it, chunk by chunk, with the stored hashes.
struct TreeCheck {
    private struct Level {
        /// Hashes not yet compared; the first is number `start`.
        var hashes: [MerkleHash] = []
        var start: UInt64 = 0
        /// Hashes on the way to the next level: at most 256.
        var group: [MerkleHash] = []
    }

    private(set) var frontier = MerkleFrontier()
    private var levels = [Level](repeating: Level(), count: Tiles.levels.count)
    private var size: UInt64 = 0
    /// The last chunk of each level as it was at the start: later appends may rewrite it.
    private var edges: [[MerkleHash]] = []
    private var isBroken = false

    init() {}

    init(size: UInt64, log: LogFile, in transaction: borrowing ReadTransaction) throws {
        self.size = size
        for level in Tiles.levels {
            let index = (size >> UInt64(level)) / Tiles.chunkWidth
            edges.append(try storedChunk(level, index, log, transaction))
        }
    }

    /// An event is missing: nothing after it can be compared.
    mutating func skip() { isBroken = true }

    mutating func add(_ leaf: MerkleHash, at position: UInt64, report: inout VerificationReport) {
        if isBroken { return }
        frontier.append(leaf)
        add(leaf, level: 0)
    }

    private mutating func add(_ hash: MerkleHash, level: Int) {
        levels[level].hashes.append(hash)
        levels[level].group.append(hash)
        guard levels[level].group.count == 256, level + 1 < levels.count else { return }
        var group = MerkleFrontier()
        for hash in levels[level].group { group.append(hash) }
        levels[level].group = []
        add(group.root, level: level + 1)
    }

    /// Compares the chunks that the events up to `position` complete, and at the head the last.
    mutating func compareChunks(
        upTo position: UInt64, log: LogFile, in transaction: borrowing ReadTransaction,
        report: inout VerificationReport
    ) throws {
        if isBroken { return }
        for (number, level) in Tiles.levels.enumerated() {
            while let hashes = nextChunk(number, isLast: position == size) {
                let start = levels[number].start
                let isEdge = hashes.count < Tiles.chunkWidth
                let stored =
                    isEdge
                    ? edges[number]
                    : try storedChunk(level, start / Tiles.chunkWidth, log, transaction)
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

    private func storedChunk(
        _ level: Int, _ index: UInt64, _ log: LogFile, _ transaction: borrowing ReadTransaction
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
            level == 0
                ? "the event and its hash in the tree differ: one of them was changed"
                : "a stored hash of level \(level) of the tree does not follow from the events",
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
