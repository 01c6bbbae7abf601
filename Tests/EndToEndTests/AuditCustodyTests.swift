import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// What becomes of a log that is copied, lost and restored.
@Suite(.timeLimit(.minutes(3))) struct AuditCustodyTests {
    @Test func aBackupIsALogOfItsOwnWithTheSameRoot() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let target = workspace.folder + "/backup"
        let backup = try await workspace.run(.audit, ["backup", target, "--json"])
        #expect(backup.status == 0, "\(backup)")
        #expect(backup.complaint == "")
        let document = try JSON(parsing: backup.output)
        let original = try await workspace.verifiedAsJSON()
        #expect(document["root"] == original["root"])
        #expect(document["events"] == original["events"])

        let copy = ["DR_DATA": target]
        let copied = try await workspace.verifiedAsJSON(environment: copy)
        for name in ["log", "events", "root", "checkpoints", "sealed_size", "outside_size"] {
            #expect(copied[name] == original[name], "\(name)")
        }
        let (here, there) = (
            try await workspace.run(.audit, ["replay"]),
            try await workspace.run(.audit, ["replay"], environment: copy)
        )
        #expect(there.output == here.output)
        var key = stat()
        #expect(stat(target + "/keys/checkpoint.key", &key) == 0)
        #expect(key.st_mode & 0o777 == 0o600)
    }

    @Test func aBackupOverwritesNothingAndIsNeverInsideTheData() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try FileManager.default.createDirectory(
            atPath: workspace.folder + "/full", withIntermediateDirectories: true)
        try workspace.write("mine", to: "full/file")
        for target in [workspace.folder + "/full", workspace.data + "/backup", workspace.data] {
            let before = try contents(ofFolder: workspace.folder + "/full")
            let backup = try await workspace.run(.audit, ["backup", target])
            #expect(![0, 3].contains(backup.status), "\(backup)")
            #expect(backup.complaint.hasPrefix("dr-audit: "), "\(backup)")
            #expect(try contents(ofFolder: workspace.folder + "/full") == before)
        }
        #expect(!FileManager.default.fileExists(atPath: workspace.data + "/backup"))
        try await workspace.expectIntact()
    }

    /// Restored honestly: the log says what it had to go on without.
    @Test func aRestoredLogIsRefusedUntilItIsReopened() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let backup = workspace.folder + "/backup"
        let made = try await workspace.run(.audit, ["backup", backup])
        try #require(made.status == 0, "\(made)")
        let size = try await workspace.events().count
        try await workspace.rotateKey()
        let files = FileManager.default
        try files.removeItem(atPath: workspace.data)
        try files.moveItem(atPath: backup, toPath: workspace.data)

        for arguments in [["replay"], ["show", "dr_tests"], ["checkpoint"]] {
            let refused = try await workspace.run(.audit, arguments)
            #expect(refused.status == 3, "\(refused)")
            // Both heads, and what to do.
            for words in ["\(size) events", "\(size + 1) events", "dr-audit reopen"] {
                #expect(refused.complaint.contains(words), "\(refused)")
            }
            #expect(refused.output == "")
        }
        #expect(try await workspace.run(.audit, ["verify"]).status == 3)

        let silent = try await workspace.run(.audit, ["reopen", "--reason", " "])
        #expect(silent.status == 64, "\(silent)")
        let reopened = try await workspace.run(
            .audit, ["reopen", "--reason", "the disk died", "--by", "me"])
        #expect(reopened.status == 0, "\(reopened)")
        let events = try await workspace.events()
        #expect(events.count == size + 1)
        #expect(events.last?.name == "log_reopened")
        #expect(reopened.lines.first?.hasSuffix("/1") == true, "\(reopened)")
        try await workspace.expectIntact()

        let again = try await workspace.run(.audit, ["reopen", "--reason", "again"])
        #expect(again.status == 4, "\(again)")
        #expect(try await workspace.events() == events)
    }
}

extension Workspace {
    /// What `verify --json` says of a log that is intact.
    func verifiedAsJSON(
        environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let verify = try await run(.audit, ["verify", "--json"], environment: environment)
        #expect(verify.status == 0, "\(verify)", sourceLocation: sourceLocation)
        return try JSON(parsing: verify.output)
    }
}
