/// A text that cannot be read as JSON, or as YAML that stands for it, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    public let column: Int
    /// What is wrong there.
    public let message: String

    public init(line: Int, column: Int, message: String) {
        (self.line, self.column, self.message) = (line, column, message)
    }

    public var description: String { "\(line):\(column): \(message)" }
}

extension JSONValue {
    /// Values nested deeper are refused, so that no text can use up the stack.
    public static let depthLimit = 200

    /// Reads JSON strictly: one value, no comments, no trailing commas, no `NaN`, no name twice in
    /// one object, no half of a surrogate pair.
    public init(json text: String) throws(JSONError) {
        try self.init(json: Array(text.utf8))
    }

    /// Reads JSON in UTF-8.
    ///
    /// - Parameter takingLast: takes the last value of a name that is given twice, as Python does:
    ///   what a service answers is nobody's mistake here.
    public init(json bytes: [UInt8], takingLast: Bool = false) throws(JSONError) {
        var reader = JSONReader(bytes, takingLast: takingLast)
        self = try reader.document()
    }
}

/// Reads one JSON value from bytes.
private struct JSONReader {
    /// More digits are no number of anybody's, and Python refuses them too.
    private static let digitLimit = 4300

    private let bytes: [UInt8]
    private let isTakingLast: Bool
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8], takingLast: Bool) {
        (self.bytes, isTakingLast) = (bytes, takingLast)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    mutating func document() throws(JSONError) -> JSONValue {
        skipBlanks()
        let result = try value()
        skipBlanks()
        guard position == bytes.count else { throw failure("more follows after the value") }
        return result
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        guard let byte = peek else { throw failure("the text ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw failure("a value is expected")
        }
    }

    private mutating func deepen() throws(JSONError) {
        guard depth < JSONValue.depthLimit else {
            throw failure("nested deeper than \(JSONValue.depthLimit) levels")
        }
        depth += 1
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var object = JSONObject()
        try deepen()
        defer { depth -= 1 }
        position += 1
        skipBlanks()
        if take("}") { return .object(object) }
        while true {
            skipBlanks()
            let start = position
            guard peek == UInt8(ascii: "\"") else { throw failure("a name in quotes is expected") }
            let name = try string()
            guard isTakingLast || object[name] == nil else {
                throw failure("'\(name)' is given twice", at: start)
            }
            skipBlanks()
            guard take(":") else { throw failure("':' is expected after a name") }
            skipBlanks()
            object[name] = try value()
            skipBlanks()
            if take("}") { return .object(object) }
            guard take(",") else { throw failure("',' or '}' is expected") }
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        var values: [JSONValue] = []
        try deepen()
        defer { depth -= 1 }
        position += 1
        skipBlanks()
        if take("]") { return .array(values) }
        while true {
            skipBlanks()
            values.append(try value())
            skipBlanks()
            if take("]") { return .array(values) }
            guard take(",") else { throw failure("',' or ']' is expected") }
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else {
            throw failure("a value is expected")
        }
        position += word.utf8.count
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = take("-")
        if !take("0"), digits() == 0 { throw failure("a digit is expected") }
        var isWhole = true
        if take(".") {
            isWhole = false
            if digits() == 0 { throw failure("a digit is expected") }
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            if digits() == 0 { throw failure("a digit is expected") }
        }
        guard position - start <= Self.digitLimit else {
            throw failure("a number with more than \(Self.digitLimit) digits", at: start)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole { return Int(text).map { .int($0) } ?? .bigInt(text) }
        guard let number = Double(text), number.isFinite else {
            throw failure("\(text) is out of the range of numbers", at: start)
        }
        return .double(number)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
        return position - start
    }

    private mutating func string() throws(JSONError) -> String {
        let start = position
        var content: [UInt8] = []
        position += 1
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw failure("this text is not UTF-8", at: start)
                }
                return text
            case UInt8(ascii: "\\"):
                position += 1
                content.append(contentsOf: String(try escaped()).utf8)
            case 0..<0x20: throw failure("a control character has to be escaped")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw failure("this text has no end", at: start)
    }

    private mutating func escaped() throws(JSONError) -> Unicode.Scalar {
        let escape = peek
        position += 1
        switch escape {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            position -= 1
            throw failure("this is no escape of JSON")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position - 2
        let unit = try fourDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if UTF16.isLeadSurrogate(unit), take("\\"), take("u") {
            let second = try fourDigits()
            if UTF16.isTrailSurrogate(second) {
                let value = 0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(second) - 0xdc00)
                if let scalar = Unicode.Scalar(value) { return scalar }
            }
        }
        throw failure("half of a surrogate pair", at: start)
    }

    private mutating func fourDigits() throws(JSONError) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits are expected") }
        position += 4
        return unit
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    /// The column counts characters: bytes that begin one.
    private func failure(_ message: String, at position: Int? = nil) -> JSONError {
        let before = bytes[..<(position ?? self.position)]
        let lineStart = (before.lastIndex(of: 0x0a) ?? -1) + 1
        return JSONError(
            line: before.count(where: { $0 == 0x0a }) + 1,
            column: before[lineStart...].count(where: { $0 & 0xc0 != 0x80 }) + 1,
            message: message)
    }
}
