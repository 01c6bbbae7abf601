/// Writes CSV as RFC 4180 has it: fields with commas, quotes or line ends stand in quotes, and rows
/// end with CR LF.
///
/// A text that a spreadsheet would take for a formula gets an apostrophe before it, the mark for
/// plain text there. Whoever reads the exact text takes it away again.
public struct CSVWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func row(_ fields: [String]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(Self.isFormula(field) ? "'" + field : field)
        }
        bytes.append(contentsOf: [0x0d, 0x0a])
    }

    private mutating func append(_ field: String) {
        guard field.utf8.contains(where: Self.needsQuotes) else {
            return bytes.append(contentsOf: field.utf8)
        }
        let quote = UInt8(ascii: "\"")
        bytes.append(quote)
        for byte in field.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: ","), 0x0a, 0x0d: true
        default: false
        }
    }

    /// Also with the full-width forms of the marks, which some spreadsheets take for the same, and
    /// after blanks or line ends, which some skip.
    private static func isFormula(_ field: String) -> Bool {
        for scalar in field.unicodeScalars where scalar != " " {
            switch scalar {
            case "=", "+", "-", "@", "\t", "\n", "\r", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}",
                "\u{ff20}":
                return true
            default: return false
            }
        }
        return false
    }
}
