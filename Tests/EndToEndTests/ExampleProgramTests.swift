import Foundation
import Testing

/// The example program of ResilientStorage, run as its documentation says.
@Suite(.timeLimit(.minutes(3))) struct ExampleProgramTests {
    private static let sentences = [
        "The primary serves a write.",
        "The primary is stopped. A write is deferred: it is safe in a queue on the local disk.",
        "So is the next one.",
        "A read finds it there.",
        "The secondary takes over.",
        "It has what was deferred.",
        "It serves a write.",
        "The primary is back, and serves again.",
        "Nothing waits in a queue.",
        "Users were told of the outage, and of its end.",
        "The primary has all 3 objects.",
        "The secondary has the same.",
        "A full backup copies all 3.",
        "One changes.",
        "An incremental backup copies that one.",
        "All 3 objects are read back from it.",
        "None of them is damaged.",
        "They are restored into an empty bucket.",
        "It has the bytes of the primary.",
    ]

    @Test func theExampleSeesAllThatItSaysAndLeavesNothing() async throws {
        let workspace = try Workspace()
        let temporary = try workspace.makeTemporaryFolder()
        try await inDrillPlace {
            let example = try workspace.start(
                path: Program.example, [], environment: ["TMPDIR": temporary])
            // Three storages, and a receiver of notices.
            let ports = try await example.portsWhenThereAre(4)
            let during = try FileManager.default.contentsOfDirectory(atPath: temporary)
            #expect(during.count == 1)
            let children = Leftovers.descendants(of: example.pid)
            let run = try await example.finish(within: .seconds(60))
            #expect(run.status == 0, "\(run)")
            #expect(run.lines == Self.sentences, "\(run)")
            #expect(run.complaint == "", "\(run)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
            #expect(children == [])
            #expect(Leftovers.ports().isDisjoint(with: ports))
        }
    }

    /// There is nowhere to store anything, so nothing can be shown.
    @Test func whatIsNotSeenIsNotSaid() async throws {
        let workspace = try Workspace()
        let file = try workspace.write("not a folder", to: "file")
        let run = try await workspace.start(
            path: Program.example, [], environment: ["TMPDIR": file]
        ).finish(within: .seconds(60))
        #expect(run.status == 1, "\(run)")
        #expect(run.output == "", "\(run)")
        #expect(run.complaint.hasPrefix("Error: "), "\(run)")
    }
}

extension Workspace {
    fileprivate func makeTemporaryFolder() throws -> String {
        let path = folder + "/temporary"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }
}

extension RunningProgram {
    /// The ports on which it listens, as soon as there are so many.
    fileprivate func portsWhenThereAre(_ count: Int) async throws -> Set<Int> {
        let deadline = ContinuousClock.now + .seconds(20)
        while isRunning, ContinuousClock.now < deadline {
            let ports = Leftovers.ports(of: pid)
            if ports.count == count { return ports }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure(description: "it did not listen on \(count) ports:\n\(text)")
    }
}
