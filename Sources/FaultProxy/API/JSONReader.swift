/// Why a text is no JSON, in the words of Go's decoder.
struct JSONError: Error, Equatable, CustomStringConvertible {
    let description: String
    /// Where, in bytes from the start.
    let offset: Int
}

/// Reads JSON as Go's decoder does: what follows the first value may be anything.
struct JSONReader {
    /// What calls itself has to end somewhere.
    private static let maximumDepth = 200

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter isAlone: whether only blanks may follow.
    static func value(of bytes: [UInt8], isAlone: Bool = false) throws(JSONError) -> JSON {
        var reader = JSONReader(bytes)
        reader.skipBlanks()
        if reader.position == bytes.count {
            throw JSONError(description: "EOF", offset: reader.position)
        }
        let value = try reader.value()
        reader.skipBlanks()
        if isAlone, reader.position < bytes.count {
            throw reader.unexpected("after top-level value")
        }
        return value
    }

    private mutating func value() throws(JSONError) -> JSON {
        skipBlanks()
        switch try next() {
        case UInt8(ascii: "{"):
            try descend()
            let members = try members()
            depth -= 1
            return .object(members)
        case UInt8(ascii: "["):
            try descend()
            let elements = try elements()
            depth -= 1
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try number())
        default: throw unexpected("looking for beginning of value")
        }
    }

    /// Past the brace or bracket that begins an object or an array.
    private mutating func descend() throws(JSONError) {
        position += 1
        depth += 1
        guard depth <= Self.maximumDepth else {
            throw JSONError(description: "exceeded max depth", offset: position)
        }
    }

    private mutating func members() throws(JSONError) -> [JSON.Member] {
        var members: [JSON.Member] = []
        skipBlanks()
        if try takes(UInt8(ascii: "}")) { return members }
        while true {
            skipBlanks()
            guard try next() == UInt8(ascii: "\"") else {
                throw unexpected("looking for beginning of object key string")
            }
            let name = try string()
            skipBlanks()
            guard try takes(UInt8(ascii: ":")) else { throw unexpected("after object key") }
            let value = try value()
            members.append(JSON.Member(name: name, value: value))
            skipBlanks()
            if try takes(UInt8(ascii: "}")) { return members }
            guard try takes(UInt8(ascii: ",")) else {
                throw unexpected("after object key:value pair")
            }
        }
    }

    private mutating func elements() throws(JSONError) -> [JSON] {
        var elements: [JSON] = []
        skipBlanks()
        if try takes(UInt8(ascii: "]")) { return elements }
        while true {
            let value = try value()
            elements.append(value)
            skipBlanks()
            if try takes(UInt8(ascii: "]")) { return elements }
            guard try takes(UInt8(ascii: ",")) else { throw unexpected("after array element") }
        }
    }

    // MARK: Scalars

    private mutating func literal(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
        for expected in word.utf8 {
            guard try takes(expected) else {
                let letter = Character(Unicode.Scalar(expected))
                throw unexpected("in literal \(word) (expecting '\(letter)')")
            }
        }
        return value
    }

    private mutating func number() throws(JSONError) -> String {
        let start = position
        _ = try takes(UInt8(ascii: "-"))
        let isZero = try takes(UInt8(ascii: "0"))
        if !isZero { try digits("in numeric literal") }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits("after decimal point in numeric literal")
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let hasPlus = try takes(UInt8(ascii: "+"))
            if !hasPlus { _ = try takes(UInt8(ascii: "-")) }
            try digits("in exponent of numeric literal")
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// At least one.
    private mutating func digits(_ place: String) throws(JSONError) {
        guard try Self.isDigit(next()) else { throw unexpected(place) }
        while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// What is no UTF-8, and half of a surrogate pair, becomes U+FFFD.
    private mutating func string() throws(JSONError) -> String {
        position += 1
        var text: [UInt8] = []
        while true {
            let byte = try next()
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                text += try escaped().utf8
            case 0..<0x20: throw unexpected("in string literal")
            default:
                position += 1
                text.append(byte)
            }
        }
    }

    /// What the characters after a backslash mean.
    private mutating func escaped() throws(JSONError) -> String {
        let byte = try next()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            position += 1
            return String(Character(Unicode.Scalar(byte)))
        case UInt8(ascii: "b"): return skipping("\u{8}")
        case UInt8(ascii: "f"): return skipping("\u{c}")
        case UInt8(ascii: "n"): return skipping("\n")
        case UInt8(ascii: "r"): return skipping("\r")
        case UInt8(ascii: "t"): return skipping("\t")
        case UInt8(ascii: "u"):
            position += 1
            return try unicode()
        default: throw unexpected("in string escape code")
        }
    }

    private mutating func skipping(_ text: String) -> String {
        position += 1
        return text
    }

    private mutating func unicode() throws(JSONError) -> String {
        let first = try hexadecimal()
        guard (0xd800..<0xdc00).contains(first), position + 1 < bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { return String(decoding: [first], as: UTF16.self) }
        let before = position
        position += 2
        let second = try hexadecimal()
        if (0xdc00..<0xe000).contains(second) {
            return String(decoding: [first, second], as: UTF16.self)
        }
        // It is read again by itself: it may be the first half of another pair.
        position = before
        return "\u{fffd}"
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            let byte = try next()
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw unexpected(#"in \u hexadecimal character escape"#)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    // MARK: Bytes

    private mutating func skipBlanks() {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
    }

    /// The byte to be read now.
    private func next() throws(JSONError) -> UInt8 {
        guard position < bytes.count else {
            throw JSONError(description: "unexpected EOF", offset: position)
        }
        return bytes[position]
    }

    private mutating func takes(_ byte: UInt8) throws(JSONError) -> Bool {
        guard try next() == byte else { return false }
        position += 1
        return true
    }

    private func unexpected(_ place: String) -> JSONError {
        guard position < bytes.count else {
            return JSONError(description: "unexpected EOF", offset: position)
        }
        return JSONError(
            description: "invalid character \(Self.quoted(bytes[position])) \(place)",
            offset: position)
    }

    private static func quoted(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): return #"'\''"#
        case UInt8(ascii: "\\"): return #"'\\'"#
        case UInt8(ascii: "\n"): return #"'\n'"#
        case UInt8(ascii: "\r"): return #"'\r'"#
        case UInt8(ascii: "\t"): return #"'\t'"#
        case 0..<0x20, 0x7f:
            return #"'\x"# + (byte < 0x10 ? "0" : "") + String(byte, radix: 16) + "'"
        case 0x80..<0xa0: return #"'\u00"# + String(byte, radix: 16) + "'"
        default: return "'\(Character(Unicode.Scalar(byte)))'"
        }
    }
}
