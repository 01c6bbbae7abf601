/// A command line as words.
///
/// Chaos Toolkit hands such a text to a shell. Here none is ever run: quotes and backslashes mean
/// what they mean to a shell, and a text that needs one for more than that is refused.
enum ShellWords {
    struct Refusal: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// What a shell acts on, outside of quotes. A pattern is taken for one only where it could name
    /// files: a question mark in a URL does not.
    private static let operators = Set<Character>("|&;<>()\n")
    private static let expansions = Set<Character>("$`")
    private static let patterns = Set<Character>("*?[")

    private enum Quotes {
        case none, single, double
    }

    static func split(_ text: String) throws(Refusal) -> [String] {
        var words: [String] = []
        var word: String?
        var pattern: Character?
        var quotes = Quotes.none
        var rest = text[...].drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        while let character = rest.popFirst() {
            switch (quotes, character) {
            case (.none, _) where operators.contains(character) || character.isNewline:
                throw refusal(of: character)
            case (.none, _) where expansions.contains(character),
                (.double, _) where expansions.contains(character):
                throw refusal(of: character)
            case (.none, "#") where word == nil, (.none, "~") where word == nil:
                throw refusal(of: character)
            case (.none, "'"): (quotes, word) = (.single, word ?? "")
            case (.none, "\""): (quotes, word) = (.double, word ?? "")
            case (.single, "'"), (.double, "\""): quotes = .none
            case (.none, "\\"):
                guard let next = rest.popFirst() else { throw unfinished("a backslash") }
                word = (word ?? "") + String(next)
            case (.double, "\\"):
                // Before anything else a backslash in double quotes stays.
                let isEscaped = rest.first.map { "\"\\$`".contains($0) } ?? false
                word = (word ?? "") + (isEscaped ? String(rest.removeFirst()) : "\\")
            case (.none, _) where character.isWhitespace:
                if let word { words.append(try checked(word, pattern)) }
                (word, pattern) = (nil, nil)
            default:
                if quotes == .none && patterns.contains(character) { pattern = character }
                word = (word ?? "") + String(character)
            }
        }
        if quotes != .none { throw unfinished("a quotation mark") }
        if let word { words.append(try checked(word, pattern)) }
        return words
    }

    private static func checked(_ word: String, _ pattern: Character?) throws(Refusal) -> String {
        if let pattern, !word.contains("://") { throw refusal(of: pattern) }
        return word
    }

    private static func refusal(of character: Character) -> Refusal {
        let name = character == "\n" ? "a line break" : "'\(character)'"
        return Refusal(
            description: "the arguments need a shell for \(name), and no shell is run: give them "
                + "as a list, or put them into a program of your own")
    }

    private static func unfinished(_ what: String) -> Refusal {
        Refusal(description: "the arguments end within \(what)")
    }
}
