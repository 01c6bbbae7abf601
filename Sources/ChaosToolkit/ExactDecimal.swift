internal import Wire

/// A number without any rounding, to compare the kinds of numbers that JSON has with each other as
/// Python does.
struct ExactDecimal: Equatable {
    private let isNegative: Bool
    /// The first is not zero, and neither is the last. Empty for zero.
    private let digits: [UInt8]
    /// The value is `0.digits` times ten to this power.
    private let exponent: Int

    private init(isNegative: Bool, digits: [UInt8], exponent: Int) {
        var digits = digits
        while digits.last == 0 { digits.removeLast() }
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        self.isNegative = isNegative && !digits.isEmpty
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent - zeros
    }

    /// `nil` if this is no number. To Python `true` is one.
    init?(_ value: JSONValue) {
        switch value {
        case .bool(let value): self.init(text: value ? "1" : "0")
        case .int(let value): self.init(text: String(value))
        case .bigInt(let digits): self.init(text: digits)
        case .double(let value): self.init(value)
        default: return nil
        }
    }

    /// Reads what Python's `Decimal` reads, but for infinities and what is not a number.
    init?(text: String) {
        let form = #/([+-])?([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?/#
        let trimmed = text.trimmedWhitespace.replacing("_", with: "")
        guard let match = trimmed.wholeMatch(of: form) else { return nil }
        let (_, sign, whole, fraction, exponent) = match.output
        let digits = whole + (fraction ?? "")
        guard !digits.isEmpty else { return nil }
        self.init(
            isNegative: sign == "-", digits: digits.utf8.map { $0 - UInt8(ascii: "0") },
            exponent: whole.utf8.count + (exponent.flatMap { Int($0) } ?? 0))
    }

    /// Every double is a whole number times a power of two, which is a finite decimal.
    private init?(_ value: Double) {
        guard value.isFinite else { return nil }
        guard value != 0 else {
            self.init(isNegative: false, digits: [], exponent: 0)
            return
        }
        var whole = value.significandBitPattern
        var power = Int(value.exponentBitPattern) - 1075
        if value.isNormal { whole |= 1 << 52 } else { power += 1 }
        let zeros = whole.trailingZeroBitCount
        whole >>= UInt64(zeros)
        power += zeros

        var reversed = String(whole).utf8.reversed().map { $0 - UInt8(ascii: "0") }
        for _ in 0..<abs(power) { Self.multiply(&reversed, by: power > 0 ? 2 : 5) }
        // Halving is the same as taking five times a tenth.
        self.init(
            isNegative: value < 0, digits: Array(reversed.reversed()),
            exponent: reversed.count + min(0, power))
    }

    private static func multiply(_ reversed: inout [UInt8], by factor: UInt8) {
        var carry: UInt8 = 0
        for index in reversed.indices {
            let product = reversed[index] * factor + carry
            reversed[index] = product % 10
            carry = product / 10
        }
        if carry > 0 { reversed.append(carry) }
    }
}

extension ExactDecimal: Comparable {
    static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let (near, far) = left.isNegative ? (right, left) : (left, right)
        return isNearerToZero(near, than: far)
    }

    private static func isNearerToZero(_ near: ExactDecimal, than far: ExactDecimal) -> Bool {
        if near.digits.isEmpty || far.digits.isEmpty {
            return near.digits.isEmpty && !far.digits.isEmpty
        }
        if near.exponent != far.exponent { return near.exponent < far.exponent }
        return near.digits.lexicographicallyPrecedes(far.digits)
    }
}
