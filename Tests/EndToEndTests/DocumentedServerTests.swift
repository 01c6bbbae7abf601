import Foundation
import Testing

/// What the documents say of the server is so.
@Suite(.timeLimit(.minutes(1))) struct DocumentedServerTests {
    static let documents = [
        "README.md", "Sources/HTTPAPI/HTTPAPI.docc/HTTPAPI.md",
        "Sources/HTTPAPI/HTTPAPI.docc/Access.md", "Sources/HTTPAPI/HTTPAPI.docc/Following.md",
    ]

    private static func text(of document: String) throws -> String {
        try String(contentsOfFile: Repository.root + "/" + document, encoding: .utf8)
    }

    // MARK: Variables

    @Test func eachVariableHasARowInTheREADMEAndNoOtherHas() async throws {
        let help = try await Workspace().run(.server, ["serve", "--help"])
        let rows = try Self.text(of: "README.md").components(separatedBy: "\n")
            .filter { $0.hasPrefix("| `DR_") }
            // The first column; others may speak of variables too.
            .compactMap { $0.components(separatedBy: " | ").first }
        let known = Self.variables(in: help.output)
        #expect(known.contains("DR_JWT_SECRET"))
        #expect(Self.variables(in: rows.joined(separator: "\n")) == known)
    }

    private static func variables(in text: String) -> Set<String> {
        Set(text.matches(of: #/DR_[A-Z_]+/#).map { String($0.output) })
    }

    // MARK: Paths

    @Test(arguments: Self.documents)
    func eachPathIsServed(_ document: String) async throws {
        let served = try await Self.servedPaths()
        let named = Self.paths(in: try Self.text(of: document))
        #expect(!named.isEmpty)
        for path in named {
            let isServed = served.contains { pattern in
                Self.fits(path, pattern) || Self.fits("/api/testing" + path, pattern)
            }
            #expect(isServed, "\(path)")
        }
    }

    /// After a method, after where the API is, or by themselves as code.
    private static func paths(in text: String) -> Set<String> {
        let path = #/(?:\$testing|[A-Z] |`|:8080)(/[a-z][a-zA-Z0-9_/{}.]*[a-zA-Z}])/#
        let paths = Set(text.matches(of: path).map { String($0.output.1) })
        return paths.subtracting(["/api/testing"])
    }

    private static func servedPaths() async throws -> [String] {
        let printed = try await Workspace().run(.server, ["openapi"])
        let document = try JSONSerialization.jsonObject(with: Data(printed.output.utf8))
        let paths = (document as? [String: Any])?["paths"] as? [String: Any]
        return try #require(paths).keys.sorted()
    }

    /// A parameter is any one part of a path.
    private static func fits(_ path: String, _ pattern: String) -> Bool {
        let (parts, patternParts) = (path.split(separator: "/"), pattern.split(separator: "/"))
        return parts.count == patternParts.count
            && zip(parts, patternParts).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
    }
}
