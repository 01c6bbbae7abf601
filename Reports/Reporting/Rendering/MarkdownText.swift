internal import DRTesting

/// Texts of the log in GitHub-flavoured Markdown: as they are to people, and nothing but text to
/// programs. They make no link, no image, no HTML, no mention and no cell of a table.
enum MarkdownText {
    private static let special: Set<Unicode.Scalar> = [
        "\\", "`", "*", "_", "[", "]", "<", ">", "|", "~", "&", "$", "#",
    ]

    /// For a place inside of a line.
    static func escaped(_ text: String) -> String {
        let shown = text.printable()
        return makesLinks(shown) ? literal(shown) : marked(shown)
    }

    /// A digest, a path or a command.
    static func code(_ text: String) -> String { literal(text.printable()) }

    /// Programs make links of some texts that have no mark at all, and a backslash does not keep
    /// them from it: addresses, names after an `@`, and numbers after a `#`.
    private static func makesLinks(_ text: String) -> Bool {
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "@" { return true }
            if previous == "#", scalar.properties.numericType != nil { return true }
            previous = scalar
        }
        // By bytes: a letter that carries an accent is another one to people, and the same here.
        let lowercased = Array(text.lowercased().utf8)
        return ["://", "www.", "mailto:", "xmpp:"].contains { beginning in
            lowercased.firstRange(of: Array(beginning.utf8)) != nil
        }
    }

    /// Spaces that it begins with would make a block of it, or hide that it begins a list.
    private static func marked(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var isStart = true
        var isAfterDigits = false
        for scalar in text.unicodeScalars.drop(while: { $0 == " " }) {
            let isDigit = ("0"..."9").contains(scalar)
            let isList =
                isStart && ["-", "+", "="].contains(scalar)
                || isAfterDigits && [".", ")"].contains(scalar)
            if special.contains(scalar) || isList { result.append("\\") }
            result.append(scalar)
            isAfterDigits = (isStart || isAfterDigits) && isDigit
            isStart = false
        }
        return String(result)
    }

    /// Between backticks nothing has a meaning but backticks, and the bar of a table, which stands
    /// outside of them.
    private static func literal(_ text: String) -> String {
        let parts = text.unicodeScalars.split(separator: "|", omittingEmptySubsequences: false)
        return parts.map { span(String(String.UnicodeScalarView($0))) }.joined(separator: "\\|")
    }

    /// One more backtick than the longest run inside, and a space where one would touch.
    private static func span(_ text: String) -> String {
        if text.isEmpty { return "" }
        let fence = fence(around: text)
        let scalars = text.unicodeScalars
        let touches = scalars.first == "`" || scalars.last == "`"
        let isPadded = scalars.first == " " && scalars.last == " "
        let space = touches || isPadded ? " " : ""
        return fence + space + text + space + fence
    }

    /// - Returns: more backticks than stand one after another anywhere in a text.
    static func fence(around text: String, atLeast count: Int = 1) -> String {
        var (longest, run) = (0, 0)
        for scalar in text.unicodeScalars {
            run = scalar == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        return String(repeating: "`", count: max(count, longest + 1))
    }
}
