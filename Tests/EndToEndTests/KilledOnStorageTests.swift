import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A runner that is killed while it drills storages of others leaves objects in them. Whoever looks
/// next removes them, from every storage.
@Suite(.timeLimit(.minutes(10))) struct KilledOnStorageTests {
    private struct Place: Sendable {
        let drill: BuiltinDrill
        /// Counted from 1.
        let step: Int
        /// The storages that hold objects of the drill by then.
        let roles: Set<String>
    }

    private static let restore = Place(drill: .backup, step: 5, roles: ["primary", "backup"])
    private static let takeover = Place(
        drill: .failover, step: 3, roles: ["primary", "secondary"])

    @Test func doctorRemovesWhatAKilledRunnerLeftInEveryStorage() async throws {
        for place in [Self.restore, Self.takeover] {
            try await Self.afterAKill(in: place) { workspace, target, sites in
                let look = try await workspace.run(.runner, ["doctor", "--target", target])
                #expect(look.status == 1, "\(look)")
                let clear = try await workspace.run(
                    .runner, ["doctor", "--clear", "--target", target])
                #expect(clear.status == 0, "\(clear)")
                #expect(try await sites.keysOfDrills() == [:], "\(place.drill.name)")
                let test = try await workspace.test()
                #expect(test["status"].text == "failed", "\(place.drill.name)")
                #expect(test["verdict"].text == "inconclusive", "\(place.drill.name)")
                try await workspace.expectIntact()
                #expect(workspace.leftOfRuns == [], "\(place.drill.name)")
            }
        }
    }

    @Test func theNextRunOnTheSameStoragesClosesTheLostOneAndPasses() async throws {
        try await Self.afterAKill(in: Self.restore) { workspace, target, sites in
            let next = try await workspace.drill(Self.restore.drill, ["--target", target])
            #expect(next.status == 0, "\(next)")
            #expect(
                next.complaint.contains("test 2 was closed: its runner was lost"), "\(next)")
            let tests = try await workspace.rows(of: "dr_tests")
            #expect(tests.map { $0["status"].text } == ["failed", "completed"])
            #expect(try await sites.keysOfDrills() == [:])
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [])
        }
    }

    /// Kills a runner in a step, and sees that it left objects.
    private static func afterAKill(
        in place: Place, _ body: (Workspace, String, SandboxSites) async throws -> Void
    ) async throws {
        try await SandboxSites.use { sites in
            let workspace = try Workspace()
            let target = try workspace.write(sites.target(), to: "target.yaml")
            // This process serves the storages too.
            try await inDrillPlace(alone: true) {
                let run = try workspace.start(
                    .runner, ["run", "\(place.drill.number)", "--target", target])
                try await run.wait(forLine: "> \(place.step) ", within: .seconds(120))
                run.send(SIGKILL)
                #expect(try await run.finish(within: .seconds(10)).status == -SIGKILL)
            }
            let left = try await sites.keysOfDrills()
            #expect(place.roles.isSubset(of: left.keys), "\(place.drill.name): \(left.keys)")
            try await body(workspace, target, sites)
        }
    }
}
