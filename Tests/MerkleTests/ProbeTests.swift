import Foundation
import Testing

@testable import Merkle

/// The published probes of verifiers: right proofs, and what remains of them after one change.
struct ProbeTests {
    @Test(arguments: InclusionProbe.all.filter { $0.file != InclusionProbe.emptyHashes })
    func anInclusionProbeIsAnsweredAsPublished(_ probe: InclusionProbe) throws {
        #expect(try probe.isAccepted() == !probe.wantErr)
    }

    /// The rules for verifying accept this one: a tree of one leaf has that leaf's hash as its
    /// root, and here both are no bytes at all. What refuses it is that a hash has 32.
    @Test func aProbeWithEmptyHashesIsRefusedBecauseTheyAreNoHashes() throws {
        let found = InclusionProbe.all.first { $0.file == InclusionProbe.emptyHashes }
        let probe = try #require(found)
        #expect(probe.wantErr)
        #expect(probe.root.isEmpty && probe.leafHash.isEmpty)
        #expect(MerkleHash([UInt8]()) == nil)
    }

    @Test(arguments: ConsistencyProbe.all.filter { $0.file != ConsistencyProbe.bothEmpty })
    func aConsistencyProbeIsAnsweredAsPublished(_ probe: ConsistencyProbe) throws {
        #expect(try probe.isAccepted() == !probe.wantErr)
    }

    /// A policy, not a rule for verifying: the library that publishes the probes refuses every
    /// proof from size 0. Here two trees of one size are consistent if their roots are equal, of
    /// size 0 too: a log that has not grown agrees with itself.
    @Test func twoEmptyTreesWithOneRootAreConsistent() throws {
        let found = ConsistencyProbe.all.first { $0.file == ConsistencyProbe.bothEmpty }
        let probe = try #require(found)
        #expect(probe.wantErr)
        #expect(probe.size1 == 0 && probe.size2 == 0 && probe.root1 == probe.root2)
        #expect(try probe.isAccepted())
        #expect(
            MerkleProof.isConsistent(
                old: 0, oldRoot: .emptyTree, new: 0, newRoot: .emptyTree, proof: []))
    }

    @Test func noProbeIsMissing() {
        #expect(InclusionProbe.all.count == 98)
        #expect(ConsistencyProbe.all.count == 98)
    }
}

struct InclusionProbe: Decodable, CustomTestStringConvertible {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: String
    let leafHash: String
    let proof: [String]?
    let wantErr: Bool
    let file: String

    static let emptyHashes = "testdata/inclusion/single-entry/empty-root-and-leaf.json"
    static let all = (VectorFile.load("inclusion_probes") as ProbeFile<InclusionProbe>).cases

    var testDescription: String { file }

    func isAccepted() throws -> Bool {
        MerkleProof.isIncluded(
            try probeHash(leafHash), at: leafIdx, inTreeOfSize: treeSize,
            root: try probeHash(root), proof: try (proof ?? []).map { try probeHash($0) })
    }
}

struct ConsistencyProbe: Decodable, CustomTestStringConvertible {
    let size1: UInt64
    let size2: UInt64
    let root1: String
    let root2: String
    let proof: [String]?
    let wantErr: Bool
    let file: String

    static let bothEmpty =
        "testdata/consistency/additional/sizes-are-equal-zero-and-proof-is-empty.json"
    static let all = (VectorFile.load("consistency_probes") as ProbeFile<ConsistencyProbe>).cases

    var testDescription: String { file }

    func isAccepted() throws -> Bool {
        MerkleProof.isConsistent(
            old: size1, oldRoot: try probeHash(root1), new: size2, newRoot: try probeHash(root2),
            proof: try (proof ?? []).map { try probeHash($0) })
    }
}

private struct ProbeFile<Probe: Decodable>: Decodable {
    let cases: [Probe]
}

/// Some probes have hashes that are not 32 bytes, which `MerkleHash` refuses by itself. The hash
/// of those bytes stands for them, so that the verifier is asked all the same.
private func probeHash(_ base64: String) throws -> MerkleHash {
    let bytes = Array(try #require(Data(base64Encoded: base64)))
    return MerkleHash(bytes) ?? .leaf(bytes)
}
