internal import Merkle

/// Ids that follow from what they stand for: whoever asks, and however often, gets the same.
extension EventID {
    /// A UUID of version 8, from the SHA-256 of some bytes.
    package init(derivedFrom bytes: [UInt8]) {
        let (first, second) = Self.words(of: bytes)
        self.init(high: first & ~0xf000 | 0x8000, low: Self.variant(second))
    }

    /// A UUID of version 7, in which the SHA-256 of some bytes stands in for chance.
    ///
    /// - Parameter time: microseconds since 1970; the id keeps the milliseconds.
    package init(derivedFrom bytes: [UInt8], at time: UInt64) {
        let (first, second) = Self.words(of: bytes)
        // In Swift, a shift binds more tightly than a division.
        self.init(
            high: (time / 1000) << 16 | 0x7000 | first & 0xfff, low: Self.variant(second))
    }

    private static func words(of bytes: [UInt8]) -> (UInt64, UInt64) {
        let digest = ContentHash.of(bytes[...]).bytes
        return (UInt64(bigEndianBytes: digest[0..<8]), UInt64(bigEndianBytes: digest[8..<16]))
    }

    private static func variant(_ word: UInt64) -> UInt64 {
        word & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    }
}
