import Foundation
import Testing

@testable import Merkle

/// Trees of random sizes. `MERKLE_SEED=<number>` repeats a run that failed.
struct ProofPropertyTests {
    private static let seed =
        ProcessInfo.processInfo.environment["MERKLE_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0...UInt64.max)

    private static func tree(_ random: inout SplitMix64) -> [MerkleHash] {
        (0..<Int.random(in: 1...3000, using: &random)).map { _ in
            MerkleHash.leaf(random.next().bigEndianBytes)
        }
    }

    /// The same path with one bit of one hash flipped, a few times for each hash.
    private static func spoiled(
        _ proof: [MerkleHash], _ random: inout SplitMix64
    ) -> [[MerkleHash]] {
        var spoiled: [[MerkleHash]] = []
        for position in proof.indices {
            for _ in 0..<4 {
                var changed = proof
                let bit = Int.random(in: 0..<256, using: &random)
                changed[position] = proof[position].flipping(bit: bit)
                spoiled.append(changed)
            }
        }
        return spoiled
    }

    @Test(arguments: UInt64(0)..<10)
    func everyWayToTheRootGivesTheSameRoot(round: UInt64) throws {
        var random = SplitMix64(seed: Self.seed &+ round)
        let leaves = Self.tree(&random)
        let context: Comment = "MERKLE_SEED=\(Self.seed), round \(round), \(leaves.count) leaves"
        var frontier = MerkleFrontier()
        for leaf in leaves { frontier.append(leaf) }
        let root = definedRoot(of: leaves[...])
        #expect(frontier.root == root, context)
        #expect(try LeafHashes(leaves).root(over: 0..<UInt64(leaves.count)) == root, context)
    }

    @Test(arguments: UInt64(0)..<10)
    func anInclusionProofHoldsUntilOneBitIsFlipped(round: UInt64) throws {
        var random = SplitMix64(seed: Self.seed &+ round)
        let leaves = Self.tree(&random)
        let context: Comment = "MERKLE_SEED=\(Self.seed), round \(round), \(leaves.count) leaves"
        let (subtrees, size) = (LeafHashes(leaves), UInt64(leaves.count))
        let root = try subtrees.root(over: 0..<size)
        for _ in 0..<4 {
            let index = UInt64.random(in: 0..<size, using: &random)
            let leaf = leaves[Int(index)]
            let proof = try subtrees.inclusionProof(of: index, in: 0..<size)
            func isIncluded(_ proof: [MerkleHash]) -> Bool {
                MerkleProof.isIncluded(
                    leaf, at: index, inTreeOfSize: size, root: root, proof: proof)
            }
            #expect(isIncluded(proof), context)
            #expect(!isIncluded(proof + [.emptyTree]), context)
            for changed in Self.spoiled(proof, &random) {
                #expect(!isIncluded(changed), context)
            }
        }
    }

    @Test(arguments: UInt64(0)..<10)
    func aConsistencyProofHoldsUntilOneBitIsFlipped(round: UInt64) throws {
        var random = SplitMix64(seed: Self.seed &+ round)
        let leaves = Self.tree(&random)
        let context: Comment = "MERKLE_SEED=\(Self.seed), round \(round), \(leaves.count) leaves"
        let (subtrees, size) = (LeafHashes(leaves), UInt64(leaves.count))
        let root = try subtrees.root(over: 0..<size)
        for _ in 0..<4 {
            let old = UInt64.random(in: 1...size, using: &random)
            let oldRoot = try subtrees.root(over: 0..<old)
            let proof = try subtrees.consistencyProof(from: old, to: size)
            func isConsistent(_ proof: [MerkleHash]) -> Bool {
                MerkleProof.isConsistent(
                    old: old, oldRoot: oldRoot, new: size, newRoot: root, proof: proof)
            }
            #expect(isConsistent(proof), context)
            #expect(!isConsistent(proof + [.emptyTree]), context)
            for changed in Self.spoiled(proof, &random) {
                #expect(!isConsistent(changed), context)
            }
        }
    }
}
