import Foundation
import Testing

/// Escape sequences, markup, formulas and marks that turn the direction of writing, in one name.
enum HostileText {
    static let name =
        "Evil <script>alert(1)</script> \u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe\u{2066} "
        + "=cmd|' /C calc'!A0 {{name}} {{{name}}} <!-- & \" ]]> \n\r\tend \u{9b}31m \u{7}"

    /// In YAML. What is not plain ASCII must be escaped there, as in a file that can be read.
    static let quoted: String = {
        let escaped = name.unicodeScalars.map { scalar -> String in
            if scalar == "\"" || scalar == "\\" { return "\\" + String(scalar) }
            if (0x20...0x7e).contains(scalar.value) { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "\"" + escaped.joined() + "\""
    }()

    /// As `expectHarmless`, for a file of some name: lines of CSV end as RFC 4180 says.
    static func expectHarmless(file text: String, _ name: String) {
        let isCSV = name.hasSuffix(".csv")
        expectHarmless(
            isCSV ? text.replacingOccurrences(of: "\r\n", with: "\n") : text, name)
    }

    /// Nothing that a terminal obeys or that turns the direction of writing.
    static func expectHarmless(_ text: String, _ place: String) {
        let obeyed = text.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control: scalar != "\n"
            case .format, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
        let found = obeyed.map { "U+" + String($0.value, radix: 16) }
        #expect(found == [], "\(place)")
    }
}
