import DRTesting
import Testing

@testable import Engine

/// The scenarios that come with the program are those that were asked for.
struct BuiltinScenarioTests {
    /// A scenario as it was asked for.
    struct Demand: CustomTestStringConvertible, Sendable {
        let id: UInt64
        let name: String
        let type: String
        let steps: [String]
        let objectives: [Objective]
        let prerequisites: [Prerequisite]
        let cleanup: [CleanupTask]

        var testDescription: String { name }
    }

    static let demands: [Demand] = [
        Demand(
            id: 1, name: "Complete R2 Outage Simulation", type: "full_outage",
            steps: [
                "Block all R2 operations", "Trigger circuit breaker", "Verify operation queueing",
                "Test user notifications", "Restore R2 service", "Verify service recovery",
                "Process queued operations",
            ],
            objectives: [
                Objective(.recoveryTime, limit: .seconds(300)),
                Objective(.recoveryPoint, limit: .seconds(60)),
            ], prerequisites: [.backupAvailable, .queueEnabled],
            cleanup: [.clearQueue, .resetBreaker, .clearNotifications]),
        Demand(
            id: 2, name: "Partial Service Degradation", type: "partial_degradation",
            steps: [
                "Introduce 50% operation failure rate", "Monitor circuit breaker behavior",
                "Verify retry mechanisms", "Test performance alerts", "Gradually restore service",
            ],
            objectives: [
                Objective(.recoveryTime, limit: .seconds(180)),
                Objective(.recoveryPoint, limit: .seconds(30)),
            ], prerequisites: [.monitoring, .alerting],
            cleanup: [.resetFailureRate, .clearAlerts, .resetBreaker]),
        Demand(
            id: 3, name: "Circuit Breaker Functionality", type: "circuit_breaker",
            steps: [
                "Test failure threshold trigger", "Verify circuit breaker opens",
                "Test fail-fast behavior", "Test half-open state", "Verify recovery process",
                "Test multiple failure scenarios",
            ],
            objectives: [
                Objective(.responseTime, limit: .seconds(60)),
                Objective(.recoveryPoint, limit: .zero),
            ], prerequisites: [.breakerOn], cleanup: [.resetBreaker, .resetCounters]),
        Demand(
            id: 4, name: "Backup and Restore", type: "backup_restore",
            steps: [
                "Create test data", "Perform full backup", "Verify backup integrity",
                "Simulate data loss", "Restore from backup", "Verify data integrity",
                "Test incremental backup",
            ],
            objectives: [
                Objective(.backupTime, limit: .seconds(300)),
                Objective(.restoreTime, limit: .seconds(900)),
                Objective(.recoveryPoint, limit: .seconds(300)),
            ], prerequisites: [.backupAvailable], cleanup: [.removeTestData, .removeTestBackups]),
        Demand(
            id: 5, name: "Failover Mechanism", type: "failover_mechanism",
            steps: [
                "Simulate primary service failure", "Trigger automatic failover",
                "Verify secondary operations", "Test read-only mode", "Test failback process",
                "Verify data consistency",
            ],
            objectives: [
                Objective(.failoverTime, limit: .seconds(120)),
                Objective(.failbackTime, limit: .seconds(120)),
                Objective(.recoveryPoint, limit: .seconds(60)),
            ], prerequisites: [.failoverOn, .secondaryAvailable],
            cleanup: [.resetFailover, .restorePrimary]),
        Demand(
            id: 6, name: "Performance Benchmark", type: "performance_benchmark",
            steps: [
                "Establish baseline metrics", "Run concurrent operations test",
                "Test large file operations", "Stress test with high load",
                "Test memory and resource usage", "Verify performance thresholds",
            ], objectives: [], prerequisites: [.monitoring, .loadTesting],
            cleanup: [.resetCounters, .removeLoad]),
    ]

    private func scenario(
        _ id: UInt64, _ settings: [String: String] = [:]
    ) throws -> Scenario {
        let entry = try #require(BuiltinScenarios.entry(named: "\(id)"))
        return try ScenarioReader.read(entry.text, file: entry.name, settings: settings)
    }

    @Test func theyAreFoundByNameAndNumber() {
        #expect(BuiltinScenarios.all.map(\.id) == Self.demands.map(\.id))
        for demand in Self.demands {
            for text in [demand.name, demand.name.uppercased(), "\(demand.id)"] {
                #expect(BuiltinScenarios.entry(named: text)?.id == demand.id, "\(text)")
            }
        }
        for text in ["", "0", "7", "01", "Complete R2 Outage"] {
            #expect(BuiltinScenarios.entry(named: text)?.id == nil, "\(text)")
        }
    }

    @Test(arguments: demands)
    func eachIsTheOneThatWasAskedFor(_ demand: Demand) throws {
        let entry = try #require(BuiltinScenarios.entry(named: demand.name))
        let scenario = try scenario(demand.id)
        #expect(entry.name == demand.name)
        #expect(scenario.name == demand.name)
        #expect(scenario.type == demand.type)
        #expect(scenario.steps.map(\.name) == demand.steps)
        #expect(scenario.objectives == Objectives(demand.objectives))
        #expect(scenario.prerequisites == demand.prerequisites)
        #expect(scenario.cleanup == demand.cleanup)
        #expect(!scenario.description.isEmpty)
    }

    @Test(arguments: demands)
    func noStepRestsOnWhatTheSystemSaysOfItself(_ demand: Demand) throws {
        for step in try scenario(demand.id).steps {
            let sources = step.expectations.compactMap {
                ObservationCatalog.entry(named: $0.observation)?.source
            }
            #expect(sources.count == step.expectations.count, "\(step.name)")
            #expect(sources.contains { $0.isIndependent }, "\(step.name)")
        }
    }

    /// A lease that runs out ends a fault too.
    @Test(arguments: demands)
    func whereAFaultIsLiftedThatIsSeen(_ demand: Demand) throws {
        for step in try scenario(demand.id).steps {
            let last = step.actions.last { action in
                switch action {
                case .injectFault, .liftFault: true
                default: false
                }
            }
            guard case .liftFault = last else { continue }
            let isSeen = step.expectations.contains { expectation in
                expectation.observation == "fault.ended_by"
                    && expectation.expected == .text("lifted")
            }
            #expect(isSeen, "\(step.name)")
        }
    }

    @Test(arguments: demands)
    func nothingIsWaitedForWithoutAnEnd(_ demand: Demand) throws {
        for expectation in try scenario(demand.id).steps.flatMap(\.expectations) {
            let within = expectation.within ?? .zero
            #expect(within <= .seconds(120), "\(expectation.sentence)")
        }
    }

    /// All six together are to end in under five minutes on the embedded target.
    @Test func whatTheyOnlyWaitForIsShort() throws {
        let waits = try Self.demands.map { demand in
            let scenario = try scenario(demand.id)
            let actions = scenario.steps.flatMap(\.actions).map(\.leastDuration)
            return actions.reduce(scenario.workload.steadyFor, +)
        }
        #expect(waits.reduce(.zero, +) <= .seconds(120))
    }

    @Test(arguments: demands)
    func everyVariableIsUsed(_ demand: Demand) throws {
        let entry = try #require(BuiltinScenarios.entry(named: demand.name))
        for variable in try scenario(demand.id).variables {
            #expect(entry.text.contains("${\(variable.name)}"), "\(variable.name)")
        }
    }

    // MARK: Single ones

    @Test func eachStepOfTheOutageTestsItsPart() throws {
        let scenario = try scenario(1)
        let components = [
            "storage", "circuit_breaker", "operation_queue", "notifications", "storage",
            "circuit_breaker", "operation_queue",
        ]
        #expect(scenario.steps.map(\.component) == components)
        let actions = [
            ["inject_fault"], [], ["kill_queue"], [], ["lift_fault"], [], ["compare_ledger"],
        ]
        #expect(scenario.steps.map { $0.actions.map(\.name) } == actions)
        // Without an outage, and without its end, the steps after it make no sense.
        #expect(
            scenario.steps.map(\.isRequired) == [true, false, false, false, true, false, false])
    }

    @Test(arguments: FaultPlan.Kind.allCases)
    func everyKindOfOutageCanBeAskedFor(_ kind: FaultPlan.Kind) throws {
        let scenario = try scenario(1, ["kind": kind.rawValue])
        guard case .injectFault(let plan) = scenario.steps[0].actions.first else {
            Issue.record("the first step injects no fault")
            return
        }
        #expect(plan.kind == kind)
        #expect(plan.fraction == 1)
        #expect(plan.endpoint == "primary")
        #expect(plan.status == 503)
        #expect(scenario.variables.first { $0.name == "kind" }?.value == kind.rawValue)
    }

    @Test func theTimesOfTheOutageCanBeSet() throws {
        let scenario = try scenario(1, ["detection": "7s", "recovery": "2m"])
        let detection = scenario.steps[1].expectations.compactMap(\.within)
        #expect(detection == [.seconds(7), .seconds(7)])
        let recovery = scenario.steps[5].expectations.compactMap(\.within)
        #expect(recovery == [.seconds(120), .seconds(120), .seconds(120), .seconds(120)])
    }

    @Test func aKindThatDoesNotExistIsNamedWhereItIsUsed() throws {
        let error = #expect(throws: FileError.self) { try scenario(1, ["kind": "earthquake"]) }
        let known = FaultPlan.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(
            error?.problems.map(\.message) == ["'earthquake' is not known; accepted: \(known)"])
    }

    @Test func theFailuresOfADegradationBecomeFewerAndEnd() throws {
        let actions = try scenario(2).steps.flatMap(\.actions)
        let shares = actions.compactMap { action -> Double? in
            switch action {
            case .injectFault(let plan): plan.fraction
            case .changeFault(_, let fraction): fraction
            default: nil
            }
        }
        #expect(shares == [0.5, 0.25, 0.1, 0])
        #expect(actions.last == .liftFault("failures"))
    }

    @Test func theBreakerMeetsFailuresOfEveryKind() throws {
        let actions = try scenario(3).steps.flatMap(\.actions)
        let episodes = actions.compactMap { action -> [Action.Episode]? in
            if case .runEpisodes(let kinds, _, _) = action { kinds } else { nil }
        }
        #expect(episodes == [Action.Episode.allCases])
    }

    @Test func aRestoreIsComparedEveryTime() throws {
        let actions = try scenario(4).steps.flatMap(\.actions).map(\.name)
        let restores = actions.indices.filter { actions[$0] == "restore_backup" }
        #expect(restores.count == 2)
        for index in restores {
            #expect(actions.dropFirst(index + 1).first == "compare_backup")
        }
    }

    /// What lies there might be what was never destroyed.
    @Test func aRestoreIsSeenOnWhatWasDestroyed() throws {
        let expectation = try scenario(4).steps.flatMap(\.expectations).first {
            $0.observation == "restore.victims_changed"
        }
        #expect(expectation?.judge(Observation(.number(0))) == .failed)
        #expect(expectation?.judge(Observation(.number(25))) == .passed)
    }

    @Test func theBenchmarkTakesItsRateAndDuration() throws {
        let scenario = try scenario(6, ["rate": "75", "duration": "10s"])
        let baseline = Action.measureBaseline(lasting: .seconds(10), rate: 75)
        #expect(scenario.steps[0].actions == [.pauseLoad, baseline])
        #expect(scenario.objectives.recoveryTime == nil)
    }
}

extension Action {
    /// What it takes at least, whatever the storage system does.
    fileprivate var leastDuration: Duration {
        switch self {
        case .wait(let duration), .rest(let duration): duration
        case .measureBaseline(let duration, _): duration
        case .sweepClients(let clients, let each): each * clients.count
        // So often the rate can be doubled, from 50 to 2000 a second.
        case .stress(_, let each): each * 6
        // The breaker stays open for 3 s.
        case .runEpisodes(let kinds, _, _): .seconds(3) * kinds.count
        default: .zero
        }
    }
}
