internal import LMDB
internal import Merkle

/// The right edge of the stored tree: all that is needed to store the hashes of further leaves.
///
/// For each stored level it has the hashes of the last group of 256, which is not complete yet. Two
/// hundred and fifty-six of one level make one hash of the next that is stored.
struct TreeEdge {
    /// A chunk of hashes as it is stored from now on.
    struct Chunk {
        let level: Int
        let index: UInt64
        let hashes: ArraySlice<MerkleHash>

        var key: Key { Tiles.key(level: level, chunk: index) }
        /// At most 1,024 bytes.
        var bytes: [UInt8] { hashes.withUnsafeBytes { Array($0) } }
    }

    private(set) var count: UInt64 = 0
    private var groups = Array(repeating: [MerkleHash](), count: Tiles.levels.count)

    init() {}

    /// The edge of the tree over the first `count` events.
    init(
        ofSize count: UInt64, of log: LogFile,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws {
        self.count = count
        for (number, level) in Tiles.levels.enumerated() {
            let size = count >> UInt64(level)
            for index in size / 256 * 8..<(size + Tiles.chunkWidth - 1) / Tiles.chunkWidth {
                groups[number] += try Tiles.chunk(
                    level: level, index: index, of: log, in: transaction)
            }
            // A later commit may have added to the last chunk.
            guard groups[number].count >= Int(size % 256) else {
                throw EventLogError(.damaged, "the stored hashes of the tree are incomplete")
            }
            groups[number].removeLast(groups[number].count - Int(size % 256))
        }
    }

    /// Adds leaves.
    ///
    /// - Returns: the chunks that change, on all levels.
    mutating func append(_ leaves: [MerkleHash]) -> [Chunk] {
        var chunks: [Chunk] = []
        var (added, first) = (leaves, count)
        for (number, level) in Tiles.levels.enumerated() where !added.isEmpty {
            let all = groups[number] + added
            // Whole chunks before the first new hash stay as they are.
            var start = Int(first % 256) / 32 * 32
            let base = first / 256 * 8
            while start < all.count {
                let end = min(start + 32, all.count)
                chunks.append(
                    Chunk(level: level, index: base + UInt64(start / 32), hashes: all[start..<end]))
                start = end
            }
            let complete = all.count / 256 * 256
            added = stride(from: 0, to: complete, by: 256).map { .root(of: all[$0..<$0 + 256]) }
            groups[number] = Array(all[complete...])
            first /= 256
        }
        count += UInt64(leaves.count)
        return chunks
    }
}
