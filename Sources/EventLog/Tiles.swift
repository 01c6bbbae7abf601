internal import LMDB
internal import Merkle

/// The stored hashes of the tree: every eighth level, in chunks of 32 hashes.
///
/// Eight chunks of level 0 are one tile of C2SP tlog-tiles. The levels between are computed again
/// when they are needed. Sound is only what lies below the head the transaction shows.
struct Tiles {
    static let chunkWidth: UInt64 = 32
    static let levels = [0, 8, 16, 24]

    static func key(level: Int, chunk: UInt64) -> Key {
        .bytes([UInt8(level)] + chunk.bigEndianBytes)
    }

    private static func hashes(of stored: RawSpan) throws -> [MerkleHash] {
        guard stored.byteCount.isMultiple(of: 32), stored.byteCount <= 1024 else {
            throw EventLogError(.damaged, "a chunk of tree hashes has \(stored.byteCount) bytes")
        }
        return MerkleHash.all(in: stored)
    }

    /// The chunk as stored; empty if there is none.
    static func chunk(
        level: Int, index: UInt64, of log: LogFile,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> [MerkleHash] {
        try transaction.withValue(for: key(level: level, chunk: index), in: log.tiles) {
            try hashes(of: $0)
        } ?? []
    }

    /// The root of the tree of the first `size` events.
    static func root(
        ofSize size: UInt64, of log: LogFile,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> MerkleHash {
        try frontier(ofSize: size, of: log, in: transaction).root
    }

    static func frontier(
        ofSize size: UInt64, of log: LogFile,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> MerkleFrontier {
        // Every subtree of the frontier lies along the right edge: its hashes are few enough to
        // be read first, which keeps the transaction out of the protocol below.
        var hashes: [SubtreeKey: MerkleHash] = [:]
        var start: UInt64 = 0
        for level in (0..<64).reversed() where size >> UInt64(level) & 1 == 1 {
            let index = start >> UInt64(level)
            hashes[SubtreeKey(level: level, index: index)] = try hash(
                level: level, index: index, of: log, in: transaction)
            start += 1 << UInt64(level)
        }
        return try MerkleFrontier(count: size, of: KnownSubtrees(hashes: hashes))
    }

    /// The hash of one complete subtree.
    static func hash(
        level: Int, index: UInt64, of log: LogFile,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> MerkleHash {
        let base = min(level / 8 * 8, levels.last!)
        let count = UInt64(1) << UInt64(level - base)
        let first = index * count
        var hashes: [MerkleHash] = []
        while UInt64(hashes.count) < count {
            let next = first + UInt64(hashes.count)
            let stored = try chunk(level: base, index: next / chunkWidth, of: log, in: transaction)
            let wanted = stored.dropFirst(Int(next % chunkWidth)).prefix(Int(count) - hashes.count)
            if wanted.isEmpty { throw EventLogError(.damaged, "hashes of the tree are missing") }
            hashes += wanted
        }
        return .root(of: hashes[...])
    }

    private struct SubtreeKey: Hashable {
        let level: Int
        let index: UInt64
    }

    private struct KnownSubtrees: MerkleSubtrees {
        let hashes: [SubtreeKey: MerkleHash]

        func hash(level: Int, index: UInt64) throws -> MerkleHash {
            hashes[SubtreeKey(level: level, index: index)]!
        }
    }
}
