public import Crypto

/// A SHA-256 hash of a leaf, of a node or of a whole tree: 32 bytes.
public struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
    // Four words instead of an array: a hash then needs no allocation.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Returns: `nil` unless there are exactly 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    public init(_ digest: SHA256.Digest) {
        self = digest.withUnsafeBytes { MerkleHash($0)! }
    }

    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// 64 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.encode(bytes) }

    func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try Swift.withUnsafeBytes(of: words) { try body($0) }
    }

    public static func == (left: MerkleHash, right: MerkleHash) -> Bool {
        left.words == right.words
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    /// The root of the tree without leaves: `SHA-256("")`.
    public static let emptyTree = MerkleHash(SHA256().finalize())

    /// `SHA-256(00 ‖ value)` (RFC 6962 §2.1).
    public static func leaf(_ value: RawSpan) -> MerkleHash {
        var hash = SHA256()
        hash.update(data: [0])
        value.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return MerkleHash(hash.finalize())
    }

    public static func leaf(_ value: [UInt8]) -> MerkleHash { leaf(value.span.bytes) }

    /// `SHA-256(01 ‖ left ‖ right)` (RFC 6962 §2.1).
    public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
            buffer[0] = 1
            left.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]).copyMemory(from: $0)
            }
            right.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]).copyMemory(from: $0)
            }
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return MerkleHash(hash.finalize())
        }
    }
}

/// Lower-case hexadecimal digits, as people and URLs write hashes.
public enum Hexadecimal {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }

    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0]! << 4 | digits[$0 + 1]!)
        }
    }
}
