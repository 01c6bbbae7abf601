/// Something that holds for every line of a file.
struct StyleRule: Sendable {
    /// What is wrong with a line that breaks the rule.
    let message: String
    /// The lines that break the rule, counted from 1.
    let brokenLines: @Sendable (SourceFile) -> [Int]

    func findings(in file: SourceFile) -> [Finding] {
        brokenLines(file).map { Finding(path: file.path, line: $0, message: message) }
    }
}

/// Rules for Swift files.
extension StyleRule {
    static let swift = [
        lineWidth, fileLength, functionLength, hiddenDatabaseErrors, uncheckedConcurrency,
        forcedTry, exactDependencies, soakName,
    ]

    /// An address cannot be broken over two lines.
    static let lineWidth = StyleRule(message: "more than 100 columns") { file in
        file.lineNumbers { $0.utf8.count > 100 && $0.count > 100 && !$0.contains("://") }
    }

    static let fileLength = StyleRule(message: "a file of more than 400 lines") { file in
        file.isProduct && file.lines.count > 400 ? [401] : []
    }

    static let functionLength = StyleRule(message: "a function of more than 70 lines") { file in
        file.functions.filter { $0.length > 70 }.map(\.firstLine)
    }

    /// An error of the database decides what was stored; `nil` in its place hides that.
    static let hiddenDatabaseErrors = StyleRule(message: "`try?` on the database") { file in
        file.imports.contains { $0.module == "LMDB" } ? file.lineNumbers(of: "try", "?") : []
    }

    static let uncheckedConcurrency = StyleRule(message: "unchecked outside LMDB") { file in
        if SourceFile.moduleFolder(of: file.path) == "Sources/LMDB" { return [] }
        return file.lineNumbers(of: "@", "unchecked", "Sendable")
            + file.lineNumbers(of: "nonisolated", "(", "unsafe", ")")
    }

    static let forcedTry = StyleRule(message: "a forced `try!` or `as!` in a product") { file in
        guard file.isProduct else { return [] }
        return file.lineNumbers(of: "try", "!") + file.lineNumbers(of: "as", "!")
    }

    static let exactDependencies = StyleRule(message: "a dependency without `exact:`") { file in
        guard file.path == "Package.swift" else { return [] }
        return file.indices(of: ".", "package", "(").filter { start in
            let arguments = file.arguments(from: start + 2)
            return !arguments.contains { $0.text == "exact" }
        }.map { file.tokens[$0].line }
    }
}

/// Rules for tests.
extension StyleRule {
    /// `make soak` runs the suites that are named for it: others never try more.
    static let soakName = StyleRule(message: "a soak without a suite named …SoakTests") { file in
        guard file.lineNumbers(of: "@", "Test").first != nil, !file.hasSoakSuite else { return [] }
        // Spelled so that no rule finds itself.
        return file.lineNumbers { $0.contains("DR_" + "SOAK") }
            + file.lineNumbers(of: "Effort", ".")
    }
}

/// Rules for every text file.
extension StyleRule {
    static let text = [unfinished, workingPlace]

    static let unfinished = StyleRule(message: "unfinished") { file in
        file.lineNumbers { line in
            markers.contains { line.contains($0) }
                && line.words.contains { markers.contains(String($0)) }
        }
    }

    // Spelled so that this file does not break its own rule.
    private static let markers: [String] = ["TO" + "DO", "FIX" + "ME"]

    /// The repository stands by itself, wherever it is cloned to.
    static let workingPlace = StyleRule(message: "names the place of work") { file in
        file.lineNumbers { line in
            line.contains("/" + "work/") || line.lowercased().contains("issue" + " #")
        }
    }
}

extension Substring {
    fileprivate var words: [Substring] {
        split { !($0.isLetter || $0.isNumber || $0 == "_") }
    }
}

extension SourceFile {
    /// Where these tokens stand one after another.
    fileprivate func indices(of texts: String...) -> [Int] {
        indices(of: texts)
    }

    fileprivate var hasSoakSuite: Bool {
        zip(tokens, tokens.dropFirst()).contains { first, second in
            first.text == "struct" && second.text.hasSuffix("SoakTests")
        }
    }

    fileprivate func lineNumbers(of texts: String...) -> [Int] {
        indices(of: texts).map { tokens[$0].line }
    }

    private func indices(of texts: [String]) -> [Int] {
        tokens.indices.filter { start in
            guard start + texts.count <= tokens.count else { return false }
            return texts.indices.allSatisfy { tokens[start + $0].text == texts[$0] }
        }
    }

    /// The tokens from an opening parenthesis to the one that closes it.
    fileprivate func arguments(from open: Int) -> ArraySlice<Token> {
        var depth = 0
        for index in tokens.indices.dropFirst(open) {
            if tokens[index].text == "(" { depth += 1 }
            if tokens[index].text == ")" { depth -= 1 }
            if depth == 0 { return tokens[open...index] }
        }
        return tokens[open...]
    }
}
