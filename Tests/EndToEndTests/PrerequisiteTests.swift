import Foundation
import S3
import Testing

/// What a scenario needs is looked at before anything is broken. If it is not there, nothing is
/// broken, nothing is judged, and what was seen is said.
@Suite(.timeLimit(.minutes(10))) struct PrerequisiteTests {
    private struct Case: Sendable {
        let drill: BuiltinDrill
        /// What is not met.
        let prerequisite: String
        /// What is said of it.
        let observed: String
        var arguments: [String] = []
        /// The text of the scenario, if it is not as it comes with the runner.
        var scenario: (@Sendable () throws -> String)?
        /// Makes the target, and what is wrong with it; `nil` for the embedded one.
        var target: (@Sendable (SandboxSites) async throws -> String)?
    }

    private static func refusingWrites(
        of role: String
    ) -> @Sendable (SandboxSites) async throws -> String {
        { sites in
            try await sites.refuseWrites(of: role)
            return sites.target()
        }
    }

    /// For a storage system whose breaker opens later than the scenario needs.
    private static func withLateBreaker() throws -> String {
        let file = Repository.root + "/Sources/Engine/Scenario/Builtin/circuit-breaker.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let place = "\nprerequisites:\n"
        try #require(text.contains(place))
        return text.replacingOccurrences(
            of: place, with: "\nsystem: {breaker_failures: 5}" + place)
    }

    /// No target keeps 'queue enabled' and 'monitoring' from being met: the write is deferred
    /// without the storage, and a health check that fails is a sample too. Before 'secondary
    /// available' is looked at, 'failover on' has asked the same of the secondary.
    private static let unmet = [
        Case(
            drill: .outage, prerequisite: "backup available", observed: "403 AccessDenied",
            target: refusingWrites(of: "backup")),
        Case(
            drill: .degradation, prerequisite: "alerting", observed: "none was received",
            arguments: ["--sabotage", "notifier-silent"]),
        Case(
            drill: .breaker, prerequisite: "breaker on", observed: "closed after 3 failed calls",
            scenario: { try Self.withLateBreaker() }),
        // What every scenario needs.
        Case(
            drill: .breaker, prerequisite: "storage is free", observed: "run of-others drills",
            target: { sites in
                let lease = #"{"runKey": "of-others", "expires": 4102444800}"#
                try await sites.client.put(
                    Array(lease.utf8), to: "dr-test/lease.json", in: "primary")
                return sites.target()
            }),
        Case(
            drill: .backup, prerequisite: "backup available", observed: "403 AccessDenied",
            target: refusingWrites(of: "backup")),
        Case(
            drill: .failover, prerequisite: "failover on", observed: "no storage to fail over to",
            target: { $0.target(hasSecondary: false) }),
        Case(
            drill: .failover, prerequisite: "failover on", observed: "403 AccessDenied",
            target: refusingWrites(of: "secondary")),
        // So many in a second that no machine starts them in time.
        Case(
            drill: .performance, prerequisite: "load testing", observed: "late",
            arguments: ["--set", "rate=100000"]),
    ]

    @Test func anUnmetPrerequisiteStopsEachScenarioBeforeAnyFault() async throws {
        try await forEachInPairs(Self.unmet) { example in
            try await SandboxSites.use { sites in
                let workspace = try Workspace()
                var arguments = example.arguments
                if let target = try await example.target?(sites) {
                    arguments += ["--target", try workspace.write(target, to: "target.yaml")]
                }
                let run: Finished
                if let text = try example.scenario?() {
                    let file = try workspace.write(text, to: "scenario.yaml")
                    run = try await workspace.drill([file] + arguments)
                } else {
                    run = try await workspace.drill(example.drill, arguments)
                }
                print("\(example.drill.name) without '\(example.prerequisite)' took \(run.took)")
                try await expectStopped(run, workspace, example)
            }
        }
    }

    private func expectStopped(
        _ run: Finished, _ workspace: Workspace, _ example: Case
    ) async throws {
        #expect(run.status == 2, "\(run)")
        let line = run.lines.first { $0.hasPrefix("? \(example.prerequisite): ") }
        #expect(line?.contains(example.observed) == true, "\(run)")
        let test = try await workspace.test()
        #expect(test["verdict"].text == "inconclusive", "\(run)")
        #expect(test["status"].text == "failed", "\(run)")
        let message = test["error_message"].text ?? ""
        #expect(message.contains("'\(example.prerequisite)' is not met"), "\(message)")
        #expect(message.contains(example.observed), "\(message)")
        let events = try await workspace.events()
        #expect(events.contains { $0.summary == "everything was put back" }, "\(run)")
        try await expectNothingBroken(workspace, events, run)
    }

    private func expectNothingBroken(
        _ workspace: Workspace, _ events: [ReplayedEvent], _ run: Finished
    ) async throws {
        let names = Set(events.map(\.name))
        let deeds: Set = ["fault_planned", "fault_effective", "step_started", "result_recorded"]
        #expect(names.isDisjoint(with: deeds), "\(run)")
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }

    private struct Gap: Sendable {
        let drill: BuiltinDrill
        let cause: String
        let target: @Sendable (SandboxSites) async throws -> String
    }

    /// Whichever prerequisite meets them first.
    private static let gaps = [
        Gap(drill: .backup, cause: "404 NoSuchBucket") { sites in
            try await sites.client.deleteBucket("backup")
            return sites.target()
        },
        Gap(drill: .failover, cause: "Connection refused") { sites in
            try await sites.refuseConnections(of: "secondary")
            return sites.target()
        },
        Gap(drill: .degradation, cause: "Connection refused") { sites in
            try await sites.refuseConnections(of: "primary")
            return sites.target()
        },
    ]

    @Test func aStorageThatIsNotThereStopsAScenarioBeforeAnyFault() async throws {
        try await forEachInPairs(Self.gaps) { gap in
            try await SandboxSites.use { sites in
                let workspace = try Workspace()
                let target = try workspace.write(try await gap.target(sites), to: "target.yaml")
                let run = try await workspace.drill(gap.drill, ["--target", target])
                #expect(run.status == 2, "\(run)")
                let unmet = run.lines.filter { $0.hasPrefix("? ") }
                #expect(unmet.count == 1 && unmet[0].contains(gap.cause), "\(run)")
                try await expectNothingBroken(workspace, try await workspace.events(), run)
            }
        }
    }
}
