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
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): raw("\\\"")
            case UInt8(ascii: "\\"): raw("\\\\")
            case 0x0a: raw("\\n")
            case 0x0d: raw("\\r")
            case 0x09: raw("\\t")
            case 0..<0x20, 0x7f: raw("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
