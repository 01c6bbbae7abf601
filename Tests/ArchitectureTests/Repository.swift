import Foundation

/// The repository around these tests: every file that git tracks, or would add.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Relative to the root. Empty if git cannot tell, which a test of its own reports.
    static let paths: [String] = listed().filter {
        FileManager.default.fileExists(atPath: root.appendingPathComponent($0).path)
    }

    static let swiftPaths = paths.filter { $0.hasSuffix(".swift") }
    static let productPaths = swiftPaths.filter { SourceFile.isProduct($0) }

    /// - Returns: `nil` for a file that is not text.
    static func file(_ path: String) throws -> SourceFile? {
        let data = try Data(contentsOf: root.appendingPathComponent(path))
        guard let text = String(data: data, encoding: .utf8), !data.contains(0) else { return nil }
        return SourceFile(path: path, text: text)
    }

    static func files(_ paths: [String]) throws -> [SourceFile] {
        try paths.compactMap { try file($0) }
    }

    private static func listed() -> [String] {
        let git = Process()
        let output = Pipe()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        git.arguments = [
            "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
        ]
        git.currentDirectoryURL = root
        git.standardOutput = output
        do { try git.run() } catch { return [] }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        git.waitUntilExit()
        guard git.terminationStatus == 0 else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\0").map { String($0) }
    }
}
