internal import COpenSSL

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

    /// Hashes that stand one after another.
    public static func all(in bytes: RawSpan) -> [MerkleHash] {
        let count = bytes.byteCount / 32
        return (0..<count).map {
            MerkleHash(
                words: bytes.unsafeLoadUnaligned(
                    fromByteOffset: 32 * $0, as: (UInt64, UInt64, UInt64, UInt64).self))
        }
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
    public static let emptyTree = digest { _ in }

    /// `SHA-256(bytes)`, where the prefix of RFC 6962 is among the bytes already.
    public init(hashing bytes: RawSpan) {
        self = Self.digest { context in
            bytes.withUnsafeBytes { _ = SHA256_Update(&context, $0.baseAddress, $0.count) }
        }
    }

    /// `SHA-256(00 ‖ value)` (RFC 6962 §2.1).
    public static func leaf(_ value: RawSpan) -> MerkleHash {
        digest { context in
            var prefix: UInt8 = 0
            SHA256_Update(&context, &prefix, 1)
            value.withUnsafeBytes { _ = SHA256_Update(&context, $0.baseAddress, $0.count) }
        }
    }

    public static func leaf(_ value: [UInt8]) -> MerkleHash { leaf(value.span.bytes) }

    /// `SHA-256(01 ‖ left ‖ right)` (RFC 6962 §2.1).
    public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        // The prefix is the last byte of the first word: so all stands side by side.
        let input = (UInt64(1).bigEndian, left.words, right.words)
        return digest { context in
            Swift.withUnsafeBytes(of: input) {
                _ = SHA256_Update(&context, $0.baseAddress! + 7, 65)
            }
        }
    }

    /// Millions of hashes are made where a log is verified: the context lies on the stack.
    private static func digest(_ update: (inout SHA256_CTX) -> Void) -> MerkleHash {
        var context = SHA256_CTX()
        SHA256_Init(&context)
        update(&context)
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        Swift.withUnsafeMutableBytes(of: &words) {
            _ = SHA256_Final($0.baseAddress!.assumingMemoryBound(to: UInt8.self), &context)
        }
        return MerkleHash(words: words)
    }

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }
}

extension MerkleHash {
    /// The root over a power of two of hashes that stand side by side.
    public static func root(of hashes: ArraySlice<MerkleHash>) -> MerkleHash {
        precondition(hashes.count.nonzeroBitCount == 1, "A complete subtree has 2^n hashes.")
        var level = Array(hashes)
        var count = level.count
        while count > 1 {
            count /= 2
            for index in 0..<count { level[index] = .node(level[2 * index], level[2 * index + 1]) }
        }
        return level[0]
    }
}

/// Lower-case hexadecimal digits, as people and URLs write hashes.
public enum Hexadecimal {
    @inlinable public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0]! << 4 | digits[$0 + 1]!)
        }
    }
}
