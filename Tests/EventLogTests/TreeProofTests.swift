import Merkle
import Testing

@testable import EventLog

/// Proofs from chunks in memory, and what they cost.
struct TreeProofTests {
    @Test(arguments: [1, 2, 31, 32, 33, 255, 256, 257, 8192, 100_000] as [UInt64])
    func proofsEqualThoseOfTheWholeTree(size: UInt64) throws {
        let tree = WholeTree(leaves: (0..<size).map { MerkleHash.leaf($0.bigEndianBytes) })
        var random = SplitMix64(seed: Seed.value)
        var leaves = (0..<20).map { _ in UInt64.random(in: 0..<size, using: &random) }
        leaves += [0, size - 1]
        for leaf in leaves {
            let reads = CountedReads(tree)
            let proof = try TreeProof.inclusion(
                of: leaf, inTreeOfSize: size, chunk: reads.chunk)
            #expect(
                try proof == tree.inclusionProof(of: leaf, in: 0..<size),
                "leaf \(leaf), seed \(Seed.value)")
            reads.expectFew(inTreeOfSize: size)
            let old = leaf + 1
            let consistency = CountedReads(tree)
            let path = try TreeProof.consistency(from: old, to: size, chunk: consistency.chunk)
            #expect(
                try path == tree.consistencyProof(from: old, to: size),
                "size \(old), seed \(Seed.value)")
            consistency.expectFew(inTreeOfSize: size)
        }
    }

    /// Larger than any that could be built here: all its leaves are alike.
    @Test(arguments: [1_000_000_007, 1 << 31, 3_000_000_017, 1 << 32] as [UInt64])
    func proofsInHugeTreesAreSoundAndCheap(size: UInt64) throws {
        let tree = UniformTree(size: size)
        let root = try tree.root(over: 0..<size)
        var random = SplitMix64(seed: Seed.value)
        for _ in 0..<20 {
            let leaf = UInt64.random(in: 0..<size, using: &random)
            let reads = CountedReads(tree)
            let proof = try TreeProof.inclusion(of: leaf, inTreeOfSize: size, chunk: reads.chunk)
            let isIncluded = MerkleProof.isIncluded(
                .leaf([7]), at: leaf, inTreeOfSize: size, root: root, proof: proof)
            #expect(isIncluded, "leaf \(leaf), seed \(Seed.value)")
            reads.expectFew(inTreeOfSize: size)
        }
    }

    @Test func missingHashesAreDamage() throws {
        let error = #expect(throws: EventLogError.self) {
            try TreeProof.inclusion(of: 3, inTreeOfSize: 100) { _, _ in [] }
        }
        #expect(error?.code == .damaged)
    }
}

/// Stored chunks, and the tree that they belong to.
private protocol ChunkedTree: MerkleSubtrees {
    func chunk(level: Int, index: UInt64) -> [MerkleHash]
}

/// Counts which chunks a proof asks for.
private final class CountedReads {
    private let tree: any ChunkedTree
    private var reads: [Int: [UInt64]] = [:]

    init(_ tree: any ChunkedTree) { self.tree = tree }

    func chunk(level: Int, index: UInt64) -> [MerkleHash] {
        reads[level, default: []].append(index)
        return tree.chunk(level: level, index: index)
    }

    /// None is read twice, and on no level more than the eight of a tile and, in a tree that does
    /// not end with a complete subtree, the eight at its right edge.
    func expectFew(inTreeOfSize size: UInt64) {
        let limit = size.nonzeroBitCount == 1 ? 8 : 16
        for (level, indexes) in reads {
            #expect(Set(indexes).count == indexes.count, "level \(level), size \(size)")
            #expect(indexes.count <= limit, "level \(level), size \(size)")
        }
    }
}

/// Every complete subtree of real leaves.
private struct WholeTree: ChunkedTree {
    private let levels: [[MerkleHash]]

    init(leaves: [MerkleHash]) {
        var levels = [leaves]
        while let below = levels.last, below.count > 1 {
            levels.append(
                (0..<below.count / 2).map { MerkleHash.node(below[2 * $0], below[2 * $0 + 1]) })
        }
        self.levels = levels
    }

    func hash(level: Int, index: UInt64) -> MerkleHash { levels[level][Int(index)] }

    func chunk(level: Int, index: UInt64) -> [MerkleHash] {
        guard level < levels.count else { return [] }
        return Array(levels[level].dropFirst(Int(index) * 32).prefix(32))
    }
}

private struct UniformTree: ChunkedTree {
    private let size: UInt64
    private let hashes: [MerkleHash]

    init(size: UInt64) {
        self.size = size
        var hashes = [MerkleHash.leaf([7])]
        for level in 0..<40 { hashes.append(.node(hashes[level], hashes[level])) }
        self.hashes = hashes
    }

    func hash(level: Int, index: UInt64) -> MerkleHash { hashes[level] }

    func chunk(level: Int, index: UInt64) -> [MerkleHash] {
        let count = min(32, (size >> UInt64(level)) - min(index * 32, size >> UInt64(level)))
        return [MerkleHash](repeating: hashes[level], count: Int(count))
    }
}
