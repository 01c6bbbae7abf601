import Foundation
import Testing

/// An older copy was put in the place of a log whose head is kept outside.
@Suite struct HeadRefusalTests {
    private static let commands: [(Program, [String])] = [
        (.runner, ["run", "3"]), (.runner, ["list"]), (.runner, ["cancel", "2"]),
        (.runner, ["doctor"]), (.projections, ["rebuild"]), (.projections, ["show", "dr_tests"]),
        (.projections, ["status"]), (.report, []), (.nightly, []),
        (.compliance, ["--framework", "soc2", "--period", "2026-Q4"]), (.audit, ["replay"]),
        (.audit, ["checkpoint"]),
        (.audit, ["rotate-key", "--reason", "it is time", "--by", "me"]),
        (.server, ["serve", "--port", "0"]),
        (.server, ["token", "--role", "viewer", "--subject", "me"]),
    ]

    @Test func noProgramGoesOnFromIt() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let (log, older) = (workspace.data + "/log", workspace.folder + "/older")
        let files = FileManager.default
        try files.copyItem(atPath: log, toPath: older)
        try await workspace.rotateKey()
        try files.removeItem(atPath: log)
        try files.moveItem(atPath: older, toPath: log)
        let state = workspace.folder + "/state"
        try files.createDirectory(atPath: state, withIntermediateDirectories: true)
        try files.createSymbolicLink(
            atPath: state + "/dr-testing", withDestinationPath: workspace.outside)
        // The heads are found where they are by default, too.
        let environments: [[String: String]] = [
            [:], ["DR_CHECKPOINT_DIR": "", "XDG_STATE_HOME": state],
        ]
        for environment in environments {
            for (program, arguments) in Self.commands {
                let refused = try await workspace.run(
                    program, arguments, environment: environment)
                #expect(refused.status == 3, "\(refused)")
                #expect(refused.complaint.contains("dr-audit reopen"), "\(refused)")
                #expect(refused.output == "", "\(refused)")
            }
        }
    }

    /// Files may not grow beyond 20 kB, which ends as a full disk does.
    @Test func aBackupForWhichThereIsNoRoomLeavesNothing() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let target = workspace.folder + "/backup"
        let limited = [
            "-c", "trap '' XFSZ; ulimit -f 40; exec \"$@\"", "sh", Program.audit.path, "backup",
            target,
        ]
        let failed = try await workspace.start(path: "/bin/sh", limited).finish()
        #expect(failed.status == 70, "\(failed)")
        #expect(failed.complaint.contains("no room"), "\(failed)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
        // So that the next one is not in its own way.
        let backup = try await workspace.run(.audit, ["backup", target])
        #expect(backup.status == 0, "\(backup)")
        try await workspace.expectIntact()
    }
}
