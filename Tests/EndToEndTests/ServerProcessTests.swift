import Foundation
import StorageServers
import Testing

/// The servers beside the tests.
@Suite(.timeLimit(.minutes(1))) struct ServerProcessTests {
    /// Exit tests wait for any child: one that has ended and is never collected would be all they
    /// ever see.
    @Test func aKilledServerDoesNotKeepOthersFromBeingWaitedFor() async throws {
        let folder = NSTemporaryDirectory() + "dr-server-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let server = try ServerProcess("/bin/sleep", ["1000"], folder: folder)
        while !FileManager.default.fileExists(atPath: server.log + ".pid") {
            try await Task.sleep(for: .milliseconds(5))
        }
        try await server.kill()
        #expect(server.hasEnded)
        // What it started has time to end as well.
        try await Task.sleep(for: .milliseconds(300))
        await #expect(processExitsWith: .success) {}
        withExtendedLifetime(server) {}
    }
}
