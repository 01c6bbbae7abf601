import Foundation
import S3
import S3Sandbox
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

    @Test func aBucketIsAnArchiveToo() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try await Self.withBucket(named: "evidence", in: workspace) { environment in
            let place = "s3://evidence/logs/one"
            let moved = try await workspace.archive(to: place, environment: environment)
            #expect(moved["segments"].elements.count == 1)
            let command = ["verify", "--archive", place]
            let verify = try await workspace.run(.audit, command, environment: environment)
            #expect(verify.status == 0, "\(verify)")
            let mute = try await workspace.run(.audit, command)
            #expect(mute.status == 64, "\(mute)")
            #expect(mute.complaint.contains("R2_ENDPOINT is not set"), "\(mute)")
            // That it cannot be reached is no finding.
            let away = environment.merging(["R2_ENDPOINT": "http://127.0.0.1:9"]) { $1 }
            let unreachable = try await workspace.run(.audit, command, environment: away)
            #expect(unreachable.status == 70, "\(unreachable)")
            #expect(!unreachable.output.contains("NOT INTACT"), "\(unreachable)")
        }
    }

    /// A bucket on this machine, and what the environment says of it.
    private static func withBucket(
        named name: String, in workspace: Workspace,
        _ body: ([String: String]) async throws -> Void
    ) async throws {
        let credentials = S3Credentials(
            accessKeyID: "AKARCHIVE", secretAccessKey: "sandbox-secret-for-tests")
        let sandbox = try await SandboxServer(
            directory: workspace.folder + "/bucket", credentials: credentials)
        let client = try S3Client(
            S3Configuration(endpoint: sandbox.endpoint, credentials: credentials))
        let result: Result<Void, any Error>
        do {
            try await client.createBucket(name)
            result = .success(
                try await body([
                    "R2_ENDPOINT": "\(sandbox.endpoint)",
                    "R2_ACCESS_KEY_ID": credentials.accessKeyID,
                    "R2_SECRET_ACCESS_KEY": credentials.secretAccessKey,
                ]))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        await sandbox.stop()
        try result.get()
    }
}

extension Workspace {
    /// Archives all that may go.
    ///
    /// - Returns: what the command says of it.
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

    func archive(
        to place: String, before position: Int = 1_000_000, environment: [String: String] = [:]
    ) async throws -> JSON {
        let command = ["archive", "--before", "\(position)", "--to", place, "--json", "--by", "me"]
        let archive = try await run(.audit, command, environment: environment)
        try #require(archive.status == 0, "\(archive)")
        return try JSON(parsing: archive.output)
    }
}
