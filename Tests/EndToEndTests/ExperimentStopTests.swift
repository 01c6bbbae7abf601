import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Experiments that are ended from outside while what they changed is in force, and their journals.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(5)))
struct ExperimentStopTests {
    private static let outage = SmallExperiment.text(
        method: [SmallExperiment.post("outage", "/outage", more: ", \"pauses\": {\"after\": 120}")],
        rollbacks: [
            SmallExperiment.post("restore", "/restore"),
            SmallExperiment.post("restore-again", "/restore"),
        ])

    /// T4: rollbacks are left out after a signal, so that the fault stays.
    @Test func rollbacksRunAfterASignal() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let file = try workspace.write(Self.outage, to: "outage.json")
        let journal = workspace.folder + "/journal.json"
        let end = try await inDrillPlace {
            let run = try workspace.startExperiment(file, on: service, ["--journal", journal])
            try await service.waitUntil(health: 503)
            run.send(SIGTERM)
            return try await run.finish(within: .seconds(30))
        }
        #expect(end.status == 143, "\(end)")
        #expect(service.health == 200)
        let kept = try JSON(parsing: try String(contentsOfFile: journal, encoding: .utf8))
        #expect(kept["status"].text == "interrupted")
        #expect(kept["rollbacks"].elements.count == 2)
        try await workspace.expectIntact()
        #expect(workspace.leftOfRuns == [])
    }

    /// T4: after SIGKILL there is not even a journal.
    @Test func afterAKillTheChangeIsUndoneAndTheJournalTellsWhatHadHappened() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let file = try workspace.write(Self.outage, to: "outage.json")
        let journal = workspace.folder + "/journal.json"
        try await inDrillPlace {
            let run = try workspace.startExperiment(file, on: service, ["--journal", journal])
            try await service.waitUntil(health: 503)
            run.send(SIGKILL)
            _ = try await run.finish(within: .seconds(10))
        }
        try await service.waitUntil(health: 200)
        let kept = try JSON(parsing: try String(contentsOfFile: journal, encoding: .utf8))
        #expect(kept["steady_states"]["before"]["steady_state_met"] == .bool(true))
        let clear = try await workspace.run(
            .runner, ["doctor", "--clear"], environment: service.environment)
        #expect(clear.status == 0, "\(clear)")
        let test = try await workspace.test()
        #expect(test["verdict"].text == "inconclusive")
        try await workspace.expectIntact()
    }

    @Test func aRunThatTakesTooLongIsRolledBack() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let file = try workspace.write(Self.outage, to: "outage.json")
        let run = try await workspace.experiment(file, on: service, ["--timeout", "3s"])
        #expect(run.status == 2, "\(run)")
        #expect(service.health == 200)
    }

    @Test func theJournalHasTheMembersOfChaosToolkitInTheirOrder() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let file = workspace.folder + "/journal.json"
        let run = try await workspace.experiment(
            "certificate.json", on: service, ["--journal", file])
        #expect(run.status == 1, "\(run)")
        let journal = try JSON(parsing: try String(contentsOfFile: file, encoding: .utf8))
        #expect(
            journal.names == [
                "chaoslib-version", "platform", "node", "experiment", "start", "status",
                "deviated", "steady_states", "run", "rollbacks", "end", "duration",
            ])
        #expect(journal["status"].text == "completed")
        #expect(journal["deviated"] == .bool(true))
        let states = journal["steady_states"]
        #expect(states.names == ["before", "after", "during"])
        #expect(states["before"]["steady_state_met"] == .bool(true))
        #expect(states["before"]["probes"].elements.count == 2)
        #expect(states["after"]["steady_state_met"] == .bool(false))
        #expect(states["during"].elements == [])
        #expect(journal["run"].elements.count == 2)
        let activity = try #require(journal["run"].elements.first)
        #expect(
            activity.names == [
                "activity", "output", "start", "status", "end", "duration", "resolved",
            ],
            "\(activity)")
        #expect(activity["activity"]["name"].text == "swap-to-the-expired-certificate")
        #expect(activity["output"]["status"] == .number(0))
        #expect(activity["status"].text == "succeeded")
        #expect(journal["rollbacks"].elements.count == 1)
        let probe = try #require(states["after"]["probes"].elements.last)
        #expect(probe["tolerance_met"] == .bool(false))
        #expect(try #require(journal["duration"].double) > 0)
    }
}
