/// The right edge of a growing tree: all that is needed to append leaves and to know the root.
///
/// It holds one hash for each complete subtree, the greatest first: at most 64 of them.
public struct MerkleFrontier: Equatable, Sendable {
    public private(set) var count: UInt64 = 0
    private var peaks: [MerkleHash] = []

    public init() {}

    /// The frontier of the tree of the first `count` leaves that `subtrees` knows.
    public init(count: UInt64, of subtrees: some MerkleSubtrees) throws {
        self.count = count
        var start: UInt64 = 0
        for level in (0..<64).reversed() where count >> UInt64(level) & 1 == 1 {
            peaks.append(try subtrees.hash(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
    }

    public mutating func append(_ leaf: MerkleHash) { append(leaf, level: 0) }

    /// Appends a complete subtree of 2^level leaves.
    public mutating func append(_ subtree: MerkleHash, level: Int) {
        precondition(
            count.isMultiple(of: 1 << UInt64(level)), "A subtree begins at a multiple of its size.")
        var node = subtree
        var rest = count >> UInt64(level)
        while rest & 1 == 1 {
            node = .node(peaks.removeLast(), node)
            rest >>= 1
        }
        peaks.append(node)
        count += 1 << UInt64(level)
    }

    public var root: MerkleHash {
        guard let last = peaks.last else { return .emptyTree }
        return peaks.dropLast().reversed().reduce(last) { .node($1, $0) }
    }
}
