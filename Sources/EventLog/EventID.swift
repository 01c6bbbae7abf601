internal import Merkle

/// A UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits.
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    // Two words instead of an array: an id then needs no allocation.
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// - Returns: `nil` unless there are exactly 16 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndianBytes: bytes[..<8])
        low = UInt64(bigEndianBytes: bytes[8...])
    }

    /// - Parameter time: microseconds since 1970; the id keeps the milliseconds.
    public init(time: UInt64, using generator: inout some RandomNumberGenerator) {
        // In Swift, a shift binds more tightly than a division.
        high = (time / 1000) << 16 | 0x7000 | generator.next() & 0xfff
        low = generator.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    }

    /// Reads the form that `description` gives.
    public init?(_ text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard text.utf8.count == 36, digits.count == 32,
            let high = UInt64(String(decoding: digits[..<16], as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: digits[16...], as: UTF8.self), radix: 16)
        else { return nil }
        (self.high, self.low) = (high, low)
        if description != text { return nil }
    }

    /// 16 bytes.
    public var bytes: [UInt8] { high.bigEndianBytes + low.bigEndianBytes }

    /// 8-4-4-4-12 lower-case hexadecimal digits.
    public var description: String {
        var rest = Hexadecimal.encode(bytes)[...]
        var groups: [Substring] = []
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return groups.joined(separator: "-")
    }
}
