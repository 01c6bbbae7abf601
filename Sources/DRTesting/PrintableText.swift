extension StringProtocol {
    /// The text as a terminal can show it without obeying it: control characters, escape
    /// sequences and marks that turn the direction of writing become visible.
    ///
    /// - Parameter keepsNewlines: for text that may have several lines.
    public func printable(keepsNewlines: Bool = false) -> String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where keepsNewlines && scalar == "\n": result.append(scalar)
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
