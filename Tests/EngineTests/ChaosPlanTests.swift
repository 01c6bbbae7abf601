import DRTesting
import Testing

@testable import Engine

/// Faults drawn by chance.
struct ChaosPlanTests {
    /// Numbers from another implementation, so that a plan means the same with every version.
    @Test func aPlanFollowsFromItsSeed() {
        let expected = """
                  - wait: {for: 2300ms}
                  - inject_fault: {name: fault-1, endpoint: primary, kind: reset-after, \
            fraction: 0.54}
                  - wait: {for: 4100ms}
                  - inject_fault: {name: fault-2, endpoint: primary, kind: latency, \
            fraction: 0.82, delay: 1200ms, jitter: 100ms}
                  - wait: {for: 2000ms}
                  - lift_fault: {name: fault-2}
                  - inject_fault: {name: fault-3, endpoint: primary, kind: reset, fraction: 0.76}
                  - wait: {for: 1800ms}
                  - lift_fault: {name: fault-1}
                  - wait: {for: 1200ms}
                  - inject_fault: {name: fault-4, endpoint: primary, kind: refuse, fraction: 1}
                  - wait: {for: 2000ms}
                  - lift_fault: {name: fault-3}
                  - wait: {for: 1900ms}
                  - lift_fault: {name: fault-4}
                  - wait: {for: 600ms}
                  - inject_fault: {name: fault-5, endpoint: primary, kind: hang, fraction: 1}
                  - wait: {for: 2000ms}
                  - lift_fault: {name: fault-5}
            """
        let text = ChaosPlan(seed: 7, duration: .seconds(20)).scenarioText
        #expect(text.contains("    actions:\n" + expected + "\n    expect:\n"), "\(text)")
    }

    @Test(arguments: [0, 1, 7, UInt64.max])
    func theSameSeedGivesTheSamePlanByteForByte(seed: UInt64) {
        let first = ChaosPlan(seed: seed, duration: .seconds(60))
        let second = ChaosPlan(seed: seed, duration: .seconds(60))
        #expect(first == second)
        #expect(first.scenarioText == second.scenarioText)
        let other = ChaosPlan(seed: seed &+ 1, duration: .seconds(60))
        #expect(other.spells != first.spells)
    }

    // MARK: What is drawn

    /// Options of all sizes, some with room for many faults at once.
    private static func options(_ random: inout SplitMix64) -> ChaosOptions {
        var options = ChaosOptions()
        options.maximumAtOnce = Int.random(in: 1...4, using: &random)
        options.maximumFaults = Int.random(in: 1...60, using: &random)
        options.endpoints = Bool.random(using: &random) ? ["primary"] : ["primary", "secondary"]
        let least = Int.random(in: 0...20, using: &random) * 100
        options.pause = .milliseconds(least) ... .milliseconds(least + 2500)
        options.length = .milliseconds(least + 500) ... .milliseconds(least + 6000)
        options.wholeProbability = Double.random(in: 0...1, using: &random)
        options.fraction = 0.05...0.5
        options.probabilities = Dictionary(
            uniqueKeysWithValues: FaultPlan.Kind.allCases.map { kind in
                (kind, Bool.random(using: &random) ? 0 : Double.random(in: 0...9, using: &random))
            })
        options.probabilities[.hang] = 1
        return options
    }

    @Test func aPlanKeepsWithinItsOptions() {
        var random = SplitMix64(seed: Seed.value)
        for number in 0..<300 {
            let options = Self.options(&random)
            let duration = options.shortestDuration + .milliseconds(number * 100)
            let plan = ChaosPlan(options, seed: UInt64(number), duration: duration)
            let note: Comment = "plan \(number), seed \(Seed.value)"
            #expect(!plan.spells.isEmpty && plan.spells.count <= options.maximumFaults, note)
            #expect(Set(plan.spells.map(\.fault.name)).count == plan.spells.count, note)
            var previous = Duration.zero
            for spell in plan.spells {
                #expect(options.length.contains(spell.end - spell.start), note)
                #expect(spell.start >= previous + options.pause.lowerBound, note)
                #expect(spell.end <= duration, note)
                expect(spell.fault, keepsWithin: options, note)
                previous = spell.start
            }
            #expect(Self.mostAtOnce(plan.actions) <= options.maximumAtOnce, note)
        }
    }

    private func expect(
        _ fault: FaultPlan, keepsWithin options: ChaosOptions, _ note: Comment
    ) {
        #expect(options.probabilities[fault.kind] ?? 0 > 0, note)
        #expect(options.endpoints.contains(fault.endpoint), note)
        #expect(fault.fraction == 1 || options.fraction.contains(fault.fraction), note)
        #expect(fault.kind != .refuse || fault.fraction == 1, note)
        if fault.kind == .latency { #expect(options.delay.contains(fault.delay), note) }
        if fault.kind == .latency { #expect(options.jitter.contains(fault.jitter), note) }
        if fault.kind == .status { #expect(options.statuses.contains(fault.status), note) }
        if fault.kind == .bandwidth {
            #expect(options.bytesPerSecond.contains(fault.bytesPerSecond), note)
        }
    }

    /// In the order in which the actions are taken, after which nothing is in force.
    private static func mostAtOnce(_ actions: [Action]) -> Int {
        var inForce: Set<String> = []
        var most = 0
        for action in actions {
            if case .injectFault(let fault) = action { inForce.insert(fault.name) }
            if case .liftFault(let name) = action { inForce.remove(name) }
            most = max(most, inForce.count)
        }
        return inForce.isEmpty ? most : .max
    }

    @Test func everyKindComesUpThatSparesTheTruth() {
        let plans = (0..<40).map { ChaosPlan(seed: UInt64($0), duration: .seconds(60)) }
        let kinds = Set(plans.flatMap(\.spells).map(\.fault.kind))
        let spared: Set<FaultPlan.Kind> = [.corrupt, .lateDelivery, .staleRead]
        #expect(kinds == Set(FaultPlan.Kind.allCases).subtracting(spared))
        #expect(plans.contains { Self.mostAtOnce($0.actions) == 2 })
    }

    // MARK: As a scenario

    @Test func theScenarioTakesTheActionsOfThePlan() throws {
        for seed in 0..<50 {
            let plan = ChaosPlan(seed: UInt64(seed), duration: .seconds(60))
            let scenario = try plan.scenario()
            #expect(scenario.steps[0].actions == plan.actions, "seed \(seed)")
            #expect(scenario.type == ChaosPlan.scenarioType)
            #expect(scenario.name == "Chaos from seed \(seed) for 1 min")
            // Impact follows the first fault, and all must be well a minute after the last.
            #expect(scenario.objectives.recoveryTime == .seconds(120))
        }
    }

    @Test func inTheEndAllMustBeWell() throws {
        let steps = try ChaosPlan(seed: 1, duration: .seconds(30)).scenario().steps.dropFirst()
        let demands = steps.flatMap(\.expectations).map {
            "\($0.observation) \($0.condition)"
        }
        let expected: Set = [
            "fault.in_force equals 0", "breaker.state equals closed", "queue.depth equals 0",
            "workload.not_served_ratio at most 0.01", "workload.restored equals true",
            "ledger.damaged equals 0", "ledger.unexpected equals 0",
        ]
        #expect(expected.subtracting(demands) == [])
        let comparisons = steps.flatMap(\.actions).filter { $0.name == "compare_ledger" }
        #expect(comparisons.count == 1)
    }

    @Test func whatItWasDrawnFromIsInTheText() {
        let options = ChaosOptions()
        let text = ChaosPlan(options, seed: 1, duration: .seconds(30)).scenarioText
        // One that is added later cannot be forgotten.
        #expect(options.named.count == Mirror(reflecting: options).children.count)
        for option in options.named {
            #expect(!option.value.isEmpty)
            #expect(text.contains("#   \(option.name): \(option.value)\n"), "\(option.name)")
        }
    }

    @Test func theLargestPlanIsAScenarioThatCanBeRead() throws {
        var options = ChaosOptions()
        options.endpoints = ["secondary"]
        options.probabilities = [.latency: 1]
        options.maximumAtOnce = 50
        options.pause = .milliseconds(1000) ... .milliseconds(1100)
        options.length = .milliseconds(10_100) ... .milliseconds(10_900)
        options.delay = .milliseconds(1100) ... .milliseconds(1900)
        let plan = ChaosPlan(options, seed: 3, duration: ChaosPlan.longestDuration)
        #expect(plan.spells.count == options.maximumFaults)
        let scenario = try plan.scenario()
        #expect(scenario.steps[0].actions == plan.actions)
    }

    // MARK: Misuse

    @Test func aPlanNeedsTimeForAFault() async {
        await #expect(processExitsWith: .failure) {
            _ = ChaosPlan(seed: 1, duration: .seconds(1))
        }
    }

    @Test func aPlanHasAnEnd() async {
        await #expect(processExitsWith: .failure) {
            _ = ChaosPlan(seed: 1, duration: ChaosPlan.longestDuration + .seconds(1))
        }
    }
}
