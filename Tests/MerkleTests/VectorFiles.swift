import Foundation
import Testing

@testable import Merkle

/// The published vectors, which lie beside this file.
enum VectorFile {
    static func load<Contents: Decodable>(_ name: String) -> Contents {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Vectors/\(name).json")
        do {
            return try JSONDecoder().decode(Contents.self, from: Data(contentsOf: file))
        } catch {
            fatalError("The vectors \(file.path) cannot be read: \(error)")
        }
    }
}

extension MerkleHash {
    static func decoding(hex: String) throws -> MerkleHash {
        let bytes = try #require(Hexadecimal.decode(hex), "not hexadecimal: \(hex)")
        return try #require(MerkleHash(bytes), "not 32 bytes: \(hex)")
    }

    static func decoding(base64: String) throws -> MerkleHash {
        let bytes = try #require(Data(base64Encoded: base64), "not base64: \(base64)")
        return try #require(MerkleHash(bytes), "not 32 bytes: \(base64)")
    }

    func flipping(bit: Int) -> MerkleHash {
        var bytes = self.bytes
        bytes[bit / 8] ^= UInt8(1) << UInt8(bit % 8)
        return MerkleHash(bytes) ?? self
    }
}
