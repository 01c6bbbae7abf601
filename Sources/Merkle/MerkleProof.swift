/// Where the hashes of complete subtrees are found.
public protocol MerkleSubtrees {
    /// The hash over the leaves `index << level ..< (index + 1) << level`, all of which exist.
    func hash(level: Int, index: UInt64) throws -> MerkleHash
}

extension MerkleSubtrees {
    /// The root over a range of leaves whose start is a multiple of the smallest power of two
    /// that is not less than its length; `0..<n` is the root of the tree of size n.
    public func root(over leaves: Range<UInt64>) throws -> MerkleHash {
        let count = UInt64(leaves.count)
        if count == 0 { return .emptyTree }
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return try hash(level: level, index: leaves.lowerBound >> UInt64(level))
        }
        let middle = leaves.lowerBound + largestPowerOfTwo(below: count)
        return .node(
            try root(over: leaves.lowerBound..<middle), try root(over: middle..<leaves.upperBound))
    }

    /// The path that proves leaf `index` to be in the tree over `leaves`, lowest sibling first
    /// (RFC 6962 §2.1.1).
    public func inclusionProof(of index: UInt64, in leaves: Range<UInt64>) throws -> [MerkleHash] {
        precondition(leaves.contains(index), "The leaf lies outside the tree.")
        let count = UInt64(leaves.count)
        if count == 1 { return [] }
        let middle = leaves.lowerBound + largestPowerOfTwo(below: count)
        let (left, right) = (leaves.lowerBound..<middle, middle..<leaves.upperBound)
        return index < middle
            ? try inclusionProof(of: index, in: left) + [try root(over: right)]
            : try inclusionProof(of: index, in: right) + [try root(over: left)]
    }

    /// The path that proves the tree of size `old` to be the beginning of the tree of size `new`
    /// (RFC 6962 §2.1.2). Empty if they are equal.
    public func consistencyProof(from old: UInt64, to new: UInt64) throws -> [MerkleHash] {
        precondition(
            0 < old && old <= new, "A consistency proof goes from a smaller tree, not empty.")
        return try subproof(old, in: 0..<new, isWholeTree: true)
    }

    private func subproof(
        _ old: UInt64, in leaves: Range<UInt64>, isWholeTree: Bool
    ) throws -> [MerkleHash] {
        let count = UInt64(leaves.count)
        if old == count { return isWholeTree ? [] : [try root(over: leaves)] }
        let half = largestPowerOfTwo(below: count)
        let middle = leaves.lowerBound + half
        let (left, right) = (leaves.lowerBound..<middle, middle..<leaves.upperBound)
        return old <= half
            ? try subproof(old, in: left, isWholeTree: isWholeTree) + [try root(over: right)]
            : try subproof(old - half, in: right, isWholeTree: false) + [try root(over: left)]
    }
}

private func largestPowerOfTwo(below count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
}

/// Checks proofs, as RFC 9162 §2.1.3.2 and §2.1.4.2 describe. Nothing here trusts its input.
public enum MerkleProof {
    /// Whether `proof` shows `leaf` to be number `index` (from 0) of the tree with `root`.
    public static func isIncluded(
        _ leaf: MerkleHash, at index: UInt64, inTreeOfSize size: UInt64, root: MerkleHash,
        proof: [MerkleHash]
    ) -> Bool {
        guard index < size else { return false }
        var path = Path(first: index, last: size - 1)
        var hash = leaf
        for sibling in proof {
            guard let side = path.climb() else { return false }
            hash = side == .left ? .node(sibling, hash) : .node(hash, sibling)
        }
        return path.isAtRoot && hash == root
    }

    /// Whether `proof` shows the tree of size `old` to be the beginning of the one of size `new`.
    public static func isConsistent(
        old: UInt64, oldRoot: MerkleHash, new: UInt64, newRoot: MerkleHash, proof: [MerkleHash]
    ) -> Bool {
        if old == new { return proof.isEmpty && oldRoot == newRoot }
        guard 0 < old, old < new, !proof.isEmpty else { return false }
        let hashes = old.nonzeroBitCount == 1 ? [oldRoot] + proof : proof
        var path = Path(first: old - 1, last: new - 1)
        path.skipRightEdges()
        var (rebuiltOld, rebuiltNew) = (hashes[0], hashes[0])
        for sibling in hashes.dropFirst() {
            guard let side = path.climb() else { return false }
            if side == .left { rebuiltOld = .node(sibling, rebuiltOld) }
            rebuiltNew = side == .left ? .node(sibling, rebuiltNew) : .node(rebuiltNew, sibling)
        }
        return path.isAtRoot && rebuiltOld == oldRoot && rebuiltNew == newRoot
    }

    /// The walk from a leaf to the root; RFC 9162 calls its two numbers fn and sn.
    private struct Path {
        enum Side { case left, right }

        var first: UInt64
        var last: UInt64

        var isAtRoot: Bool { last == 0 }

        /// On which side the next sibling stands; `nil` above the root.
        mutating func climb() -> Side? {
            if last == 0 { return nil }
            defer { shift() }
            guard first & 1 == 1 || first == last else { return .right }
            while first & 1 == 0 && first != 0 { shift() }
            return .left
        }

        mutating func skipRightEdges() {
            while first & 1 == 1 { shift() }
        }

        private mutating func shift() {
            first >>= 1
            last >>= 1
        }
    }
}
