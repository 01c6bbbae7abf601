import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// An auditor with a user id of his own, who may read a copy and write nothing of it.
@Suite(
    .enabled(if: OtherUser.isPossible, "Only root can become another user."),
    .timeLimit(.minutes(3)))
struct AuditReaderTests {
    @Test func anotherUserChecksACopyAndLeavesItAsItWas() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let commands = [["verify"], ["verify", "--json"], ["replay"], ["show", "dr_tests"]]
        var expected: [String] = []
        for command in commands { expected.append(try await workspace.run(.audit, command).output) }
        try workspace.letOthersRead()
        let before = try contents(ofFolder: workspace.data)
        for (command, output) in zip(commands, expected) {
            let run = try await workspace.runAsOther(.audit, command)
            #expect(run.status == 0, "\(run)")
            #expect(run.output == output, "\(run)")
            #expect(run.complaint == "", "\(run)")
        }
        #expect(try contents(ofFolder: workspace.data) == before)
    }

    @Test func aCopyWithoutALockFileIsCheckedTheSameWay() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let lock = workspace.data + "/log/lock.mdb"
        try FileManager.default.removeItem(atPath: lock)
        try workspace.letOthersRead()
        let verify = try await workspace.runAsOther(.audit, ["verify"])
        #expect(verify.status == 0, "\(verify)")
        #expect(!FileManager.default.fileExists(atPath: lock))
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func anotherUserFindsWhatWasChanged() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try await workspace.damage(["cut", "5"])
        try workspace.letOthersRead()
        let verify = try await workspace.runAsOther(.audit, ["verify"])
        #expect(verify.status == 3, "\(verify)")
    }

    /// Not being allowed to look is no finding.
    @Test func aFileThatMayNotBeReadIsSaidToBeThat() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try workspace.letOthersRead()
        chmod(workspace.data + "/log/data.mdb", 0o600)
        for arguments in [["verify"], ["replay"]] {
            let run = try await workspace.runAsOther(.audit, arguments)
            #expect(run.status == 70, "\(run)")
            #expect(run.complaint.contains("data.mdb cannot be read: Permission denied"), "\(run)")
            #expect(run.output == "")
        }
    }

    @Test func aFolderThatMayNotBeEnteredIsSaidToBeThat() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try workspace.letOthersRead()
        chmod(workspace.data + "/log", 0o700)
        for arguments in [["verify"], ["replay"], ["checkpoint"]] {
            let run = try await workspace.runAsOther(.audit, arguments)
            #expect(run.status == 70, "\(run)")
            #expect(run.complaint.contains("data.mdb cannot be read: Permission denied"), "\(run)")
        }
    }

    @Test func aKeyThatMayNotBeReadIsAskedFor() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let key = try String(
            contentsOfFile: workspace.data + "/keys/checkpoint.pub", encoding: .utf8)
        try workspace.letOthersRead()
        for folder in [workspace.data + "/keys", workspace.outside] { chmod(folder, 0o700) }
        let verify = try await workspace.runAsOther(.audit, ["verify"])
        #expect(verify.status == 64, "\(verify)")
        #expect(verify.complaint.contains("give the public key with --key"), "\(verify)")
        let given = try await workspace.runAsOther(
            .audit, ["verify", "--key", key.trimmingCharacters(in: .newlines)])
        #expect(given.status == 0, "\(given)")
        let anchor = try #require(given.lines.first { $0.hasPrefix("not anchored outside: ") })
        #expect(anchor.hasSuffix("/checkpoint cannot be read: Permission denied"))
    }

    @Test func whatWritesIsRefused() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try workspace.letOthersRead()
        let before = try contents(ofFolder: workspace.data)
        for command in [["checkpoint"], ["rotate-key", "--reason", "mine"]] {
            let run = try await workspace.runAsOther(.audit, command)
            #expect(run.status == 70, "\(run)")
            #expect(run.complaint.contains("Permission denied"), "\(run)")
        }
        #expect(try contents(ofFolder: workspace.data) == before)
    }
}

/// The user that owns nothing.
enum OtherUser {
    static let command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    /// Where the programs may lie where that user cannot reach them, there is nothing to test.
    static let isPossible: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command + [Program.audit.path, "--version"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return false
        }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}

extension Workspace {
    func runAsOther(_ program: Program, _ arguments: [String]) async throws -> Finished {
        let all = OtherUser.command + [program.path] + arguments
        return try await start(path: "/usr/bin/env", all).finish(within: .seconds(60))
    }

    /// As an owner would, who hands out a copy: all but the key that signs.
    func letOthersRead() throws {
        for path in [folder, URL(filePath: folder).deletingLastPathComponent().path] {
            chmod(path, 0o755)
        }
        for top in [data, outside] {
            chmod(top, 0o755)
            for name in try FileManager.default.subpathsOfDirectory(atPath: top) {
                let path = "\(top)/\(name)"
                var status = stat()
                guard stat(path, &status) == 0 else { continue }
                let isFolder = status.st_mode & S_IFMT == S_IFDIR
                chmod(path, isFolder ? 0o755 : 0o644)
            }
        }
        chmod(data + "/keys/checkpoint.key", 0o600)
    }
}
