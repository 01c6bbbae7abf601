import ArgumentParser
import DRTesting
import Engine
import EventLog
import Wire

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the built-in scenarios and the runs under way.")

    @OptionGroup var data: DataOptions

    @Flag(help: "Print the list as JSON on standard output.")
    var json = false

    func run() async throws {
        do {
            let scenarios = try BuiltinScenarios.all.map { entry in
                (entry.id, try ScenarioReader.read(entry.text, file: entry.name))
            }
            let runs =
                data.directory.hasLog
                ? try await UnfinishedRuns(store: EventStore(data.directory)).all() : []
            try tell(json ? Self.document(scenarios, runs) : Self.text(scenarios, runs))
        } catch {
            throw explained(error)
        }
    }

    // MARK: For people

    private static func text(
        _ scenarios: [(UInt64, Scenario)], _ runs: [UnfinishedRuns.Entry]
    ) -> String {
        var lines = ["Scenarios"]
        for (id, scenario) in scenarios {
            let objectives = scenario.objectives
            lines.append(
                "  \(id)  \(scenario.name)  (\(scenario.type); RTO "
                    + "\(objectives.recoveryTime?.words ?? "none"), RPO "
                    + "\(objectives.recoveryPoint?.words ?? "none"))")
            lines += scenario.variables.map { "       --set \($0.name)=\($0.value)" }
        }
        lines.append("Runs under way")
        if runs.isEmpty { lines.append("  none") }
        for entry in runs {
            let state = entry.isAlive ? "\(entry.run.status)" : "\(entry.run.status) (lost)"
            let name = entry.run.requested?.scenarioName.printable() ?? ""
            lines.append("  \(entry.id)  \(name)  \(state)")
        }
        return lines.joined(separator: "\n")
    }

    // MARK: As JSON

    /// `{scenarios, runs}`, with the names of the tables `test_scenarios` and `dr_tests`.
    private static func document(
        _ scenarios: [(UInt64, Scenario)], _ runs: [UnfinishedRuns.Entry]
    ) -> String {
        var writer = JSONWriter()
        writer.object { document in
            document.name("scenarios")
            document.array { list in
                for (id, scenario) in scenarios { list.object { write(scenario, id: id, to: &$0) } }
            }
            document.name("runs")
            document.array { list in
                for entry in runs { list.object { write(entry, to: &$0) } }
            }
        }
        return writer.text
    }

    private static func write(_ scenario: Scenario, id: UInt64, to row: inout JSONWriter) {
        row.name("id")
        row.integer(id)
        row.name("scenario_name")
        row.string(scenario.name)
        row.name("test_type")
        row.string(scenario.type)
        row.name("description")
        row.string(scenario.description)
        row.name("rto_target_ms")
        row.integer(scenario.objectives.recoveryTime?.milliseconds)
        row.name("rpo_target_ms")
        row.integer(scenario.objectives.recoveryPoint?.milliseconds)
        row.name("variables")
        row.object { variables in
            for variable in scenario.variables {
                variables.name(variable.name)
                variables.string(variable.value)
            }
        }
    }

    private static func write(_ entry: UnfinishedRuns.Entry, to row: inout JSONWriter) {
        row.name("id")
        row.integer(entry.id)
        row.name("scenario")
        row.string(entry.run.requested?.scenarioName)
        row.name("status")
        row.string("\(entry.run.status)")
        row.name("lost")
        row.bool(!entry.isAlive)
    }
}
