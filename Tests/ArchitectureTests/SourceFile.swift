/// A text file of the repository, as the rules look at it.
struct SourceFile: Sendable {
    /// Relative to the root of the repository.
    let path: String
    let lines: [Substring]
    /// Empty for a file that is not Swift.
    let tokens: [Token]

    init(path: String, text: String) {
        self.path = path
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        if lines.last?.isEmpty == true { lines.removeLast() }
        self.lines = lines
        self.tokens = path.hasSuffix(".swift") ? SwiftScanner.tokens(of: text) : []
    }

    /// Whether the file is part of what is built for users.
    var isProduct: Bool { Self.isProduct(path) }

    static func isProduct(_ path: String) -> Bool { moduleFolder(of: path) != nil }

    /// The folder of the module or program that a path is in, for example `Sources/LMDB`.
    static func moduleFolder(of path: String) -> String? {
        let parts = path.split(separator: "/")
        guard parts.count > 2, ["Sources", "Projections", "Reports"].contains(String(parts[0]))
        else { return nil }
        return "\(parts[0])/\(parts[1])"
    }

    /// Counted from 1.
    func lineNumbers(where isWanted: (Substring) -> Bool) -> [Int] {
        lines.indices.filter { isWanted(lines[$0]) }.map { $0 + 1 }
    }
}

/// A place that breaks a rule, in the form that compilers print and editors follow.
struct Finding: Equatable, Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}
