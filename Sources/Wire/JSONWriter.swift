/// Writes JSON, members in the order they are given: the same calls give the same bytes.
///
/// Numbers that JSON does not have (NaN, infinities) become `null`.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init() {}

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Begins a text of its own right after what was written.
    ///
    /// - Returns: where it begins.
    public mutating func begin() -> Int {
        needsComma = false
        return bytes.count
    }

    /// Forgets what was written, and keeps the room for it.
    public mutating func startOver() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try enclosed(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// The name of the next value of an object.
    public mutating func name(_ name: String) {
        separate()
        quoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ value: String?) {
        guard let value else { return null() }
        separate()
        quoted(value)
    }

    public mutating func integer(_ value: (some BinaryInteger)?) {
        token(value.map { String($0) } ?? "null")
    }

    public mutating func integer(_ value: UInt64?) {
        guard let value else { return null() }
        separate()
        digits(value)
    }

    public mutating func number(_ value: Double?) {
        guard let value, value.isFinite else { return null() }
        let isWhole = value == value.rounded() && abs(value) < 9_007_199_254_740_992
        guard isWhole else { return token(value.description) }
        if value < 0 { token(String(Int64(value))) } else { integer(UInt64(value)) }
    }

    public mutating func bool(_ value: Bool?) {
        token(value.map { $0 ? "true" : "false" } ?? "null")
    }

    public mutating func null() { token("null") }

    /// Bytes that are JSON already.
    public mutating func json(_ bytes: [UInt8]) {
        separate()
        self.bytes.append(contentsOf: bytes)
    }

    /// Appends what is JSON already.
    public mutating func json(_ write: (inout [UInt8]) -> Void) {
        separate()
        write(&bytes)
    }

    private mutating func enclosed(
        _ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) throws -> Void
    ) rethrows {
        separate()
        bytes.append(open)
        needsComma = false
        try body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func token(_ text: String) {
        separate()
        raw(text)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func digits(_ value: UInt64) {
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        var (low, high) = (start, bytes.count - 1)
        while low < high {
            bytes.swapAt(low, high)
            (low, high) = (low + 1, high - 1)
        }
    }

    private mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Most texts hold nothing that has to be escaped, and are copied as they are.
        let isCopied = text.utf8.withContiguousStorageIfAvailable { utf8 in
            if utf8.contains(where: { Self.mayBeEscaped($0) }) { return false }
            bytes.append(contentsOf: utf8)
            return true
        }
        if isCopied != true {
            for scalar in text.unicodeScalars { append(scalar) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ scalar: UnicodeScalar) {
        switch scalar {
        case "\"": raw("\\\"")
        case "\\": raw("\\\\")
        case "\n": raw("\\n")
        case "\r": raw("\\r")
        case "\t": raw("\\t")
        case _ where Self.isEscaped(scalar.value):
            let digits = String(scalar.value, radix: 16)
            raw("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
        default: bytes.append(contentsOf: String(scalar).utf8)
        }
    }

    /// Whether a byte of UTF-8 is a character that is escaped, or begins one: `c2` those from 80
    /// on, `e2` the marks.
    private static func mayBeEscaped(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x22, 0x5c, 0x7f, 0xc2, 0xe2: true
        default: false
        }
    }

    /// Control characters, and marks that turn the direction of writing or end a line: JSON is
    /// read in terminals too.
    private static func isEscaped(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<0x20, 0x7f...0x9f, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
