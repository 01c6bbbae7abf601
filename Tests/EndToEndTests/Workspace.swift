import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// What one test of the programs works with: a data directory, a folder for checkpoints outside, a
/// home, and the output of what was run. All are removed with it.
final class Workspace: Sendable {
    let folder: String
    private let runs = Mutex(0)

    init() throws {
        folder = Self.parent + "/" + UUID().uuidString.prefix(8).lowercased()
        for name in ["home", "outside", "io"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
    }

    /// A copy of the data directory and its checkpoints outside.
    init(copyOf other: Workspace) throws {
        folder = Self.parent + "/" + UUID().uuidString.prefix(8).lowercased()
        for name in ["home", "io"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        for name in ["data", "outside"] {
            try FileManager.default.copyItem(
                atPath: "\(other.folder)/\(name)", toPath: "\(folder)/\(name)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Of all workspaces; those that nobody gives back go when the tests end.
    private static let parent: String = {
        atexit { try? FileManager.default.removeItem(atPath: Workspace.parentPath) }
        return parentPath
    }()
    private static let parentPath =
        FileManager.default.temporaryDirectory.path + "/dr-e2e-\(getpid())"

    var data: String { folder + "/data" }
    var outside: String { folder + "/outside" }
    var hasData: Bool { FileManager.default.fileExists(atPath: data) }

    /// - Returns: the path of the new file.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let path = folder + "/" + name
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    // MARK: Running programs

    /// Nothing of the environment of the tests gets in, except where programs are found.
    private func environment(with others: [String: String]) -> [String: String] {
        let standard = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOME": folder + "/home", "DR_DATA": data, "DR_CHECKPOINT_DIR": outside,
        ]
        return standard.merging(others) { $1 }
    }

    /// Begins to run a program on the data directory.
    func start(
        _ program: Program, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> RunningProgram {
        try start(path: program.path, arguments, environment: environment)
    }

    func start(
        path: String, _ arguments: [String], environment others: [String: String] = [:]
    ) throws -> RunningProgram {
        let number = runs.withLock { count -> Int in
            count += 1
            return count
        }
        return try RunningProgram(
            path, arguments, environment: environment(with: others),
            files: "\(folder)/io/\(number)")
    }

    /// Runs a program that takes moments, not a drill.
    func run(
        _ program: Program, _ arguments: [String], environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> Finished {
        try await start(program, arguments, environment: environment).finish(within: limit)
    }

    /// Runs a drill to its end, when there is a place for it.
    func drill(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> Finished {
        try await inDrillPlace { [self] in
            try await start(.runner, ["run"] + arguments, environment: environment).finish()
        }
    }

    // MARK: What is in the log

    /// The events, as `dr-audit replay` shows them.
    func events(_ arguments: [String] = []) async throws -> [ReplayedEvent] {
        let replay = try await run(.audit, ["replay"] + arguments)
        try #require(replay.status == 0, "\(replay)")
        return replay.lines.compactMap { ReplayedEvent($0) }
    }

    /// Waits until the run under way has recorded an event of this name.
    func wait(forEvent name: String, within limit: Duration = .seconds(40)) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !events().contains(where: { $0.name == name }) {
            try #require(ContinuousClock.now < deadline, "there was no \(name) within \(limit)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The rows of a table, as `dr-audit show` folds them.
    func rows(of view: String, _ arguments: [String] = []) async throws -> [JSON] {
        let show = try await run(.audit, ["show", view] + arguments)
        try #require(show.status == 0, "\(show)")
        return try JSON(parsing: show.output)["rows"].elements
    }

    /// The one test in the log.
    func test() async throws -> JSON {
        let all = try await rows(of: "dr_tests")
        try #require(all.count == 1)
        return all[0]
    }

    func expectIntact(_ sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let verify = try await run(.audit, ["verify"])
        #expect(verify.status == 0, "\(verify)", sourceLocation: sourceLocation)
    }

    /// What is left of runs: neither their folders nor their locks.
    var leftOfRuns: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: data + "/runs")) ?? []
        return names.filter { $0 != "slots" && !$0.hasPrefix("slot-") }
    }
}

/// One run of the built-in scenario that passed, made once for all tests that only read.
actor CompletedRun {
    static let shared = CompletedRun()

    private var start: Task<Workspace, any Error>?

    /// A workspace of one's own with a copy of it.
    func copy() async throws -> Workspace {
        let run = start ?? Task { try await Self.make() }
        start = run
        return try Workspace(copyOf: try await run.value)
    }

    private static func make() async throws -> Workspace {
        let workspace = try Workspace()
        let run = try await workspace.drill(["1", "--debug"])
        guard run.status == 0 else {
            throw RunningProgram.Failure(description: "the run to read did not pass: \(run)")
        }
        return workspace
    }
}
