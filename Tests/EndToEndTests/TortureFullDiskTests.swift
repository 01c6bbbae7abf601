import Foundation
import Testing

/// A disk that fills up at random moments: 3 times, or 60 times if `DR_SOAK` is set.
@Suite(
    .enabled(if: SmallDisk.isPossible, "Only root can mount a small disk."),
    .timeLimit(.minutes(30)))
struct TortureFullDiskSoakTests {
    @Test func aWriterOnAFullDiskLosesNothingAndGoesOnWhenThereIsSpace() async throws {
        var random = SplitMix64(seed: Seed.value)
        let moments = (0..<Effort.count(3, soak: 60)).map { _ in
            Int.random(in: 0...300, using: &random)
        }
        try await forEachInPairs(moments) { moment in
            let workspace = try Workspace()
            let disk = try SmallDisk(at: workspace.folder + "/disk")
            let data = disk.path + "/data"
            let writer = try workspace.start(
                path: Program.appender,
                [
                    "append", data, "run/a", "3000", "--size", "700", "--attempts", "2000",
                    "--outside", workspace.outside,
                ])
            // Before, its files are being made: the locks are in one that is mapped.
            try await writer.wait(forLine: "acked ")
            try await Task.sleep(for: .milliseconds(moment))
            disk.fill()
            try await writer.wait(forLine: "failed: ")
            disk.empty()
            let end = try await writer.finish()
            let note = "full after \(moment) ms, seed \(Seed.value)\n\(end)"
            #expect(end.status == 0, "\(note)")
            #expect(end.complaint.lowercased().contains("space"), "\(note)")
            let acked = try workspace.write(end.output, to: "acked")
            let check = try await workspace.appender(
                ["check", data, acked, "--outside", workspace.outside])
            #expect(check.status == 0, "\(note)\n\(check)")
            withExtendedLifetime(disk) {}
        }
    }
}
