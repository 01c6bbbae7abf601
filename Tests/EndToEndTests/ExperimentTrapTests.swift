import Foundation
import Testing

/// Where Chaos Toolkit calls an experiment completed that went wrong, or tells less than happened:
/// none of these traps is copied.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(5)))
struct ExperimentTrapTests {
    private func run(
        _ text: String, on service: ExperimentService, in workspace: Workspace,
        _ arguments: [String] = []
    ) async throws -> Finished {
        let file = try workspace.write(text, to: "experiment.json")
        return try await workspace.experiment(file, on: service, arguments)
    }

    /// T1: completed, exit code 0, and rollbacks of what was never done.
    @Test func anUnmetSteadyStateIsInconclusiveAndNothingIsDone() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let text = SmallExperiment.text(
            gate: SmallExperiment.probe("health", "/health", tolerance: "204"),
            method: [SmallExperiment.post("outage", "/outage")],
            rollbacks: [SmallExperiment.post("restore", "/restore")])
        let run = try await run(text, on: service, in: workspace)
        #expect(run.status == 2, "\(run)")
        #expect(!service.requests.contains { $0.hasPrefix("POST") }, "\(service.requests)")
        let test = try await workspace.test()
        #expect(test["verdict"].text == "inconclusive")
        #expect(run.output.contains("not executed"), "\(run)")
    }

    /// T2: completed, exit code 0, although most checks during the method failed.
    @Test func aSteadyStateThatIsLostDuringTheMethodFails() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let text = SmallExperiment.text(
            method: [
                SmallExperiment.post("outage", "/outage", more: ", \"pauses\": {\"after\": 1.5}"),
                SmallExperiment.post("restore", "/restore"),
            ])
        let options = ["--hypothesis-strategy", "during-method-only"]
        let run = try await run(
            text, on: service, in: workspace, options + ["--hypothesis-frequency", "0.1"])
        #expect(run.status == 1, "\(run)")
        #expect(run.output.contains("Steady state during the method"), "\(run)")
    }

    @Test func failFastLeavesTheRestOfTheMethodUndone() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let text = SmallExperiment.text(
            method: [
                SmallExperiment.post("outage", "/outage", more: ", \"pauses\": {\"after\": 60}"),
                SmallExperiment.post("too-late", "/delay"),
            ], rollbacks: [SmallExperiment.post("restore", "/restore")])
        let run = try await run(
            text, on: service, in: workspace,
            [
                "--hypothesis-strategy", "continuously", "--hypothesis-frequency", "0.1",
                "--fail-fast",
            ])
        #expect(run.status == 1, "\(run)")
        #expect(run.took < .seconds(30), "\(run)")
        #expect(!service.requests.contains("POST /delay"))
        #expect(service.health == 200)
    }

    /// T3: a failed activity, and a process that fails, change neither status nor exit code.
    @Test(arguments: [
        SmallExperiment.process("fails", "false", "[]"),
        SmallExperiment.post("refused", "/no-such-page"),
        """
        {"type": "action", "name": "nobody-there",
         "provider": {"type": "http", "url": "${service_url}/slow?seconds=5", "timeout": 0.2}}
        """,
    ])
    func anActivityThatFailsIsNoPass(_ activity: String) async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let run = try await run(
            SmallExperiment.text(method: [activity]), on: service, in: workspace)
        #expect(run.status == 1, "\(run)")
        let rows = try await workspace.rows(of: "test_results")
        // The method went on to its end: the steady state was looked at again.
        #expect(rows.last?["test_name"].text == "Steady state after the method", "\(rows)")
        #expect(rows[1]["verdict"].text == "failed", "\(rows)")
    }

    /// T5: the time limit of an activity is accepted, and ignored.
    @Test func theTimeLimitOfAnActivityIsKept() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let text = SmallExperiment.text(
            method: [
                SmallExperiment.process("sleep", "sleep", "[\"60\"]", more: ", \"timeout\": 1")
            ])
        let run = try await run(text, on: service, in: workspace)
        #expect(run.status == 1, "\(run)")
        #expect(run.took < .seconds(30), "\(run)")
        #expect(await Leftovers.processesInTheEnd(naming: workspace.folder) == [])
    }

    /// T6: values of secrets are copied into the journal, and outputs are kept as they are.
    @Test func secretsAreInNothingThatIsKept() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let journal = workspace.folder + "/journal.json"
        let run = try await workspace.experiment(
            "secrets.json", on: service, ["--journal", journal, "--debug", "--json"])
        #expect(run.status == 0, "\(run)")
        _ = try await workspace.events()
        for view in ["dr_tests", "test_results", "test_logs"] {
            _ = try await workspace.rows(of: view)
        }
        let kept = try String(contentsOfFile: journal, encoding: .utf8)
        #expect(kept.contains("api_token"))
        for secret in [service.token, "literal-planted-secret"] {
            #expect(try files(under: workspace.folder, holding: secret) == [])
        }
    }

    /// T7: arguments are kept as they are written, so that nobody knows what they were.
    @Test func whatAnActivityWasGivenIsRecorded() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let run = try await workspace.experiment("secrets.json", on: service)
        #expect(run.status == 0, "\(run)")
        let show = try await workspace.run(.audit, ["show", "test_logs"])
        #expect(show.output.contains("\(service.host)/delay"), "\(show)")
        #expect(show.output.contains("Bearer ${api_token}"), "\(show)")
        #expect(!show.output.contains("${service_url}"), "\(show)")
    }

    /// T8: two numbers are two values for a status, and no range as the documentation says.
    @Test func twoNumbersAreTwoValuesAndThatIsSaid() async throws {
        let service = try await ExperimentService.start()
        let workspace = try Workspace()
        let text = SmallExperiment.text(
            gate: SmallExperiment.probe("created", "/created", tolerance: "[200, 299]"),
            method: [SmallExperiment.post("restore", "/restore")])
        let run = try await run(text, on: service, in: workspace)
        #expect(run.status == 2, "\(run)")
        #expect((run.output + run.complaint).contains("two accepted values"), "\(run)")
        let levels = try await workspace.rows(of: "test_logs").filter {
            $0["message"].text?.contains("two accepted values") == true
        }.map { $0["level"].text }
        #expect(levels == ["warn"])
    }
}
