import Crypto
import Foundation
import Testing

@testable import Merkle

struct HasherTests {
    @Test(arguments: HasherVector.all)
    func aPublishedHashIsReproduced(_ vector: HasherVector) throws {
        let hash: [UInt8]
        if let leaf = vector.leafHex {
            hash = MerkleHash.leaf(try #require(Hexadecimal.decode(leaf))).bytes
        } else if let leaf = vector.leafASCII {
            hash = MerkleHash.leaf(Array(leaf.utf8)).bytes
        } else if let left = vector.leftASCII, let right = vector.rightASCII {
            hash = Self.definedNode(Array(left.utf8), Array(right.utf8))
        } else {
            hash = MerkleHash.emptyTree.bytes
        }
        #expect(Hexadecimal.encode(hash) == vector.hex)
    }

    /// The published node has children of four bytes, which a `MerkleHash` cannot hold: it
    /// confirms the definition, and the definition confirms ours.
    private static func definedNode(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        let bytes: [UInt8] = [1] + left + right
        return Array(SHA256.hash(data: bytes))
    }

    @Test func aNodeHashesItsPrefixAndBothChildrenInOrder() {
        let (left, right) = (MerkleHash.leaf([1]), MerkleHash.leaf([2]))
        #expect(
            MerkleHash.node(left, right).bytes == Self.definedNode(left.bytes, right.bytes))
        #expect(MerkleHash.node(left, right) != MerkleHash.node(right, left))
    }

    @Test func aLeafAndANodeOfTheSameBytesDiffer() {
        let (left, right) = (MerkleHash.leaf([1]), MerkleHash.leaf([2]))
        #expect(MerkleHash.leaf(left.bytes + right.bytes) != MerkleHash.node(left, right))
    }

    @Test(arguments: [0, 1, 31, 33, 64])
    func onlyThirtyTwoBytesAreAHash(count: Int) {
        #expect(MerkleHash([UInt8](repeating: 7, count: count)) == nil)
    }

    @Test func aHashKeepsItsBytes() throws {
        let bytes = Array(UInt8(1)...32)
        let hash = try #require(MerkleHash(bytes))
        #expect(hash.bytes == bytes)
        #expect(hash == MerkleHash(bytes[...]))
        #expect(hash.description.hasPrefix("0102030405"))
        #expect(hash.description.hasSuffix("1e1f20"))
    }

    @Test func hashesThatDifferInOneBitAreNotEqual() {
        let hash = MerkleHash.emptyTree
        for bit in 0..<256 { #expect(hash.flipping(bit: bit) != hash, "bit \(bit)") }
    }

    @Test func hexadecimalDigitsComeInPairs() {
        #expect(Hexadecimal.decode("00ffA5") == [0, 255, 0xa5])
        #expect(Hexadecimal.decode("") == [])
        for text in ["0", "0g", "é", " 0", "0x"] {
            #expect(Hexadecimal.decode(text) == nil, "\(text)")
        }
    }
}

struct HasherVector: Decodable, CustomTestStringConvertible {
    let desc: String
    let hex: String
    let leafHex: String?
    let leafASCII: String?
    let leftASCII: String?
    let rightASCII: String?

    enum CodingKeys: String, CodingKey {
        case desc, hex
        case leafHex = "leaf_hex"
        case leafASCII = "leaf_ascii"
        case leftASCII = "left_ascii"
        case rightASCII = "right_ascii"
    }

    var testDescription: String { desc }

    static let all = (VectorFile.load("rfc6962_hasher") as File).cases

    private struct File: Decodable {
        let cases: [HasherVector]
    }
}
