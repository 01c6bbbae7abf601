import Foundation
import Testing

/// A run of `log-appender` whose every write was recorded, and what its files could be after a
/// power cut.
///
/// It appends the events of a real drill in the appends of that drill, and signs checkpoints.
struct PowerCuts: Sendable {
    /// What was left of one cut.
    struct Image: Sendable {
        let folder: String
        /// What the run had acknowledged before.
        var acked: String { folder + ".acked" }
        let note: String

        var data: String { folder + "/data" }
        var outside: String { folder + "/outside" }
        var environment: [String: String] { ["DR_DATA": data, "DR_CHECKPOINT_DIR": outside] }
        var hasLog: Bool {
            FileManager.default.fileExists(atPath: data + "/log/data.mdb")
        }

        func remove() throws {
            for path in [folder, acked] { try FileManager.default.removeItem(atPath: path) }
        }
    }

    enum Disk: String { case honest, lying }

    /// Python is there, and strace is, and may trace here.
    static let isPossible: Bool = {
        let strace = Process()
        strace.executableURL = URL(filePath: "/usr/bin/strace")
        strace.arguments = ["-o", "/dev/null", "/bin/true"]
        guard Python.isThere, (try? strace.run()) != nil else { return false }
        strace.waitUntilExit()
        return strace.terminationStatus == 0
    }()
    private static let script = "Torture/power_cut.py"

    let workspace: Workspace
    private let trace: String

    /// Records the run.
    init(events: Int) async throws {
        let source = try await CompletedRun.shared.copy()
        workspace = try Workspace()
        trace = workspace.folder + "/trace"
        let options = try await Python.run(Self.script, ["options"], in: workspace).lines
        let copy = [
            "copy", source.data, workspace.data, "--limit", "\(events)", "--outside",
            workspace.outside, "--every", "10",
        ]
        let run = try await workspace.start(
            path: "/usr/bin/strace", options + ["-o", trace, Program.appender] + copy
        ).finish()
        try #require(run.status == 0, "\(run)")
    }

    /// The files after these cuts, each in a folder of its own.
    func images(_ numbers: Range<Int>, on disk: Disk) async throws -> [Image] {
        let folder = "\(workspace.folder)/\(disk)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let arguments = [
            "cut", trace, workspace.folder, "\(Seed.value)", "\(numbers.lowerBound)",
            "\(numbers.count)", folder, disk.rawValue,
        ]
        let made = try await Python.run(Self.script, arguments, in: workspace)
        try #require(made.status == 0 && made.lines.count == numbers.count, "\(made)")
        return zip(numbers, made.lines).map { number, line in
            Image(folder: "\(folder)/\(number)", note: "\(line), seed \(Seed.value)")
        }
    }

    /// 0 if the log is as it must be, 4 if there is none and none was promised.
    func check(_ image: Image) async throws -> Finished {
        try await workspace.appender(
            ["check", image.data, image.acked, "--outside", image.outside])
    }

    /// Puts the tables of the whole run, which know more than the log, in the place of what was
    /// left of them.
    func giveLaterViews(to image: Image) throws {
        let files = FileManager.default
        let views = image.data + "/views"
        if files.fileExists(atPath: views) { try files.removeItem(atPath: views) }
        try files.copyItem(atPath: workspace.data + "/views", toPath: views)
    }
}

extension Workspace {
    func appender(
        _ arguments: [String], within limit: Duration = .seconds(60)
    ) async throws -> Finished {
        try await start(path: Program.appender, arguments).finish(within: limit)
    }
}
