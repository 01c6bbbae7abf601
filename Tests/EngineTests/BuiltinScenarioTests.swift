import DRTesting
import Testing

@testable import Engine

/// The scenario that comes with the program is the one that was asked for.
struct BuiltinScenarioTests {
    private func scenario(_ settings: [String: String] = [:]) throws -> Scenario {
        let entry = try #require(BuiltinScenarios.entry(named: "1"))
        return try ScenarioReader.read(entry.text, file: entry.name, settings: settings)
    }

    @Test func itIsFoundByNameAndNumber() {
        let name = "Complete R2 Outage Simulation"
        for text in [name, name.uppercased(), "complete r2 outage simulation", "1"] {
            #expect(BuiltinScenarios.entry(named: text)?.id == 1, "\(text)")
        }
        for text in ["", "0", "7", "01", "Complete R2 Outage"] {
            #expect(BuiltinScenarios.entry(named: text)?.id == nil, "\(text)")
        }
        #expect(BuiltinScenarios.all.map(\.name).first == name)
        #expect(Set(BuiltinScenarios.all.map(\.id)).count == BuiltinScenarios.all.count)
    }

    @Test func itHasTheStepsAndObjectivesOfTheBrief() throws {
        let scenario = try scenario()
        #expect(scenario.name == "Complete R2 Outage Simulation")
        #expect(scenario.type == "full_outage")
        #expect(scenario.objectives.recoveryTime == .seconds(300))
        #expect(scenario.objectives.recoveryPoint == .seconds(60))
        let steps = [
            "Block all R2 operations", "Trigger circuit breaker", "Verify operation queueing",
            "Test user notifications", "Restore R2 service", "Verify service recovery",
            "Process queued operations",
        ]
        #expect(scenario.steps.map(\.name) == steps)
        #expect(scenario.prerequisites == [.backupAvailable, .queueEnabled])
        #expect(scenario.cleanup == [.clearQueue, .resetBreaker, .clearNotifications])
        #expect(!scenario.description.isEmpty)
    }

    @Test func eachStepTestsItsPart() throws {
        let scenario = try scenario()
        let components = [
            "storage", "circuit_breaker", "operation_queue", "notifications", "storage",
            "circuit_breaker", "operation_queue",
        ]
        #expect(scenario.steps.map(\.component) == components)
        let actions = [
            "inject_fault", nil, "kill_queue", nil, "lift_fault", nil, "compare_ledger",
        ]
        #expect(scenario.steps.map { $0.action?.name } == actions)
        // Without an outage, and without its end, the steps after it make no sense.
        #expect(
            scenario.steps.map(\.isRequired) == [true, false, false, false, true, false, false])
    }

    @Test func theFaultThatIsLiftedIsTheOneThatWasInjected() throws {
        let scenario = try scenario()
        guard case .injectFault(let plan) = scenario.steps[0].action else {
            Issue.record("the first step injects no fault")
            return
        }
        #expect(scenario.steps[4].action == .liftFault(plan.name))
        #expect(plan.endpoint == "primary")
        #expect(plan.kind == .hang)
        #expect(plan.fraction == 1)
    }

    @Test(arguments: FaultPlan.Kind.allCases)
    func everyKindOfOutageCanBeAskedFor(_ kind: FaultPlan.Kind) throws {
        let scenario = try scenario(["kind": kind.rawValue])
        guard case .injectFault(let plan) = scenario.steps[0].action else {
            Issue.record("the first step injects no fault")
            return
        }
        #expect(plan.kind == kind)
        #expect(plan.status == 503)
        #expect(scenario.variables.first { $0.name == "kind" }?.value == kind.rawValue)
    }

    @Test func itsTimesCanBeSet() throws {
        let scenario = try scenario(["detection": "7s", "recovery": "2m"])
        let detection = scenario.steps[1].expectations.compactMap(\.within)
        #expect(detection == [.seconds(7), .seconds(7)])
        let recovery = scenario.steps[5].expectations.compactMap(\.within)
        #expect(recovery == [.seconds(120), .seconds(120), .seconds(120), .seconds(120)])
    }

    @Test func aKindThatDoesNotExistIsNamedWhereItIsUsed() throws {
        let error = #expect(throws: FileError.self) { try scenario(["kind": "earthquake"]) }
        let known = FaultPlan.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(
            error?.problems.map(\.message) == ["'earthquake' is not known; accepted: \(known)"])
    }

    @Test func everyStepHasEvidenceThatIsNotTheComponentsOwn() throws {
        for step in try scenario().steps {
            let sources = step.expectations.compactMap {
                ObservationCatalog.entry(named: $0.observation)?.source
            }
            #expect(sources.count == step.expectations.count, "\(step.name)")
            #expect(sources.contains { $0 != .self }, "\(step.name)")
        }
    }

    @Test func nothingIsWaitedForWithoutAnEnd() throws {
        for step in try scenario().steps {
            for expectation in step.expectations {
                let within = expectation.within ?? .zero
                #expect(within <= .seconds(120), "\(expectation.sentence)")
            }
        }
    }

    @Test func theOutageIsSeenOnTheWireAndItsEndInTheBytes() throws {
        let steps = try scenario().steps
        let names = steps.map { $0.expectations.map(\.observation) }
        #expect(names[0].contains("proxy.passed_during_fault"))
        #expect(names[1].contains("proxy.requests_per_second"))
        #expect(names[2].contains("queue.killed_missing"))
        #expect(names[3].contains("receiver.degraded_notices"))
        #expect(names[4].contains("fault.ended_by"))
        #expect(names[6].contains("ledger.damaged"))
        #expect(names[6].contains("wire.order_violations"))
    }
}
