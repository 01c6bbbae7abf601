internal import Crypto

/// The bytes of an object that is too large for one request, piece by piece. They follow from the
/// seed and its number, so nobody has to keep them to know what should be stored.
struct LargeObject: AsyncSequence, Sendable {
    typealias Failure = any Error

    static let pieceBytes = 1 << 20

    let bytes: Int
    /// Every piece is one and the same, but for its number at its beginning.
    private let block: [UInt8]

    init(_ number: Int, bytes: Int, seed: UInt64) {
        self.bytes = bytes
        var mixed = SeededGenerator(seed: seed ^ UInt64(number) << 32)
        var generator = SeededGenerator(seed: mixed.next())
        var block: [UInt8] = []
        block.reserveCapacity(Self.pieceBytes)
        while block.count < Self.pieceBytes {
            withUnsafeBytes(of: generator.next().littleEndian) { block.append(contentsOf: $0) }
        }
        self.block = block
    }

    /// SHA-256.
    var digest: [UInt8] {
        var hash = SHA256()
        var number = 0
        while let piece = piece(number) {
            hash.update(data: piece)
            number += 1
        }
        return Array(hash.finalize())
    }

    /// Counted from 0; `nil` after the last.
    private func piece(_ number: Int) -> [UInt8]? {
        let rest = bytes - number * Self.pieceBytes
        if rest <= 0 { return nil }
        var piece = block
        withUnsafeBytes(of: UInt64(number).littleEndian) {
            piece.replaceSubrange(0..<$0.count, with: $0)
        }
        return rest < piece.count ? Array(piece.prefix(rest)) : piece
    }

    func makeAsyncIterator() -> Iterator { Iterator(object: self) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let object: LargeObject
        private var number = 0

        fileprivate init(object: LargeObject) { self.object = object }

        mutating func next() async throws -> [UInt8]? {
            defer { number += 1 }
            return object.piece(number)
        }
    }
}
