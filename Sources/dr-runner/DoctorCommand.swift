import ArgumentParser
import DRTesting
import Engine
import EventLog

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Look for what could keep a run from working, and for what a dead run left behind.")

    @OptionGroup var data: DataOptions

    @Option(help: "Also try the storages of this target.")
    var target: String?

    @Flag(help: "Close the runs whose runner is gone.")
    var clear = false

    func run() async throws {
        do {
            let findings = try await examine()
            for finding in findings { print(finding.line) }
            if findings.contains(where: { !$0.isGood }) { throw ExitCode.failure }
        } catch {
            throw explained(error)
        }
    }

    private struct Finding {
        let isGood: Bool
        let text: String

        var line: String { "\(isGood ? "ok     " : "problem") \(text.printable())" }
    }

    private func examine() async throws -> [Finding] {
        var findings: [Finding] = []
        _ = try Settings()
        findings.append(Finding(isGood: true, text: "the environment variables make sense"))
        let store = try EventStore(data.directory)
        let head = try store.reader.head()
        findings.append(
            Finding(
                isGood: true, text: "\(data.directory.path): the log has \(head.position) events"))
        let runs = UnfinishedRuns(store: store)
        if clear {
            for id in try await runs.closeLost() {
                findings.append(
                    Finding(isGood: true, text: "test \(id) was closed: its runner was lost"))
            }
        }
        for entry in try await runs.all() {
            findings.append(
                entry.isAlive
                    ? Finding(isGood: true, text: "test \(entry.id) is under way")
                    : Finding(
                        isGood: false,
                        text: "test \(entry.id) lost its runner; close it with --clear"))
        }
        guard let target else { return findings }
        for check in try await TargetCheck.examine(
            try TargetSource.read(target), runs: runs, clear: clear)
        {
            findings.append(Finding(isGood: check.isGood, text: check.text))
        }
        return findings
    }
}
