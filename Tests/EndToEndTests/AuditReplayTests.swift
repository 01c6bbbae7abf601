import Foundation
import Testing

/// A replay at the pace at which things happened, or a multiple of it.
@Suite(.timeLimit(.minutes(3))) struct AuditReplayTests {
    @Test func aReplayAtAPaceShowsTheSame() async throws {
        let workspace = try await CompletedRun.shared.copy()
        for which in [[], ["--test", "2"], ["--at", "20"]] {
            let atOnce = try await workspace.run(.audit, ["replay"] + which)
            let paced = try await workspace.run(
                .audit, ["replay", "--speed", "1000000x"] + which)
            #expect(paced.status == 0, "\(paced)")
            #expect(paced.output == atOnce.output)
        }
    }

    @Test func aReplayTakesAsLongAsItHappenedDividedByTheSpeed() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await workspace.events(["--test", "2"])
        let first = try #require(events.first?.milliseconds)
        let last = try #require(events.last?.milliseconds)
        // Over midnight the time of the day begins anew.
        let took = (last - first + 86_400_000) % 86_400_000
        let speed = Double(took) / 1500
        let replay = try await workspace.run(
            .audit, ["replay", "--test", "2", "--speed", "\(speed)"])
        #expect(replay.status == 0, "\(replay)")
        #expect(replay.took >= .milliseconds(1400), "\(replay)")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalEndsAReplayBetweenTwoEvents(signal: Int32) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let whole = try await workspace.run(.audit, ["replay"])
        // So slow that it would take minutes.
        let replay = try workspace.start(.audit, ["replay", "--speed", "0.001"])
        try await replay.wait(forLine: "      1  ")
        replay.send(signal)
        let ended = try await replay.finish(within: .seconds(20))
        #expect(ended.status == 128 + signal, "\(ended)")
        #expect(ended.complaint == "")
        #expect(ended.output.hasSuffix("\n"))
        #expect(whole.output.hasPrefix(ended.output), "\(ended)")
        #expect(ended.lines.count < whole.lines.count)
    }

    @Test(arguments: ["0", "-1", "nan", "inf", "fast", "x", ""])
    func whatIsNoSpeedIsRefused(speed: String) async throws {
        let replay = try await Workspace().run(.audit, ["replay", "--speed=\(speed)"])
        #expect(replay.status == 64, "\(replay)")
        #expect(replay.output == "")
    }
}

/// What changed in the tables between two moments.
@Suite(.timeLimit(.minutes(3))) struct AuditDiffTests {
    private func diff(
        _ workspace: Workspace, _ arguments: [String]
    ) async throws -> [JSON] {
        let run = try await workspace.run(.audit, ["diff"] + arguments + ["--json"])
        try #require(run.status == 1, "\(run)")
        return try JSON(parsing: run.output)["tables"].elements
    }

    @Test func rowsThatCameAreShown() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let size = try await workspace.events().count
        for view in ["dr_tests", "test_results", "test_metrics"] {
            let tables = try await diff(workspace, ["0", "\(size)", view])
            let rows = try await workspace.rows(of: view)
            #expect(tables.map { $0["view"].text } == [view])
            #expect(tables.map { $0["added"] } == [.array(rows)])
            #expect(tables.map { $0["removed"] } == [.array([])])
            #expect(tables.map { $0["changed"] } == [.array([])])
        }
    }

    @Test func aChangedRowIsShownFieldByField() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await workspace.events()
        let outage = try #require(events.first { $0.name == "fault_effective" })
        let moments = ["\(outage.position)", "\(events.count)"]
        let tables = try await diff(workspace, moments + ["dr_tests"])
        let changed = tables.first?["changed"].elements ?? []
        let test = try await workspace.test()
        #expect(changed.map { $0["row"] } == [test])
        let fields = changed.first?["fields"].elements ?? []
        let status = try #require(fields.first { $0["name"].text == "status" })
        #expect(status["before"].text == "running")
        #expect(status["after"].text == "completed")
        let names = fields.compactMap { $0["name"].text }
        #expect(names.contains("end_time") && names.contains("last_position"), "\(names)")
        #expect(!names.contains("id") && !names.contains("start_time"), "\(names)")

        let text = try await workspace.run(.audit, ["diff"] + moments + ["dr_tests"])
        #expect(text.status == 1, "\(text)")
        #expect(text.lines.first == "dr_tests: 0 added, 0 removed, 1 changed")
        #expect(text.lines.contains("~ id 2"), "\(text)")
        #expect(text.lines.contains(#"    status: "running" → "completed""#), "\(text)")
    }

    @Test func theDifferenceLeadsFromTheFirstMomentToTheSecond() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let size = try await workspace.events().count
        let tables = try await diff(workspace, ["\(size / 3)", "\(size)"])
        for table in tables {
            let view = try #require(table["view"].text)
            let before = try await workspace.rows(of: view, ["--at", "\(size / 3)"])
            let after = try await workspace.rows(of: view, ["--at", "\(size)"])
            let old = table["changed"].elements.count + table["removed"].elements.count
            let new = table["changed"].elements.map { $0["row"] } + table["added"].elements
            #expect(after.filter { !before.contains($0) }.count == new.count, "\(view)")
            #expect(before.filter { !after.contains($0) }.count == old, "\(view)")
            #expect(new.allSatisfy { after.contains($0) }, "\(view)")
        }
    }

    @Test func oneMomentHasNoDifference() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let same = try await workspace.run(.audit, ["diff", "9", "9"])
        #expect(same.status == 0, "\(same)")
        #expect(same.output == "no difference between positions 9 and 9\n")
        let backwards = try await workspace.run(.audit, ["diff", "9", "8"])
        #expect(backwards.status == 64, "\(backwards)")
        let unknown = try await workspace.run(.audit, ["diff", "1", "9", "no_such_table"])
        #expect(unknown.status == 64, "\(unknown)")
        #expect(unknown.complaint.contains("dr_tests, test_results"), "\(unknown)")
    }
}
