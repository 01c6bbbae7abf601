import DRTesting
import Testing

@testable import Engine

/// What each sabotage claims that scenarios must notice.
struct ProofSabotageTests {
    static let sabotages = Sabotage.allCases.filter { $0 != .control }

    private static func scenarios() throws -> [Scenario] {
        try BuiltinScenarios.all.map { try ScenarioReader.read($0.text, file: $0.name) }
    }

    @Test(arguments: Self.sabotages)
    func aSabotageIsForScenariosThatTestItsComponent(_ sabotage: Sabotage) throws {
        let scenarios = try Self.scenarios().filter {
            Sabotage.applicable(to: $0).contains(sabotage)
        }
        #expect(!scenarios.isEmpty, "no built-in scenario has to notice it")
    }

    @Test func whatAScenarioHasNoStepForItNeedNotNotice() throws {
        let outage = try #require(BuiltinScenarios.entry(named: "1"))
        let whole = try ScenarioReader.read(outage.text, file: outage.name)
        let part = Scenario(
            name: whole.name, type: whole.type, description: whole.description,
            objectives: whole.objectives, prerequisites: [], workload: whole.workload,
            steps: whole.steps.filter { $0.component == "notifications" }, cleanup: [],
            abortWhen: [], variables: [])
        #expect(Sabotage.applicable(to: part) == [.notifierSilent, .notifierAlways])
    }

    @Test func everyBuiltinScenarioMustNoticeSomething() throws {
        for scenario in try Self.scenarios() {
            let sabotages = Sabotage.applicable(to: scenario)
            #expect(!sabotages.isEmpty, "\(scenario.name)")
            #expect(!sabotages.contains(.control), "\(scenario.name)")
        }
        let chaos = try ChaosPlan(seed: 1, duration: .seconds(20)).scenario()
        #expect(Sabotage.applicable(to: chaos) == [])
    }

    /// No step stands without a proof.
    @Test func everyComponentOfEveryBuiltinScenarioIsBrokenOnce() throws {
        for scenario in try Self.scenarios() {
            let broken = Set(Sabotage.applicable(to: scenario).map(\.component))
            // There the storage only gets the data, and loses it.
            let prepared: Set = scenario.type == "backup_restore" ? ["storage"] : []
            let tested = Set(scenario.steps.map(\.component)).subtracting(prepared)
            #expect(tested.subtracting(broken) == [], "\(scenario.name)")
        }
    }

    @Test func theNamesAreThoseOfTheCommandLine() {
        for sabotage in Sabotage.allCases {
            let letters = sabotage.rawValue.split(separator: "-").joined()
            #expect(letters == "\(sabotage)".lowercased())
            #expect(letters.allSatisfy { $0.isASCII && $0.isLowercase })
        }
    }
}
