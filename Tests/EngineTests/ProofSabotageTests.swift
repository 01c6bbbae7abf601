import DRTesting
import Testing

@testable import Engine

/// What each sabotage claims that scenarios must notice.
struct ProofSabotageTests {
    static let sabotages = Sabotage.allCases.filter { $0 != .control }

    private static func scenarios() throws -> [Scenario] {
        try BuiltinScenarios.all.map { try ScenarioReader.read($0.text, file: $0.name) }
    }

    /// What is checked after the last step has no step.
    private static let otherComponents = ["cleanup"]

    @Test(arguments: Self.sabotages)
    func aSabotageIsForScenariosThatTestItsComponent(_ sabotage: Sabotage) throws {
        let scenarios = try Self.scenarios().filter { sabotage.applies(to: $0.type) }
        #expect(!scenarios.isEmpty, "no built-in scenario has to notice it")
        if Self.otherComponents.contains(sabotage.component) { return }
        for scenario in scenarios {
            let components = Set(scenario.steps.map(\.component))
            #expect(components.contains(sabotage.component), "\(scenario.name): \(components)")
        }
    }

    @Test func everyBuiltinScenarioMustNoticeSomething() throws {
        for scenario in try Self.scenarios() {
            let sabotages = Sabotage.applicable(to: scenario.type)
            #expect(!sabotages.isEmpty, "\(scenario.name)")
            #expect(!sabotages.contains(.control), "\(scenario.name)")
        }
        #expect(Sabotage.applicable(to: ChaosPlan.scenarioType) == [])
    }

    /// No step stands without a proof.
    @Test func everyComponentOfEveryBuiltinScenarioIsBrokenOnce() throws {
        for scenario in try Self.scenarios() {
            let broken = Set(Sabotage.applicable(to: scenario.type).map(\.component))
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
