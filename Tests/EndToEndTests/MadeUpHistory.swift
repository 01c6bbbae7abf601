import Foundation
import Testing

/// Fourteen weeks of drills that are made up, up to the end of 2025-W48, made once for all tests
/// that read reports. In each week ten runs ended:
///
/// - nine drills, of which one was called off; of the others five passed (in earlier weeks one of
///   them fails for its recovery time instead), one failed (which passes in earlier weeks), one saw
///   nothing, and one was lost;
/// - one proof.
///
/// One cadence is kept up with, and one by nobody.
actor MadeUpHistory {
    static let shared = MadeUpHistory()
    static let (week, quarter) = ("2025-W48", "2025-Q4")
    /// The log shows that it is over.
    static let earlierWeek = "2025-W47"
    /// 2025-12-01, in microseconds since 1970.
    private static let end = "1764547200000000"

    private var start: Task<Workspace, any Error>?

    /// A workspace of one's own with a copy of it.
    func copy() async throws -> Workspace {
        let made =
            start
            ?? Task {
                let workspace = try Workspace()
                try await workspace.makeUpDrills(weeks: 14, until: Self.end)
                return workspace
            }
        start = made
        return try Workspace(copyOf: try await made.value)
    }
}

extension Workspace {
    /// Makes a log in which drills went on for so many weeks, up to a moment or to now.
    func makeUpDrills(weeks: Int, until end: String? = nil) async throws {
        let arguments = ["drills", data, "\(weeks)"] + (end.map { ["--until", $0] } ?? [])
        let made = try await start(path: Program.appender, arguments).finish()
        try #require(made.status == 0, "\(made)")
    }
}

/// A file that a program says it has written.
struct WrittenFile: Equatable, Sendable {
    let sha256: String
    let size: Int
    let path: String

    var bytes: Data { FileManager.default.contents(atPath: path) ?? Data() }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var name: String { URL(filePath: path).lastPathComponent }
}

extension Finished {
    /// The files that a program which makes reports has named, a line each.
    func written() throws -> [WrittenFile] {
        try lines.filter { $0.prefix { $0.isHexDigit }.count == 64 }.map { line in
            let parts = line.components(separatedBy: "  ")
            let size = try #require(parts[1].components(separatedBy: " ").first.flatMap { Int($0) })
            return WrittenFile(
                sha256: parts[0], size: size, path: parts.dropFirst(2).joined(separator: "  "))
        }
    }

    /// The one of a format.
    func written(_ ending: String) throws -> WrittenFile {
        try #require(try written().first { $0.path.hasSuffix(ending) }, "\(self)")
    }
}
