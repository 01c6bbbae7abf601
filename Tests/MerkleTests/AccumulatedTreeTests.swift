import Crypto
import Foundation
import Testing

@testable import Merkle

/// Every subtree and every proof of a tree of 130 leaves, as the hash over all of them.
///
/// `subtree_consistency` of the published file is left out: it is over proofs between a subtree
/// and a tree, as the draft on Merkle tree certificates has them, and no log here makes those.
struct AccumulatedTreeTests {
    private static let size: UInt64 = 130
    private static let vectors: AccumulatedTree = VectorFile.load("merkle_accumulated_130")

    private let leaves = LeafHashes(values: (0..<130).map { [UInt8($0)] })

    /// The subtrees that the published file speaks of, in its order.
    private static let subtrees = (0...size).flatMap { end in
        (0...end).map { start in start..<end }.filter(isSubtree)
    }

    private static func isSubtree(_ range: Range<UInt64>) -> Bool {
        var power: UInt64 = 1
        while power < range.upperBound - range.lowerBound { power *= 2 }
        return range.isEmpty || range.lowerBound.isMultiple(of: power)
    }

    @Test func theHashOfEverySubtreeIsThePublishedOne() throws {
        var lines = AccumulatedLines()
        for range in Self.subtrees {
            lines.add("\(Self.text(of: range))", [try leaves.root(over: range)])
        }
        #expect(lines.sum == Self.vectors.published.subtreeHash.sum)
    }

    @Test func everyInclusionProofInASubtreeIsThePublishedOne() throws {
        var lines = AccumulatedLines()
        for range in Self.subtrees {
            for index in range {
                let proof = try leaves.inclusionProof(of: index, in: range)
                lines.add("\(index) \(Self.text(of: range))", proof)
            }
        }
        #expect(lines.sum == Self.vectors.published.subtreeInclusion.sum)
    }

    private static func text(of range: Range<UInt64>) -> String {
        "[\(range.lowerBound), \(range.upperBound))"
    }

    @Test func theRootOfEverySizeIsTheDerivedOne() throws {
        var lines = AccumulatedLines()
        for size in 0...Self.size { lines.add("\(size)", [try leaves.root(over: 0..<size)]) }
        #expect(lines.sum == Self.vectors.derived.roots.sum)
    }

    @Test func everyInclusionProofIsTheDerivedOneAndIsAccepted() throws {
        var lines = AccumulatedLines()
        for size in 0...Self.size {
            let root = try leaves.root(over: 0..<size)
            for index in 0..<size {
                let proof = try leaves.inclusionProof(of: index, in: 0..<size)
                let isIncluded = MerkleProof.isIncluded(
                    leaves.hash(level: 0, index: index), at: index, inTreeOfSize: size,
                    root: root, proof: proof)
                #expect(isIncluded, "leaf \(index) of \(size)")
                lines.add("\(index) \(size)", proof)
            }
        }
        #expect(lines.sum == Self.vectors.derived.inclusion.sum)
    }

    @Test func everyConsistencyProofIsTheDerivedOneAndIsAccepted() throws {
        let roots = try (0...Self.size).map { try leaves.root(over: 0..<$0) }
        var lines = AccumulatedLines()
        for new in 1...Self.size {
            for old in 1...new {
                let proof = try leaves.consistencyProof(from: old, to: new)
                let isConsistent = MerkleProof.isConsistent(
                    old: old, oldRoot: roots[Int(old)], new: new, newRoot: roots[Int(new)],
                    proof: proof)
                #expect(isConsistent, "from \(old) to \(new)")
                lines.add("\(old) \(new)", proof)
            }
        }
        #expect(lines.sum == Self.vectors.derived.consistency.sum)
    }
}

private struct AccumulatedTree: Decodable {
    struct Lines: Decodable {
        let sum: String

        enum CodingKeys: String, CodingKey {
            case sum = "sha256_of_all_lines"
        }
    }

    struct Published: Decodable {
        let subtreeHash: Lines
        let subtreeInclusion: Lines

        enum CodingKeys: String, CodingKey {
            case subtreeHash = "subtree_hash"
            case subtreeInclusion = "subtree_inclusion"
        }
    }

    struct Derived: Decodable {
        let roots: Lines
        let inclusion: Lines
        let consistency: Lines
    }

    let published: Published
    let derived: Derived

    enum CodingKeys: String, CodingKey {
        case published
        case derived = "derived_here"
    }
}

/// The hash over lines of hashes. It remembers their digits, of which few differ.
private struct AccumulatedLines {
    private var hash = SHA256()
    private var digits: [MerkleHash: String] = [:]

    mutating func add(_ start: String, _ hashes: [MerkleHash]) {
        var line = start
        for hash in hashes {
            let text = digits[hash] ?? hash.description
            digits[hash] = text
            line += " " + text
        }
        hash.update(data: Array((line + "\n").utf8))
    }

    var sum: String { Hexadecimal.encode(Array(hash.finalize())) }
}
