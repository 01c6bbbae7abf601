extension StringProtocol {
    /// The text as a terminal can show it without obeying it: control characters, escape
    /// sequences and marks that turn the direction of writing become visible. So do code points
    /// that are no characters, which strict readers of HTML and XML refuse.
    ///
    /// - Parameter keepsNewlines: for text that may have several lines.
    public func printable(keepsNewlines: Bool = false) -> String {
        let text = String(self)
        // Most texts are plain: to look up what each of their letters is would take long.
        if text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where keepsNewlines && scalar == "\n": result.append(scalar)
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
                result.append(contentsOf: scalar.digits)
            case .unassigned where scalar.isNoncharacter: result.append(contentsOf: scalar.digits)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    /// `\u{202e}`
    fileprivate var digits: String.UnicodeScalarView {
        "\\u{\(String(value, radix: 16))}".unicodeScalars
    }

    /// For use inside of programs, and never in texts: 32 in a row, and the last two of each plane.
    fileprivate var isNoncharacter: Bool {
        (0xfdd0...0xfdef).contains(value) || value & 0xfffe == 0xfffe
    }
}
