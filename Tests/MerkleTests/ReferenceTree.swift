import Testing

@testable import Merkle

/// The tree of eight leaves that the implementations of transparency logs test themselves with.
struct ReferenceTree: Decodable {
    struct Inclusion: Decodable, CustomTestStringConvertible {
        let size: UInt64
        let index: UInt64
        let proof: [String]

        var testDescription: String { "leaf \(index) of \(size)" }
    }

    struct Consistency: Decodable, CustomTestStringConvertible {
        let size1: UInt64
        let size2: UInt64
        let proof: [String]

        var testDescription: String { "from \(size1) to \(size2)" }
    }

    let leafInputs: [String]
    let nodeHashesByLevel: [[String]]
    let rootHashesBySize: [String]
    let inclusionProofs: [Inclusion]
    let consistencyProofs: [Consistency]

    enum CodingKeys: String, CodingKey {
        case leafInputs = "leaf_inputs_hex"
        case nodeHashesByLevel = "node_hashes_hex_by_level"
        case rootHashesBySize = "root_hashes_hex_by_size"
        case inclusionProofs = "derived_inclusion_proofs"
        case consistencyProofs = "derived_consistency_proofs"
    }

    static let published: ReferenceTree = VectorFile.load("rfc6962_reference_tree")

    func leafHashes() throws -> LeafHashes {
        LeafHashes(values: try leafInputs.map { input in try #require(Hexadecimal.decode(input)) })
    }

    func root(ofSize size: UInt64) throws -> MerkleHash {
        try .decoding(hex: rootHashesBySize[Int(size)])
    }
}
