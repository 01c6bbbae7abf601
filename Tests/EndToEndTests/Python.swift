import Foundation

/// A program that has nothing of ours.
enum Python {
    private static let interpreter = Repository.root + "/.venv/bin/python3"
    static let missing = "make prepares the Python environment."
    /// Where programs find what makes PDF.
    static let pdf = ["DR_WEASYPRINT": Repository.root + "/.venv/bin/weasyprint"]

    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: interpreter) }

    /// Runs a script on a data directory.
    ///
    /// - Parameter script: its path below the folder of the tests.
    static func run(
        _ script: String, _ arguments: [String], within limit: Duration = .seconds(60),
        in workspace: Workspace
    ) async throws -> Finished {
        // Without -B it would leave files beside the script that the package does not know.
        let all = ["-B", "\(Repository.tests)/\(script)"] + arguments
        return try await workspace.start(path: interpreter, all).finish(within: limit)
    }
}

/// One stored value of a log.
struct StoredEntry: Sendable, CustomStringConvertible {
    let database: String
    /// In hexadecimal.
    let key: String
    /// How many bytes the value has.
    let size: Int
    /// Of an event; otherwise 0.
    let position: Int

    /// - Parameter line: of `damage.py list`.
    init?(_ line: String) {
        let fields = line.split(separator: " ").map { String($0) }
        guard fields.count == 4, let size = Int(fields[2]), let position = Int(fields[3]) else {
            return nil
        }
        (database, key, self.size, self.position) = (fields[0], fields[1], size, position)
    }

    var description: String { "\(database) \(key)" }

    /// What marks a log as one that this program reads.
    var isMarkOfFormat: Bool {
        let marks = ["magic", "format"].map { name in
            name.utf8.map { String($0, radix: 16) }.joined()
        }
        return database == "meta" && marks.contains(key)
    }
}

extension Workspace {
    func storedEntries() async throws -> [StoredEntry] {
        try await damage(["list"]).lines.compactMap { StoredEntry($0) }
    }

    /// Runs `damage.py`, whose first argument after the command is the data directory.
    @discardableResult
    func damage(_ arguments: [String]) async throws -> Finished {
        let all = [arguments[0], data] + Array(arguments.dropFirst())
        let result = try await Python.run("EndToEndTests/damage.py", all, in: self)
        guard result.status == 0 else {
            throw RunningProgram.Failure(description: "\(result)")
        }
        return result
    }
}
