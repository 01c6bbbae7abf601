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

    static func hashes(of stored: [UInt8]) throws(EventLogError) -> [MerkleHash] {
        guard stored.count.isMultiple(of: 32), stored.count <= 1024 else {
            throw EventLogError(.damaged, "a chunk of tree hashes has \(stored.count) bytes")
        }
        return stride(from: 0, to: stored.count, by: 32).map { MerkleHash(stored[$0..<$0 + 32])! }
    }

    /// The chunk as stored; empty if there is none.
    static func chunk(
        level: Int, index: UInt64, of log: LogFile,
        in transaction: borrowing some Transaction & ~Copyable
    ) throws -> [MerkleHash] {
        let stored = try transaction.value(for: key(level: level, chunk: index), in: log.tiles)
        return try stored.map { try hashes(of: $0) } ?? []
    }

    /// Adds leaves after the first `count`, and returns the frontier with them.
    static func append(
        _ leaves: [MerkleHash], to frontier: MerkleFrontier, of log: LogFile,
        in transaction: borrowing WriteTransaction
    ) throws -> MerkleFrontier {
        var frontier = frontier
        var hashes = leaves
        var first = frontier.count
        for leaf in leaves { frontier.append(leaf) }
        for level in levels where !hashes.isEmpty {
            try write(hashes, from: first, level: level, of: log, in: transaction)
            // Each 256 hashes of this level complete one hash of the next.
            let complete = first / 256..<(first + UInt64(hashes.count)) / 256
            hashes = try complete.map { index in
                try subtreeHash(
                    (index * 8..<index * 8 + 8).flatMap {
                        try chunk(level: level, index: $0, of: log, in: transaction)
                    })
            }
            first = complete.lowerBound
        }
        return frontier
    }

    private static func write(
        _ hashes: [MerkleHash], from first: UInt64, level: Int, of log: LogFile,
        in transaction: borrowing WriteTransaction
    ) throws {
        var rest = hashes[...]
        var next = first
        while !rest.isEmpty {
            let index = next / chunkWidth
            let kept = Int(next % chunkWidth)
            let added = rest.prefix(Int(chunkWidth) - kept)
            let old =
                kept == 0 ? [] : try chunk(level: level, index: index, of: log, in: transaction)
            let bytes = (old.prefix(kept) + added).flatMap(\.bytes)
            try transaction.put(bytes, for: key(level: level, chunk: index), in: log.tiles)
            rest = rest.dropFirst(added.count)
            next += UInt64(added.count)
        }
    }

    /// The root over a power of two of hashes.
    static func subtreeHash(_ hashes: [MerkleHash]) throws(EventLogError) -> MerkleHash {
        guard hashes.count.nonzeroBitCount == 1 else {
            throw EventLogError(.damaged, "the stored hashes of the tree are incomplete")
        }
        var level = hashes
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { .node(level[$0], level[$0 + 1]) }
        }
        return level[0]
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
        return try subtreeHash(hashes)
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
