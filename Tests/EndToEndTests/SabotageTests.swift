import Foundation
import Testing

/// The scenario notices each part that is broken on purpose, at the step that tests it.
@Suite(.timeLimit(.minutes(10))) struct SabotageTests {
    private struct Sabotage: Sendable {
        let name: String
        let step: String

        init(_ name: String, _ step: String) { (self.name, self.step) = (name, step) }
    }

    /// What takes longest comes first.
    private static let all = [
        Sabotage("breaker-never-closes", "Verify service recovery"),
        Sabotage("breaker-never-opens", "Trigger circuit breaker"),
        Sabotage("fault-not-injected", "Block all R2 operations"),
        Sabotage("notifier-silent", "Test user notifications"),
        Sabotage("lease-not-lifted", "Restore R2 service"),
        Sabotage("fail-fast-still-calls", "Trigger circuit breaker"),
        Sabotage("queue-drops-writes", "Verify operation queueing"),
        Sabotage("queue-reorders", "Process queued operations"),
        Sabotage("queue-duplicates", "Process queued operations"),
        Sabotage("ack-before-durable", "Verify operation queueing"),
        Sabotage("notifier-always", "Test user notifications"),
    ]

    @Test func everySabotageMakesItsStepFail() async throws {
        try await forEachInPairs(Self.all) { sabotage in
            let workspace = try Workspace()
            let run = try await workspace.drill([
                "1", "--json", "--sabotage", sabotage.name,
                "--set", "detection=5s", "--set", "recovery=12s",
            ])
            print("\(sabotage.name) took \(run.took)")
            #expect(run.status == 1 || run.status == 2, "\(run)")
            let document = try JSON(parsing: run.output)
            let red = document["results"].elements.filter { $0["verdict"].text != "passed" }
            let names = red.compactMap { $0["test_name"].text }
            #expect(names.contains(sabotage.step), "\(sabotage.name): \(names)")
            #expect(red.allSatisfy { $0["error_message"].text?.isEmpty == false })
            let test = document["test"]
            #expect(test["status"].text == "failed", "\(sabotage.name)")
            #expect(["failed", "inconclusive"].contains(test["verdict"].text))
            #expect(test["purpose"].text == "proof", "\(sabotage.name)")
            #expect(test["test_config"]["sabotage"].text == sabotage.name)
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [], "\(sabotage.name)")
        }
    }

    /// A new one cannot be forgotten above: the help names them all.
    @Test func everySabotageIsTried() async throws {
        let help = try await Workspace().run(.runner, ["run", "--sabotage", "none", "1"])
        #expect(help.status == 64, "\(help)")
        let list = try #require(help.complaint.components(separatedBy: "accepted: ").last)
        let known = list.trimmingCharacters(in: .newlines).components(separatedBy: ", ")
        #expect(Set(known) == Set(Self.all.map(\.name)))
    }
}

/// What is sound never turns red: two runs, or twenty if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(10))) struct CleanRunsSoakTests {
    @Test func aSoundSystemPassesEachTime() async throws {
        try await forEachInPairs(Array(0..<Effort.count(2, soak: 20))) { number in
            let workspace = try Workspace()
            let seed = Seed.value &+ UInt64(number)
            let run = try await workspace.drill(["1", "--seed", "\(seed)"])
            #expect(run.status == 0, "seed \(seed): \(run)")
            try await workspace.expectIntact()
        }
    }
}
