import DRTesting
import Foundation
import Testing

@testable import Engine

/// What `CustomScenarios.md` shows can be taken from there as it is.
struct ScenarioDocumentationTests {
    private struct Network: Sendable {
        func enable(_ port: String?) async throws {}
        func disable(_ port: String?) async throws {}
        func portsDown() async throws -> Int { 1 }
    }

    private func page() throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/DRTesting/DRTesting.docc/CustomScenarios.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func examples(in language: String) throws -> [String] {
        try page().components(separatedBy: "```\(language)\n").dropFirst().map { rest in
            rest.components(separatedBy: "```")[0]
        }
    }

    /// As on the page.
    private var extensions: ScenarioExtensions {
        let network = Network()
        var extensions = ScenarioExtensions()
        extensions.register(
            CustomAction(
                name: "unplug_port", parameters: ["port"],
                undo: { _, parameters in try await network.enable(parameters["port"]) }
            ) { context, parameters in
                await context.log("a port is unplugged")
                try await network.disable(parameters["port"])
            })
        extensions.register(
            CustomObservation(
                name: "network.ports_down", source: .receiver,
                meaning: "ports that the monitoring of the network reports as down"
            ) { _ in
                Observation(.number(Double(try await network.portsDown())))
            })
        return extensions
    }

    @Test func thePartitionIsAScenario() throws {
        let text = try #require(try examples(in: "yaml").first)
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
            text, file: "partition.yaml", settings: ["kind": "hang", "held": "30s"])
        #expect(set.steps[1].actions == [.wait(.seconds(30))])
    }

    @Test func whatIsRegisteredAsOnThePageCanBeNamed() throws {
        let text = try #require(try examples(in: "yaml").last)
        let scenario = try ScenarioReader.read(text, file: "ports.yaml", extensions: extensions)
        let port = NamedValue("port", "7")
        #expect(
            scenario.steps[0].actions == [.custom(name: "unplug_port", parameters: [port])])
        #expect(throws: FileError.self) {
            _ = try ScenarioReader.read(text, file: "ports.yaml")
        }
    }

    @Test func everyActionHasItsRow() throws {
        let rows = try page().components(separatedBy: "\n").filter { $0.hasPrefix("| `") }
        let names = rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: ",").map { name in
                name.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
            }
        }
        #expect(Set(names) == Set(ActionReader.names))
        #expect(names.count == ActionReader.names.count)
    }
}
