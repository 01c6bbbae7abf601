internal import DRTesting
internal import Projections

/// Texts and times in the forms that OSCAL has for them.
enum OSCALText {
    /// The last moment that OSCAL can tell: the end of the year 2999, in microseconds since 1970.
    private static let latest: UInt64 = 32_503_679_999_999_000

    /// A value: one line, and no blanks around it.
    ///
    /// - Returns: `nil` if nothing is left, which OSCAL does not allow.
    static func line(_ text: String) -> String? {
        let scalars = text.printable().unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return nil }
        return String(scalars[first...last])
    }

    /// A text from outside in a description, which is Markdown: on one line, and without a meaning
    /// of its own.
    static func prose(_ text: String) -> String { MarkdownText.escaped(text) }

    /// - Parameter time: microseconds since 1970. Later moments than OSCAL has are its last one.
    static func time(_ time: UInt64) -> String { RFC3339.text(min(time, latest)) }
}
