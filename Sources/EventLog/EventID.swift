/// A UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits.
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// - Returns: `nil` unless there are exactly 16 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// - Parameter time: microseconds since 1970; the id keeps the milliseconds.
    public init(time: UInt64, using generator: inout some RandomNumberGenerator) {
        let milliseconds = time / 1000
        var bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64($0))) }
        bytes += (0..<10).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[6] = bytes[6] & 0x0f | 0x70
        bytes[8] = bytes[8] & 0x3f | 0x80
        self.bytes = bytes
    }

    /// Reads the form that `description` gives.
    public init?(_ text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
            .map { Character(UnicodeScalar($0)).hexDigitValue }
        guard text.utf8.count == 36, digits.count == 32, digits.allSatisfy({ $0 != nil }) else {
            return nil
        }
        self.bytes = (0..<16).map { UInt8(digits[2 * $0]! << 4 | digits[2 * $0 + 1]!) }
        if description != text { return nil }
    }

    /// 8-4-4-4-12 lower-case hexadecimal digits.
    public var description: String {
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        var groups: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return groups.joined(separator: "-")
    }
}
