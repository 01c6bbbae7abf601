import Foundation
import Testing

/// Events that leave the log for an archive, and what can still be shown of them.
@Suite(.timeLimit(.minutes(3))) struct AuditArchiveTests {
    @Test func whatWasArchivedIsStillVerifiedWithTheArchiveAndWithout() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let root = try await workspace.verifiedAsJSON()["root"]
        let count = try await workspace.events().count
        let archive = workspace.folder + "/archive"
        let moved = try await workspace.archive(to: archive)
        #expect(moved["first_position"].double == Double(count + 1))
        #expect(moved["segments"].elements.map { $0["first"].double } == [1])
        #expect(moved["segments"].elements.map { $0["last"].double } == [Double(count)])
        #expect(moved["segments"].elements.map { $0["root"] } == [root])

        let without = try await workspace.verifiedAsJSON()
        #expect(without["events"].double == Double(count + 1))
        let with = try await workspace.run(.audit, ["verify", "--archive", archive, "--json"])
        #expect(with.status == 0, "\(with)")
        let document = try JSON(parsing: with.output)["archive"]
        #expect(document["segments"].double == 1)
        #expect(document["last"].double == Double(count))

        // Everything went already.
        let again = try await workspace.archive(to: archive, before: count)
        #expect(again["segments"] == .array([]))
        #expect(try await workspace.verifiedAsJSON() == without)
    }

    @Test func aChangedArchiveIsFoundByWhoeverBringsIt() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let archive = workspace.folder + "/archive"
        let moved = try await workspace.archive(to: archive)
        let name = try #require(moved["segments"].elements.first?["name"].text)
        let file = URL(filePath: "\(archive)/\(name)")
        var bytes = Array(try Data(contentsOf: file))
        let index = bytes.count / 2
        bytes[index] ^= 1
        try Data(bytes).write(to: file)
        let command = ["verify", "--archive", archive]
        let changed = try await workspace.run(.audit, command)
        #expect(changed.status == 3, "\(changed)")
        #expect(changed.output.contains("NOT INTACT: archive: positions 1 to "), "\(changed)")
        try FileManager.default.removeItem(at: file)
        let missing = try await workspace.run(.audit, command)
        #expect(missing.status == 3, "\(missing)")
        // The hashes in the log do not need it.
        try await workspace.expectIntact()
        bytes[index] ^= 1
        try Data(bytes).write(to: file)
        let whole = try await workspace.run(.audit, command)
        #expect(whole.status == 0, "\(whole)")
    }

    @Test func aSecondPartGoesOnFromTheTablesOfTheFirst() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let archive = workspace.folder + "/archive"
        _ = try await workspace.archive(to: archive)
        try await workspace.runSomethingShort()
        let second = try await workspace.archive(to: archive)
        #expect(second["segments"].elements.count == 1)
        let verify = try await workspace.run(.audit, ["verify", "--archive", archive])
        #expect(verify.status == 0, "\(verify)")
    }

    @Test func aDumpThatWasChangedIsFoundToo() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let archive = workspace.folder + "/archive"
        _ = try await workspace.archive(to: archive)
        let names = try FileManager.default.contentsOfDirectory(atPath: archive)
        for name in names where !name.hasSuffix(".segment") {
            let file = URL(filePath: "\(archive)/\(name)")
            let whole = try Data(contentsOf: file)
            var changed = whole
            changed.append(0)
            try changed.write(to: file)
            let verify = try await workspace.run(.audit, ["verify", "--archive", archive])
            #expect(verify.status == 3, "\(verify)")
            #expect(verify.output.contains("NOT INTACT: archive: "), "\(verify)")
            try whole.write(to: file)
        }
        #expect(names.count == 3)
    }

    @Test func aCommandForWhatHasGoneAlreadyFindsNothingToDo() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let archive = workspace.folder + "/archive"
        let first = try await workspace.archive(to: archive)["first_position"]
        for moment in ["2", "2000-01-01", "2100-01-01"] {
            let again = try await workspace.run(
                .audit, ["archive", "--before", moment, "--to", archive])
            #expect(again.status == 0, "\(again)")
            #expect(again.output.hasPrefix("nothing left the log"), "\(again)")
        }
        #expect(try await workspace.archive(to: archive)["first_position"] == first)
    }

    @Test func anArchiveThatWouldBeLostWithTheLogIsRefused() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let before = try contents(ofFolder: workspace.data)
        for folder in ["", "/archive", "/log/../keys/a"] {
            let run = try await workspace.run(
                .audit, ["archive", "--before", "9999", "--to", workspace.data + folder])
            #expect(run.status == 64, "\(run)")
            #expect(run.complaint.contains("inside the data directory"), "\(run)")
        }
        #expect(try contents(ofFolder: workspace.data) == before)
    }

    @Test func aBucketHasToBeNamedByTheEnvironment() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try await ArchivePlace.sandbox.open(in: workspace) { place, environment in
            _ = try await workspace.archive(to: place, environment: environment)
            let command = ["verify", "--archive", place]
            let mute = try await workspace.run(.audit, command)
            #expect(mute.status == 64, "\(mute)")
            #expect(mute.complaint.contains("R2_ENDPOINT is not set"), "\(mute)")
            let rebuild = try await workspace.run(
                .projections, ["rebuild", "--archive", place])
            #expect(rebuild.status == 64, "\(rebuild)")
            // That it cannot be reached is no finding.
            let away = environment.merging(["R2_ENDPOINT": "http://127.0.0.1:9"]) { $1 }
            let unreachable = try await workspace.run(.audit, command, environment: away)
            #expect(unreachable.status == 70, "\(unreachable)")
            #expect(!unreachable.output.contains("NOT INTACT"), "\(unreachable)")
        }
    }
}

extension Workspace {
    /// A run that is over at once, and shows nothing.
    func runSomethingShort() async throws {
        let target = """
            name: experiments
            kind: embedded
            environment: test
            allow:
              processes: ["/usr/bin/true"]
            """
        let experiment = """
            {"title": "Nothing", "description": "Over at once.", "method": [{"type": "probe",
             "name": "nothing", "provider": {"type": "process", "path": "/usr/bin/true"}}]}
            """
        let run = try await run(
            .runner,
            [
                "run", write(experiment, to: "nothing.json"), "--target",
                write(target, to: "nothing.yaml"),
            ])
        #expect(run.status == 2, "\(run)")
    }

    /// Archives all that may go.
    ///
    /// - Returns: what the command says of it.
    func archive(
        to place: String, before position: Int = 1_000_000, environment: [String: String] = [:]
    ) async throws -> JSON {
        let command = ["archive", "--before", "\(position)", "--to", place, "--json", "--by", "me"]
        let archive = try await run(.audit, command, environment: environment)
        try #require(archive.status == 0, "\(archive)")
        return try JSON(parsing: archive.output)
    }
}
