import Foundation
import Testing

/// A log whose beginning has left it: with the archive all is as it was before, and without it all
/// that hashes and the tables beside the log can tell.
@Suite(.timeLimit(.minutes(5))) struct ArchivedLogTests {
    private static let tables = ["dr_tests", "test_results", "test_logs", "test_scenarios"]

    /// What commands print about the events of a log up to one position.
    private struct Sight: Equatable {
        let replay: [String]
        let test: [String]
        /// The tables at the middle of the log, and at its end.
        let past: [String]
        let present: [String]
        let difference: String
        /// Up to the moment of an event in the middle.
        let moment: [String]

        init(
            _ workspace: Workspace, upTo last: Int, moment time: String,
            _ options: [String] = [], _ environment: [String: String] = [:]
        ) async throws {
            let see: ([String], Int32) async throws -> Finished = { arguments, status in
                let run = try await workspace.run(
                    .audit, arguments + options, environment: environment)
                try #require(run.status == status, "\(run)")
                return run
            }
            let (middle, end) = ("\(last / 2)", "\(last)")
            replay = try await see(["replay", "--at", end], 0).lines
            test = try await see(["replay", "--test", "2", "--at", end], 0).lines
            moment = try await see(["replay", "--at", time], 0).lines
            var (past, present): ([String], [String]) = ([], [])
            for table in ArchivedLogTests.tables {
                past.append(try await see(["show", table, "--at", middle], 0).output)
                present.append(try await see(["show", table, "--at", end], 0).output)
            }
            (self.past, self.present) = (past, present)
            difference = try await see(["diff", middle, end], 1).output
        }
    }

    /// When an event was recorded, as exactly as it is known.
    private func moment(of position: Int, in workspace: Workspace) async throws -> String {
        let export = try await workspace.run(
            .audit,
            [
                "export", "--format", "cloudevents", "--from", "\(position)", "--to",
                "\(position)",
            ])
        return try #require(try JSON(parsing: export.output)["recordedtime"].text)
    }

    @Test(arguments: ArchivePlace.allCases)
    func withTheArchiveAllIsAsBefore(place: ArchivePlace) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let last = try await workspace.events().count
        let moment = try await moment(of: last / 3, in: workspace)
        let before = try await Sight(workspace, upTo: last, moment: moment)
        try await place.open(in: workspace) { archive, environment in
            _ = try await workspace.archive(to: archive, environment: environment)
            let option = ["--archive", archive]
            let after = try await Sight(
                workspace, upTo: last, moment: moment, option, environment)
            #expect(after == before)

            let verify = try await workspace.run(
                .audit, ["verify"] + option, environment: environment)
            #expect(verify.status == 0, "\(verify)")
            #expect(verify.lines.contains("positions 1 to \(last): archived"), "\(verify)")
            let compared = "archive: 1 segment compared, up to position \(last)"
            #expect(verify.lines.contains(compared), "\(verify)")
            try await proves(last / 2, in: workspace, option, environment)

            let without = try await rebuilt(workspace)
            #expect(try await rebuilt(workspace, option, environment) == without)
            #expect(without.count > 4)
        }
    }

    private func proves(
        _ position: Int, in workspace: Workspace, _ option: [String],
        _ environment: [String: String]
    ) async throws {
        let file = workspace.folder + "/one.tlog-proof"
        let prove = try await workspace.run(
            .audit, ["prove", "\(position)", "--output", file] + option,
            environment: environment)
        #expect(prove.status == 0, "\(prove)")
        let key = workspace.data + "/keys/checkpoint.pub"
        let check = try await workspace.run(.audit, ["check", file, "--key", key])
        #expect(check.status == 0, "\(check)")
        #expect(check.lines.contains("position \(position)"), "\(check)")
    }

    /// The tables, built anew: names, positions, numbers of rows and digests.
    private func rebuilt(
        _ workspace: Workspace, _ options: [String] = [], _ environment: [String: String] = [:]
    ) async throws -> [JSON] {
        let rebuild = try await workspace.run(
            .projections, ["rebuild", "--json"] + options, environment: environment)
        try #require(rebuild.status == 0, "\(rebuild)")
        return try JSON(parsing: rebuild.output)["tables"].elements
    }

    @Test func withoutTheArchiveTheTablesGoOnAndThePastIsSaidToBeArchived() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let last = try await workspace.events().count
        let moment = try await moment(of: last / 3, in: workspace)
        let before = try await Sight(workspace, upTo: last, moment: moment)
        _ = try await workspace.archive(to: workspace.folder + "/archive")
        for (table, shown) in zip(Self.tables, before.present) {
            let show = try await workspace.run(.audit, ["show", table, "--at", "\(last)"])
            #expect(show.output == shown, "\(show)")
            let stored = try await workspace.run(.projections, ["show", table])
            #expect(
                try JSON(parsing: stored.output)["rows"] == JSON(parsing: shown)["rows"],
                "\(stored)")
        }
        for command in [
            ["replay"], ["replay", "--test", "2"], ["replay", "--at", moment],
            ["replay", "--from", "\(last)"],
            ["show", "dr_tests", "--at", "\(last / 2)"], ["diff", "\(last / 2)", "\(last)"],
            ["export", "--format", "csv"], ["prove", "\(last / 2)"],
        ] {
            let run = try await workspace.run(.audit, command)
            #expect(run.status == 4, "\(run)")
            #expect(run.complaint.contains("give --archive"), "\(run)")
            #expect(run.output == "", "\(run)")
        }
        let replay = try await workspace.run(.audit, ["replay", "--from", "\(last + 1)"])
        #expect(replay.lines.compactMap { ReplayedEvent($0)?.name } == ["segment_archived"])
        let verify = try await workspace.run(.audit, ["verify"])
        #expect(verify.status == 0, "\(verify)")
        let said =
            "positions 1 to \(last): archived, checked by their stored hashes alone; see --archive"
        #expect(verify.lines.contains(said), "\(verify)")
        #expect(try await workspace.verifiedAsJSON()["archived_size"].double == Double(last))
    }

    @Test func theTablesOfABackupNeedNoArchive() async throws {
        let workspace = try await CompletedRun.shared.copy()
        _ = try await workspace.archive(to: workspace.folder + "/archive")
        let rows = try await workspace.rows(of: "test_results")
        let backup = workspace.folder + "/backup"
        let made = try await workspace.run(.audit, ["backup", backup])
        #expect(made.status == 0, "\(made)")
        #expect(try await workspace.rows(of: "test_results", ["--data", backup]) == rows)
        let verify = try await workspace.run(.audit, ["verify", "--data", backup])
        #expect(verify.status == 0, "\(verify)")
    }

    @Test func aTestThatIsRunAfterwardsIsInTheTablesWithTheOldOnes() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let archive = workspace.folder + "/archive"
        _ = try await workspace.archive(to: archive)
        let old = try await workspace.rows(of: "dr_tests")
        try await workspace.runSomethingShort()
        let both = try await workspace.rows(of: "dr_tests")
        #expect(both.count == 2)
        #expect(both.first == old.first)
        #expect(try await workspace.rows(of: "dr_tests", ["--archive", archive]) == both)
        // It can be archived in its turn, after which one dump has both.
        _ = try await workspace.archive(to: archive)
        #expect(try await workspace.rows(of: "dr_tests") == both)
        #expect(try await workspace.rows(of: "dr_tests", ["--archive", archive]) == both)
        #expect(try await rebuilt(workspace) == rebuilt(workspace, ["--archive", archive]))
    }
}
