import ArgumentParser
import DRTesting
import Engine
import EventLog

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the built-in scenarios and the runs under way.")

    @OptionGroup var data: DataOptions

    func run() async throws {
        do {
            print("Scenarios")
            for entry in BuiltinScenarios.all {
                let scenario = try ScenarioReader.read(entry.text, file: entry.name)
                let objectives = scenario.objectives
                print(
                    "  \(entry.id)  \(scenario.name)  (\(scenario.type); RTO "
                        + "\(objectives.recoveryTime?.words ?? "none"), RPO "
                        + "\(objectives.recoveryPoint?.words ?? "none"))")
                for variable in scenario.variables {
                    print("       --set \(variable.name)=\(variable.value)")
                }
            }
            guard data.directory.hasLog else { return }
            let runs = try await UnfinishedRuns(store: EventStore(data.directory)).all()
            print("Runs under way")
            if runs.isEmpty { print("  none") }
            for entry in runs {
                let state = entry.isAlive ? "\(entry.run.status)" : "\(entry.run.status) (lost)"
                let name = entry.run.requested?.scenarioName.printable() ?? ""
                print("  \(entry.id)  \(name)  \(state)")
            }
        } catch {
            throw explained(error)
        }
    }
}
