import DRTesting
import Foundation
import Testing

@testable import Engine

/// The page about scenarios of one's own.
enum CustomScenariosPage {
    static func text() throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/DRTesting/DRTesting.docc/CustomScenarios.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    static func examples(in language: String) throws -> [String] {
        try text().components(separatedBy: "```\(language)\n").dropFirst().map { rest in
            rest.components(separatedBy: "```")[0]
        }
    }
}

/// What `CustomScenarios.md` shows can be taken from there as it is.
struct ScenarioDocumentationTests {
    @Test func thePartitionIsAScenario() throws {
        let text = try #require(try CustomScenariosPage.examples(in: "yaml").first)
        let scenario = try ScenarioReader.read(text, file: "partition.yaml")
        #expect(scenario.name == "Custom Network Partition Test")
        #expect(scenario.type == "failover_mechanism")
        #expect(
            scenario.steps.map(\.name) == [
                "Simulate network partition", "Test split-brain prevention", "Verify recovery",
            ])
        #expect(scenario.objectives.recoveryTime == .seconds(180))
        #expect(scenario.objectives.recoveryPoint == .seconds(60))
        let set = try ScenarioReader.read(
            text, file: "partition.yaml", settings: ["kind": "reset", "held": "30s"])
        #expect(set.steps[1].actions == [.wait(.seconds(30))])
    }

    @Test func whatIsRegisteredAsOnThePageCanBeNamed() throws {
        let text = try #require(try CustomScenariosPage.examples(in: "yaml").last)
        let scenario = try portRequest(text, on: PortNetwork()).scenario
        let port = NamedValue("port", "7")
        #expect(
            scenario.steps[0].actions == [.custom(name: "unplug_port", parameters: [port])])
        #expect(throws: FileError.self) {
            _ = try ScenarioReader.read(text, file: "ports.yaml")
        }
    }

    /// It is compiled without what is internal, and run by `CustomDrillTests`.
    @Test func theCodeOfThePageIsThatOfItsExample() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "PortExample.swift")
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let start = try #require(lines.firstIndex(of: "    // The page from here on."))
        let end = try #require(lines.firstIndex(of: "    // The page up to here."))
        let body = lines[(start + 1)..<end].map { line in
            line.hasPrefix("    ") ? String(line.dropFirst(4)) : line
        }
        let imports = Array(lines.prefix { !$0.hasPrefix("///") })
        let example = try #require(try CustomScenariosPage.examples(in: "swift").first)
        #expect(example.components(separatedBy: "\n") == imports + body + [""])
    }

    @Test func everyActionHasItsRow() throws {
        let lines = try CustomScenariosPage.text().components(separatedBy: "\n")
        let rows = lines.filter { $0.hasPrefix("| `") }
        let names = rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: ",").map { name in
                name.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
            }
        }
        #expect(Set(names) == Set(ActionReader.names))
        #expect(names.count == ActionReader.names.count)
    }
}
