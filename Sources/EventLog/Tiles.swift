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
        try TreeProof.frontier(ofSize: size) {
            try chunk(level: $0, index: $1, of: log, in: transaction)
        }
    }
}
