/// Rules on where things are. Each gives the names that break it.
enum Layout {
    static let topLevel: Set<String> = [
        "Benchmarks", "LICENSE", "Makefile", "Package.swift", "Projections", "README.md",
        "Reports", "Sources", "Tests", "requirements.txt",
    ]

    /// Names that say nothing about what is inside.
    static let vagueNames: Set<String> = ["base", "common", "core", "helpers", "models", "utils"]

    static func unexpectedEntries(in paths: [String]) -> Set<String> {
        Set(paths.compactMap { $0.split(separator: "/").first.map { String($0) } })
            .subtracting(topLevel).filter { !$0.hasPrefix(".") }
    }

    static func vagueFolders(in paths: [String]) -> [String] {
        paths.filter { path in
            path.split(separator: "/").dropLast().contains { vagueNames.contains($0.lowercased()) }
        }
    }

    /// A kebab-case folder is a program, with one file that has `@main`. Any other is a module.
    static func misnamedFolders(in files: [SourceFile]) -> Set<String> {
        let folders = Set(files.compactMap { SourceFile.moduleFolder(of: $0.path) })
        let programs = Set(
            files.filter(\.hasMain).compactMap { SourceFile.moduleFolder(of: $0.path) })
        return folders.filter { isKebabCase($0) != programs.contains($0) }
    }

    private static func isKebabCase(_ folder: String) -> Bool {
        let name = folder.split(separator: "/").last ?? ""
        return name.contains("-") && !name.contains { $0.isUppercase }
    }
}

extension SourceFile {
    fileprivate var hasMain: Bool {
        zip(tokens, tokens.dropFirst()).contains { $0.text == "@" && $1.text == "main" }
    }
}
