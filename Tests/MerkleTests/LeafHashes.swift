@testable import Merkle

/// A tree in memory: level 0 holds the leaves, each level above the complete pairs of the
/// one below.
struct LeafHashes: MerkleSubtrees {
    private let levels: [[MerkleHash]]

    init(_ leaves: [MerkleHash]) {
        var levels = [leaves]
        while let below = levels.last, below.count > 1 {
            levels.append(
                (0..<below.count / 2).map { MerkleHash.node(below[2 * $0], below[2 * $0 + 1]) })
        }
        self.levels = levels
    }

    init(values: [[UInt8]]) {
        self.init(values.map { MerkleHash.leaf($0) })
    }

    func hash(level: Int, index: UInt64) -> MerkleHash { levels[level][Int(index)] }
}

/// The root as RFC 6962 §2.1 defines it, from the leaves alone.
func definedRoot(of leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    guard let first = leaves.first else { return .emptyTree }
    if leaves.count == 1 { return first }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    return .node(
        definedRoot(of: leaves.prefix(half)), definedRoot(of: leaves.dropFirst(half)))
}

/// The same numbers from the same seed, on every machine.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
