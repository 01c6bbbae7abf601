import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The disk with the log fills up during a run. The disk is a file system of 8 MB in memory.
@Suite(
    .enabled(if: SmallDisk.isPossible, "Only root can mount a small disk."),
    .timeLimit(.minutes(10)))
struct FullDiskTests {
    /// When the fault comes, while it is in force, and when it has gone.
    @Test func aFullDiskEndsTheRunWithAClearErrorAndTheLogStaysWhole() async throws {
        try await forEachInPairs(["> 1 ", "> 2 ", "> 6 "]) { line in
            let workspace = try Workspace()
            let disk = try SmallDisk(at: workspace.folder + "/disk")
            let environment = ["DR_DATA": disk.path + "/data"]
            let end = try await inDrillPlace {
                let run = try workspace.start(
                    .runner, ["run", "1", "--debug", "--set", "recovery=10s"],
                    environment: environment)
                try await run.wait(forLine: line)
                disk.fill()
                return try await run.finish(within: .seconds(150))
            }
            #expect(end.status == 70, "full at '\(line)': \(end)")
            #expect(end.complaint.lowercased().contains("no space"), "\(end)")

            disk.empty()
            try await Self.expectUsable(workspace, environment)
            // It is mounted as long as somebody holds it.
            withExtendedLifetime(disk) {}
        }
    }

    /// There is room for a part of it, which the disk takes without a complaint.
    @Test func ofAReportOnAFullDiskNothingIsLeft() async throws {
        let workspace = try await MadeUpHistory.shared.copy()
        let disk = try SmallDisk(at: workspace.folder + "/disk")
        disk.fill(leaving: 4)
        let week = ["--week", MadeUpHistory.week, "--format", "html"]
        let quarter = ["--framework", "soc2", "--period", MadeUpHistory.quarter, "--bundle"]
        for (program, options) in [(Program.report, week), (.compliance, quarter)] {
            let run = try await workspace.run(program, options + ["--output", disk.path])
            #expect(run.status == 70, "\(run)")
            #expect(run.output == "")
            #expect(run.complaint.contains("No space left on device"), "\(run)")
            let left = try FileManager.default.contentsOfDirectory(atPath: disk.path)
            #expect(left == ["fill"], "\(run)")
        }
        withExtendedLifetime(disk) {}
    }

    private static func expectUsable(
        _ workspace: Workspace, _ environment: [String: String]
    ) async throws {
        let verify = try await workspace.run(.audit, ["verify"], environment: environment)
        #expect(verify.status == 0, "\(verify)")
        let file = try workspace.write(Sample.scenario(), to: "short.yaml")
        let next = try await workspace.drill([file], environment: environment)
        #expect(next.status == 0, "\(next)")
        let again = try await workspace.run(.audit, ["verify"], environment: environment)
        #expect(again.status == 0, "\(again)")
    }
}

/// A small file system in memory. It goes with whoever holds it.
final class SmallDisk: Sendable {
    let path: String

    static let isPossible: Bool = {
        let folder = FileManager.default.temporaryDirectory.path + "/dr-e2e-disk-\(getpid())"
        return geteuid() == 0 && (try? SmallDisk(at: folder)) != nil
    }()

    init(at path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        try Self.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", path])
    }

    deinit {
        // Lazily: a program that was killed may still be about to close its files.
        try? Self.run(["umount", "-l", path])
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func run(_ command: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw RunningProgram.Failure(description: "\(command.joined(separator: " ")) failed")
        }
    }

    /// Takes all space that is left, but for so many blocks of 4096 bytes.
    func fill(leaving blocks: Int = 0) {
        let descriptor = open(path + "/fill", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let block = [UInt8](repeating: 0x2e, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        let size = lseek(descriptor, 0, SEEK_END)
        ftruncate(descriptor, max(0, size - off_t(blocks * block.count)))
        close(descriptor)
    }

    /// Gives back what `fill` took.
    func empty() { try? FileManager.default.removeItem(atPath: path + "/fill") }
}
