/// A function or initializer with a body, from the line of its `func` or `init` to the line of its
/// closing brace.
struct FunctionExtent: Equatable, Sendable {
    let firstLine: Int
    let lastLine: Int

    var length: Int { lastLine - firstLine + 1 }
}

extension SourceFile {
    var functions: [FunctionExtent] {
        tokens.indices.compactMap { index in
            guard declaresFunction(at: index), let open = bodyStart(after: index),
                let close = bodyEnd(from: open)
            else { return nil }
            return FunctionExtent(firstLine: tokens[index].line, lastLine: tokens[close].line)
        }
    }

    private func declaresFunction(at index: Int) -> Bool {
        let before = index > 0 ? tokens[index - 1].text : ""
        let after = index + 1 < tokens.count ? tokens[index + 1].text : ""
        switch tokens[index].text {
        case "func": return before != "import"
        case "init": return before != "." && ["(", "<", "?", "!"].contains(after)
        default: return false
        }
    }

    /// The first brace outside parentheses. A requirement of a protocol has none before the next
    /// declaration, or before the brace that closes the protocol.
    private func bodyStart(after start: Int) -> Int? {
        var depth = 0
        for index in tokens.indices.dropFirst(start + 1) {
            let text = tokens[index].text
            if ["(", "["].contains(text) { depth += 1 }
            if [")", "]"].contains(text) { depth -= 1 }
            guard depth == 0 else { continue }
            if text == "{" { return index }
            let startsLine = tokens[index].line > tokens[index - 1].line
            if text == "}" || (startsLine && Self.declarationStarts.contains(text)) { return nil }
        }
        return nil
    }

    private func bodyEnd(from open: Int) -> Int? {
        var depth = 0
        for index in tokens.indices.dropFirst(open) {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    private static let declarationStarts: Set<String> = [
        "#", "@", "associatedtype", "borrowing", "case", "class", "consuming", "enum", "extension",
        "fileprivate", "func", "init", "internal", "let", "mutating", "nonisolated",
        "nonmutating", "override", "package", "private", "protocol", "public", "static", "struct",
        "subscript", "typealias", "var",
    ]
}
