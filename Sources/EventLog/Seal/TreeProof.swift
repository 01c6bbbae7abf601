internal import Merkle

/// Makes proofs, and the frontier, from the stored hashes, of which every eighth level is there.
///
/// On each stored level a proof needs one tile around the leaf, or around the end of the smaller
/// tree, and one at the right edge: eight chunks each, and none is read twice. So it costs the
/// same whether the log has thousands of events or billions.
enum TreeProof {
    /// Gives a chunk as it is stored, by its level and index; empty if there is none.
    typealias ChunkSource = (_ level: Int, _ index: UInt64) throws -> [MerkleHash]

    /// - Parameter leaf: counted from 0.
    static func inclusion(
        of leaf: UInt64, inTreeOfSize size: UInt64, chunk: ChunkSource
    ) throws -> [MerkleHash] {
        try prove({ try $0.inclusionProof(of: leaf, in: 0..<size) }, chunk: chunk)
    }

    static func consistency(
        from old: UInt64, to new: UInt64, chunk: ChunkSource
    ) throws -> [MerkleHash] {
        try prove({ try $0.consistencyProof(from: old, to: new) }, chunk: chunk)
    }

    /// The right edge of the tree of the first `size` leaves.
    static func frontier(ofSize size: UInt64, chunk: ChunkSource) throws -> MerkleFrontier {
        try prove({ try MerkleFrontier(count: size, of: $0) }, chunk: chunk)
    }

    /// Runs the proof twice: first to see which subtrees it asks for, then with their hashes.
    private static func prove<Proof>(
        _ proof: (any MerkleSubtrees) throws -> Proof, chunk: ChunkSource
    ) throws -> Proof {
        let request = SubtreeRequest()
        _ = try proof(request)
        return try proof(KnownSubtrees(hashes: hashes(of: request.subtrees, chunk: chunk)))
    }

    private static func hashes(
        of subtrees: Set<Subtree>, chunk: ChunkSource
    ) throws -> [Subtree: MerkleHash] {
        var chunks: [Subtree: [MerkleHash]] = [:]
        var known: [Subtree: MerkleHash] = [:]
        for subtree in subtrees {
            let base = min(subtree.level / 8 * 8, Tiles.levels.last!)
            let count = UInt64(1) << UInt64(subtree.level - base)
            var hashes: [MerkleHash] = []
            while UInt64(hashes.count) < count {
                let next = subtree.index * count + UInt64(hashes.count)
                let place = Subtree(level: base, index: next / Tiles.chunkWidth)
                let stored = try chunks[place] ?? chunk(base, place.index)
                chunks[place] = stored
                let wanted = stored.dropFirst(Int(next % Tiles.chunkWidth))
                    .prefix(Int(count) - hashes.count)
                if wanted.isEmpty {
                    throw EventLogError(.damaged, "hashes of the tree are missing")
                }
                hashes += wanted
            }
            known[subtree] = .root(of: hashes[...])
        }
        return known
    }

    /// A complete subtree, or a chunk: its level, and its number on that level.
    private struct Subtree: Hashable {
        let level: Int
        let index: UInt64
    }

    /// Notes what it is asked for, and answers with something that nobody looks at.
    private final class SubtreeRequest: MerkleSubtrees {
        private(set) var subtrees: Set<Subtree> = []

        func hash(level: Int, index: UInt64) -> MerkleHash {
            subtrees.insert(Subtree(level: level, index: index))
            return .emptyTree
        }
    }

    private struct KnownSubtrees: MerkleSubtrees {
        let hashes: [Subtree: MerkleHash]

        func hash(level: Int, index: UInt64) -> MerkleHash {
            hashes[Subtree(level: level, index: index)]!
        }
    }
}
