import Foundation
import Testing

/// Each scenario that comes with the runner, once, on the storage that it brings along. The outage,
/// which has several kinds, is in `OutageTests`.
@Suite(.timeLimit(.minutes(15))) struct ScenarioTests {
    @Test func everyScenarioPassesWithAllThatItHasToShow() async throws {
        try await forEachInPairs(Array(BuiltinDrill.all.dropFirst())) { drill in
            let workspace = try Workspace()
            let run = try await workspace.drill(drill, ["--json"])
            print("\(drill.name) took \(run.took)")
            #expect(run.status == 0, "\(run)")
            let document = try JSON(parsing: run.output)
            expectPassed(document, drill)
            expectMeasures(document, drill)
            try await expectFaultsLifted(workspace, drill)
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [], "\(drill.name)")
            let processes = await Leftovers.processesInTheEnd(naming: workspace.folder)
            #expect(processes == [], "\(drill.name)")
        }
    }

    private func expectPassed(_ document: JSON, _ drill: BuiltinDrill) {
        let test = document["test"]
        #expect(test["scenario"].text == drill.name)
        #expect(test["test_config"]["scenario_id"].double == Double(drill.number))
        #expect(test["status"].text == "completed", "\(drill.name)")
        #expect(test["verdict"].text == "passed", "\(drill.name)")
        #expect(test["error_message"] == .null, "\(drill.name)")
        #expect(test["purpose"].text == "drill")
        #expect(test["target_kind"].text == "embedded")
        let results = document["results"].elements
        #expect(results.allSatisfy { $0["verdict"].text == "passed" }, "\(drill.name)")
        #expect(results.allSatisfy { $0["passed"] == .bool(true) }, "\(drill.name)")
        let names = results.compactMap { $0["test_name"].text }
        let expected =
            ["Steady state before the fault"] + drill.steps + drill.objectives.map(\.title)
        #expect(names.filter { expected.contains($0) } == expected, "\(names)")
        // A step that shows nothing that was seen would prove nothing.
        for result in results where drill.steps.contains(result["test_name"].text ?? "") {
            let seen = result["details"]["observations"].elements
            #expect(!seen.isEmpty, "\(drill.name): \(result["test_name"])")
        }
    }

    private func expectMeasures(_ document: JSON, _ drill: BuiltinDrill) {
        let test = document["test"]
        let metrics = document["metrics"].elements
        func metric(_ name: String) -> JSON {
            metrics.first { $0["metric_name"].text == name } ?? .null
        }
        for objective in drill.objectives {
            let (value, limit) = (
                metric(objective.metric)["value"].double,
                metric(objective.metric)["threshold"].double
            )
            // Unknown is `null`, and never 0.
            #expect((value ?? -1) >= 0, "\(drill.name): \(objective.metric)")
            #expect((value ?? .infinity) <= (limit ?? -1), "\(drill.name): \(objective.metric)")
            #expect(metric(objective.metric)["passed"] == .bool(true), "\(objective.metric)")
        }
        for name in drill.metrics {
            #expect(metric(name)["value"].double != nil, "\(drill.name): \(name)")
        }
        guard !drill.objectives.isEmpty else {
            for field in ["rto_actual_ms", "rpo_actual_ms", "rto_target_ms", "rpo_target_ms"] {
                #expect(test[field] == .null, "\(drill.name): \(field)")
            }
            return
        }
        // What took no time was no recovery.
        #expect((test["rto_actual_ms"].double ?? 0) > 0, "\(drill.name)")
        #expect(test["rto_target_ms"].double != nil, "\(drill.name)")
        #expect(test["rpo_actual_ms"].double != nil, "\(drill.name)")
    }

    private func expectFaultsLifted(_ workspace: Workspace, _ drill: BuiltinDrill) async throws {
        let events = try await workspace.events()
        let planned = events.filter { $0.name == "fault_planned" }
        let ended = events.filter { $0.name == "fault_ended" }
        #expect(planned.count >= drill.faults, "\(drill.name)")
        #expect(drill.faults > 0 || planned.isEmpty, "\(drill.name)")
        #expect(ended.count == planned.count, "\(drill.name)")
        #expect(ended.allSatisfy { $0.summary.contains(" lifted at ") }, "\(ended)")
        let cleanup = events.last { $0.name == "cleanup_finished" }
        #expect(cleanup?.summary == "everything was put back", "\(drill.name)")
    }
}

/// What is sound never turns red.
@Suite(.enabled(if: Effort.isSoak), .timeLimit(.minutes(180)))
struct CleanRunsSoakTests {
    @Test func aSoundSystemPassesEachTime() async throws {
        let drills = BuiltinDrill.all.flatMap { drill in (0..<20).map { (drill, UInt64($0)) } }
        try await forEachInPairs(drills) { drill, number in
            let workspace = try Workspace()
            let seed = Seed.value &+ number
            let run = try await workspace.drill(drill, ["--seed", "\(seed)"])
            #expect(run.status == 0, "\(drill.name), seed \(seed): \(run)")
            try await workspace.expectIntact()
        }
    }

    /// One after another, with nothing beside them.
    @Test func allSixTogetherTakeLessThanFiveMinutes() async throws {
        var whole: Duration = .zero
        for drill in BuiltinDrill.all {
            let workspace = try Workspace()
            let run = try await inDrillPlace(alone: true) {
                try await workspace.start(.runner, ["run", "\(drill.number)"])
                    .finish(within: .seconds(300))
            }
            #expect(run.status == 0, "\(run)")
            print("\(drill.name) alone took \(run.took)")
            whole += run.took
        }
        print("all six together took \(whole)")
        #expect(whole < .seconds(300))
    }
}

extension Workspace {
    /// Runs a scenario that comes with the runner, when there is a place for it.
    func drill(_ drill: BuiltinDrill, _ arguments: [String] = []) async throws -> Finished {
        try await inDrillPlace(alone: drill.runsAlone) { [self] in
            try await start(.runner, ["run", "\(drill.number)"] + arguments)
                .finish(within: .seconds(300))
        }
    }
}
