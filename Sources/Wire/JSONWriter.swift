/// Writes JSON, members in the order they are given: the same calls give the same bytes.
///
/// Numbers that JSON does not have (NaN, infinities) become `null`.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init() {}

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try enclosed("{", "}", body)
    }

    public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        try enclosed("[", "]", body)
    }

    /// The name of the next value of an object.
    public mutating func name(_ name: String) {
        separate()
        quoted(name)
        raw(":")
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

    public mutating func number(_ value: Double?) {
        guard let value, value.isFinite else { return null() }
        let isWhole = value == value.rounded() && abs(value) < 9_007_199_254_740_992
        token(isWhole ? String(Int64(value)) : value.description)
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

    private mutating func enclosed(
        _ open: String, _ close: String, _ body: (inout JSONWriter) throws -> Void
    ) rethrows {
        separate()
        raw(open)
        needsComma = false
        try body(&self)
        raw(close)
        needsComma = true
    }

    private mutating func token(_ text: String) {
        separate()
        raw(text)
    }

    private mutating func separate() {
        if needsComma { raw(",") }
        needsComma = true
    }

    private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
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
        bytes.append(UInt8(ascii: "\""))
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
