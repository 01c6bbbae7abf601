import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Archive commands that are killed at random moments: 6, or 200 if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(60))) struct ArchiveKillSoakTests {
    @Test func whatAKilledCommandLeftIsWholeAndFinishedByTheNext() async throws {
        var random = SplitMix64(seed: Seed.value)
        let untouched = try await CompletedRun.shared.copy()
        let events = try await untouched.run(.audit, ["replay"]).lines
        let rows = try await untouched.rows(of: "dr_tests")
        for round in 1...Effort.count(6, soak: 200) {
            let note: Comment = "round \(round), seed \(Seed.value)"
            let workspace = try await CompletedRun.shared.copy()
            let archive = workspace.folder + "/archive"
            // A whole command takes some 70 ms, more while other tests run.
            try await kill(
                ["archive", "--before", "1000000", "--to", archive, "--by", "tests"],
                after: .milliseconds(Int.random(in: 5...150, using: &random)), in: workspace)

            try await workspace.expectIntact()
            #expect(try await workspace.rows(of: "dr_tests") == rows, note)
            let replay = try await workspace.run(.audit, ["replay", "--archive", archive])
            #expect(Array(replay.lines.prefix(events.count)) == events, note)

            let next = try await workspace.archive(to: archive)
            #expect(next["first_position"].double == Double(events.count + 1), note)
            let verify = try await workspace.run(.audit, ["verify", "--archive", archive])
            #expect(verify.status == 0, "\(verify)")
            #expect(try await workspace.rows(of: "dr_tests") == rows, note)
            let again = try await workspace.run(.audit, ["replay", "--archive", archive])
            #expect(Array(again.lines.prefix(events.count)) == events, note)
            let names = again.lines.compactMap { ReplayedEvent($0)?.name }
            #expect(names.count { $0 == "segment_archived" } == 1, note)
        }
    }

    private func kill(
        _ command: [String], after moment: Duration, in workspace: Workspace
    ) async throws {
        let program = try workspace.start(.audit, command)
        try await Task.sleep(for: moment)
        program.send(SIGKILL)
        let ended = try await program.finish(within: .seconds(30))
        // It may have been faster.
        #expect([-SIGKILL, 0].contains(ended.status), "\(ended)")
    }
}
