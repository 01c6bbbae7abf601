/// A word or a single punctuation mark of Swift source.
struct Token: Equatable, Sendable {
    let text: String
    /// Counted from 1.
    let line: Int
}

/// Splits Swift source into tokens, so that a rule about code does not see prose.
///
/// Comments are left out. A string literal is one token, a quotation mark; what is interpolated in
/// it is code again. Regex literals are not known and read as code.
struct SwiftScanner {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var tokens: [Token] = []

    static func tokens(of text: String) -> [Token] {
        var scanner = SwiftScanner(text)
        scanner.scanCode(isInterpolation: false)
        return scanner.tokens
    }

    private init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Reads to the end, or to the parenthesis that closes an interpolation.
    private mutating func scanCode(isInterpolation: Bool) {
        var depth = 0
        while let byte = peek(0) {
            if byte == ASCII.slash && peek(1) == ASCII.slash {
                skipLine()
            } else if byte == ASCII.slash && peek(1) == ASCII.star {
                skipBlockComment()
            } else if byte == ASCII.quote || byte == ASCII.hash {
                let hashes = count(ASCII.hash, at: 0)
                if peek(hashes) == ASCII.quote {
                    scanString(hashes: hashes)
                } else {
                    scanMark()
                }
            } else if ASCII.isPartOfWord(byte) {
                scanWord()
            } else if byte <= ASCII.space {
                skip(1)
            } else {
                if byte == ASCII.open { depth += 1 }
                if byte == ASCII.close { depth -= 1 }
                if isInterpolation && depth < 0 { return }
                scanMark()
            }
        }
    }

    private mutating func scanMark() {
        tokens.append(Token(text: String(UnicodeScalar(bytes[index])), line: line))
        skip(1)
    }

    private mutating func scanWord() {
        let start = index
        while let byte = peek(0), ASCII.isPartOfWord(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        tokens.append(Token(text: text, line: line))
    }

    private mutating func scanString(hashes: Int) {
        tokens.append(Token(text: "\"", line: line))
        skip(hashes)
        let quotes = count(ASCII.quote, at: 0) >= 3 ? 3 : 1
        skip(quotes)
        while let byte = peek(0) {
            if byte == ASCII.quote && count(ASCII.quote, at: 0) >= quotes
                && count(ASCII.hash, at: quotes) >= hashes
            {
                return skip(quotes + hashes)
            } else if byte == ASCII.backslash && count(ASCII.hash, at: 1) >= hashes {
                skip(1 + hashes)
                if peek(0) == ASCII.open { scanInterpolation() } else { skip(1) }
            } else if byte == ASCII.newline && quotes == 1 {
                return
            } else {
                skip(1)
            }
        }
    }

    private mutating func scanInterpolation() {
        scanMark()
        scanCode(isInterpolation: true)
        if index < bytes.count { scanMark() }
    }

    private mutating func skipLine() {
        while let byte = peek(0), byte != ASCII.newline { index += 1 }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if peek(0) == ASCII.slash && peek(1) == ASCII.star {
                depth += 1
                skip(2)
            } else if peek(0) == ASCII.star && peek(1) == ASCII.slash {
                depth -= 1
                skip(2)
            } else {
                skip(1)
            }
        } while depth > 0 && index < bytes.count
    }

    private mutating func skip(_ count: Int) {
        for _ in 0..<count where index < bytes.count {
            if bytes[index] == ASCII.newline { line += 1 }
            index += 1
        }
    }

    private func peek(_ offset: Int) -> UInt8? {
        index + offset < bytes.count ? bytes[index + offset] : nil
    }

    /// How many times a byte stands in a row.
    private func count(_ wanted: UInt8, at offset: Int) -> Int {
        var end = offset
        while peek(end) == wanted { end += 1 }
        return end - offset
    }
}

private enum ASCII {
    static let newline = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let hash = UInt8(ascii: "#")
    static let slash = UInt8(ascii: "/")
    static let star = UInt8(ascii: "*")
    static let backslash = UInt8(ascii: "\\")
    static let open = UInt8(ascii: "(")
    static let close = UInt8(ascii: ")")

    /// A word may be quoted with backticks, and may hold any letter outside ASCII.
    static func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "`"), 0x80...:
            true
        default:
            false
        }
    }
}
