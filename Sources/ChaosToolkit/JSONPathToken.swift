internal import Wire

/// A word of a path.
enum JSONPathToken: Equatable {
    case sign(String)
    /// `and`, `or`, `not`, `true`, `false`, `null`, which are no names.
    case word(String)
    case name(String)
    /// In double quotes; escapes in it stay as they are, as in `jsonpath2`.
    case text(String)
    case number(JSONValue)

    private static let words: Set<String> = ["and", "or", "not", "true", "false", "null"]

    var spelling: String {
        switch self {
        case .sign(let text), .word(let text), .name(let text): text
        case .text(let text): "\"\(text)\""
        case .number(let value): value.text()
        }
    }

    static func tokens(of text: String) throws(ActivityError) -> [JSONPathToken] {
        var tokens: [JSONPathToken] = []
        var rest = text[...]
        while true {
            rest = rest.drop { " \t\r\n".contains($0) || $0 == "\r\n" }
            guard !rest.isEmpty else { return tokens }
            guard let (token, length) = first(of: rest) else {
                throw ActivityError("not a JSONPath: nothing begins with '\(rest.prefix(10))'")
            }
            tokens.append(token)
            rest = rest.dropFirst(length)
        }
    }

    private static func first(of rest: Substring) -> (JSONPathToken, Int)? {
        if let match = rest.prefixMatch(of: #/\.\.|<=|>=|!=|[@$.*=<>{}\[\]:,()?]/#) {
            return (.sign(String(match.output)), match.output.count)
        }
        if let match = rest.prefixMatch(of: #/[_A-Za-z][_A-Za-z0-9]*/#) {
            let word = String(match.output)
            return (words.contains(word) ? .word(word) : .name(word), match.output.count)
        }
        let text = #/"((?:\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}|[^"\\\x00-\x1f])*)"/#
        if let match = rest.prefixMatch(of: text) {
            return (.text(String(match.output.1)), match.output.0.count)
        }
        let number = #/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][+-]?(?:0|[1-9][0-9]*))?/#
        if let match = rest.prefixMatch(of: number),
            let value = try? JSONValue(json: String(match.output))
        {
            return (.number(value), match.output.count)
        }
        return nil
    }
}
