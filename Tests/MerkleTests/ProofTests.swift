import Testing

@testable import Merkle

/// The reference tree of eight leaves.
struct ProofTests {
    private let tree = ReferenceTree.published

    @Test(arguments: ReferenceTree.published.nodeHashesByLevel.indices)
    func everyPublishedNodeIsReproduced(level: Int) throws {
        let leaves = try tree.leafHashes()
        for (index, published) in tree.nodeHashesByLevel[level].enumerated() {
            let first = UInt64(index) << UInt64(level)
            let root = try leaves.root(over: first..<(first + 1 << UInt64(level)))
            #expect(root.description == published, "node \(index) of level \(level)")
        }
    }

    @Test(arguments: ReferenceTree.published.rootHashesBySize.indices)
    func theRootOfEachSizeIsReproduced(size: Int) throws {
        let root = try tree.leafHashes().root(over: 0..<UInt64(size))
        #expect(root.description == tree.rootHashesBySize[size])
    }

    @Test(arguments: ReferenceTree.published.inclusionProofs)
    func anInclusionProofIsGeneratedAndAccepted(_ vector: ReferenceTree.Inclusion) throws {
        let leaves = try tree.leafHashes()
        let proof = try leaves.inclusionProof(of: vector.index, in: 0..<vector.size)
        #expect(proof.map(\.description) == vector.proof)
        let isIncluded = MerkleProof.isIncluded(
            leaves.hash(level: 0, index: vector.index), at: vector.index,
            inTreeOfSize: vector.size, root: try tree.root(ofSize: vector.size), proof: proof)
        #expect(isIncluded)
    }

    @Test(arguments: ReferenceTree.published.inclusionProofs)
    func anInclusionProofHoldsForNoOtherLeaf(_ vector: ReferenceTree.Inclusion) throws {
        let leaves = try tree.leafHashes()
        let proof = try vector.proof.map { try MerkleHash.decoding(hex: $0) }
        let root = try tree.root(ofSize: vector.size)
        for other in 0..<vector.size where other != vector.index {
            let leaf = leaves.hash(level: 0, index: other)
            for index in [vector.index, other] {
                let isIncluded = MerkleProof.isIncluded(
                    leaf, at: index, inTreeOfSize: vector.size, root: root, proof: proof)
                #expect(!isIncluded, "leaf \(other) at \(index)")
            }
        }
    }

    @Test(arguments: ReferenceTree.published.consistencyProofs.filter { $0.size1 > 0 })
    func aConsistencyProofIsGeneratedAndAccepted(_ vector: ReferenceTree.Consistency) throws {
        let proof = try tree.leafHashes().consistencyProof(from: vector.size1, to: vector.size2)
        #expect(proof.map(\.description) == vector.proof)
        let isConsistent = MerkleProof.isConsistent(
            old: vector.size1, oldRoot: try tree.root(ofSize: vector.size1),
            new: vector.size2, newRoot: try tree.root(ofSize: vector.size2), proof: proof)
        #expect(isConsistent)
    }

    /// The published proofs from the empty tree are empty: they prove nothing, so none is
    /// generated, and the verifier refuses them.
    @Test(arguments: ReferenceTree.published.consistencyProofs.filter { $0.size1 == 0 })
    func nothingIsConsistentWithTheEmptyTree(_ vector: ReferenceTree.Consistency) throws {
        #expect(vector.proof.isEmpty)
        let isConsistent = MerkleProof.isConsistent(
            old: 0, oldRoot: .emptyTree, new: vector.size2,
            newRoot: try tree.root(ofSize: vector.size2), proof: [])
        #expect(!isConsistent)
    }

    @Test func everyFlippedBitOfAnInclusionProofIsRefused() throws {
        let leaves = try tree.leafHashes()
        let proof = try leaves.inclusionProof(of: 2, in: 0..<7)
        let root = try tree.root(ofSize: 7)
        for position in proof.indices {
            for bit in 0..<256 {
                var changed = proof
                changed[position] = proof[position].flipping(bit: bit)
                let isIncluded = MerkleProof.isIncluded(
                    leaves.hash(level: 0, index: 2), at: 2, inTreeOfSize: 7, root: root,
                    proof: changed)
                #expect(!isIncluded, "bit \(bit) of hash \(position)")
            }
        }
    }

    @Test func everyFlippedBitOfAConsistencyProofIsRefused() throws {
        let proof = try tree.leafHashes().consistencyProof(from: 3, to: 7)
        let (old, new) = (try tree.root(ofSize: 3), try tree.root(ofSize: 7))
        for position in proof.indices {
            for bit in 0..<256 {
                var changed = proof
                changed[position] = proof[position].flipping(bit: bit)
                let isConsistent = MerkleProof.isConsistent(
                    old: 3, oldRoot: old, new: 7, newRoot: new, proof: changed)
                #expect(!isConsistent, "bit \(bit) of hash \(position)")
            }
        }
    }

    @Test(arguments: [UInt64.max, UInt64.max - 1, 1 << 63, (1 << 63) - 1] as [UInt64])
    func hostileSizesAreRefusedWithoutTrapping(number: UInt64) {
        let proof = [MerkleHash](repeating: .emptyTree, count: 64)
        for index in [0, number - 1, number] {
            let isIncluded = MerkleProof.isIncluded(
                .emptyTree, at: index, inTreeOfSize: number, root: .emptyTree, proof: proof)
            let isConsistent = MerkleProof.isConsistent(
                old: index, oldRoot: .emptyTree, new: number, newRoot: .leaf([1]), proof: proof)
            #expect(!isIncluded && !isConsistent)
        }
    }
}

/// Asking for a proof that cannot exist is a mistake of the program, not of its input.
struct ProofTrapTests {
    @Test func anInclusionProofOfALeafOutsideTheTreeTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = try LeafHashes(values: [[1], [2]]).inclusionProof(of: 2, in: 0..<2)
        }
    }

    @Test func aConsistencyProofFromTheEmptyTreeTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = try LeafHashes(values: [[1], [2]]).consistencyProof(from: 0, to: 2)
        }
    }

    @Test func aConsistencyProofToASmallerTreeTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = try LeafHashes(values: [[1], [2]]).consistencyProof(from: 2, to: 1)
        }
    }
}
