/// A JSON value: what a body says, or an answer. Objects keep the order of their members.
enum JSON: Equatable, Sendable {
    struct Member: Equatable, Sendable {
        let name: String
        let value: JSON
    }

    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

    /// `null` if there is none.
    static func integerOrNull(_ value: Int64?) -> JSON {
        value.map { .number(String($0)) } ?? .null
    }

    static func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }

    /// As Go writes a `float32`: the shortest digits that mean it, without an exponent unless the
    /// number is very small or large.
    static func float(_ value: Float) -> JSON {
        guard value.isFinite else { return .null }
        let size = value.magnitude
        if size == 0 { return .number("0") }
        let text = value.description
        guard let mark = text.firstIndex(of: "e") else {
            return .number(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
        }
        var digits = String(text[..<mark])
        if digits.hasSuffix(".0") { digits.removeLast(2) }
        let exponent = Int(text[text.index(after: mark)...]) ?? 0
        if size >= 1e21 { return .number("\(digits)e+\(exponent)") }
        if size < 1e-6 { return .number("\(digits)e\(exponent)") }
        return .number(expanded(digits, exponent))
    }

    /// The same number without an exponent.
    private static func expanded(_ digits: String, _ exponent: Int) -> String {
        let sign = digits.hasPrefix("-") ? "-" : ""
        let figures = digits.filter(\.isNumber)
        if exponent < 0 {
            return sign + "0." + String(repeating: "0", count: -exponent - 1) + figures
        }
        return sign + figures + String(repeating: "0", count: max(0, exponent + 1 - figures.count))
    }
}

extension JSON: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }
}

extension JSON {
    /// As Go's encoder writes it: without blanks, and with what means something in HTML escaped.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .number(let text): bytes += text.utf8
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes += #"\""#.utf8
            case "\\": bytes += #"\\"#.utf8
            case "\u{8}": bytes += #"\b"#.utf8
            case "\u{c}": bytes += #"\f"#.utf8
            case "\n": bytes += #"\n"#.utf8
            case "\r": bytes += #"\r"#.utf8
            case "\t": bytes += #"\t"#.utf8
            case _ where isEscaped(scalar.value):
                let digits = String(scalar.value, radix: 16)
                bytes += #"\u"#.utf8
                bytes += String(repeating: "0", count: 4 - digits.utf8.count).utf8
                bytes += digits.utf8
            default: bytes += String(scalar).utf8
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<0x20, 0x26, 0x3c, 0x3e, 0x2028, 0x2029: true
        default: false
        }
    }
}
