/// One `import` of a Swift file.
struct Import: Equatable, Sendable {
    /// `X` for `import X`, and for `import struct X.Y`.
    let module: String
    let line: Int
}

extension SourceFile {
    var imports: [Import] {
        tokens.indices.compactMap { index in
            guard startsImport(at: index) else { return nil }
            let rest = tokens[(index + 1)...].prefix(2).map(\.text)
            let name = rest.first { !Self.importKinds.contains($0) } ?? ""
            return Import(module: name.filter { $0 != "`" }, line: tokens[index].line)
        }
    }

    /// As a label or a member, `import` follows a mark; before a declaration stands at most an
    /// attribute or an access level.
    private func startsImport(at index: Int) -> Bool {
        guard tokens[index].text == "import" else { return false }
        return index == 0 || ![".", "(", ","].contains(tokens[index - 1].text)
    }

    private static let importKinds: Set<String> = [
        "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
    ]
}
