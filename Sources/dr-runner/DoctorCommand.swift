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

    @Flag(help: "Close the runs whose runner is gone, and remove what they left in storage.")
    var clear = false

    func run() async throws {
        do {
            let target = try target.map { try TargetSource.read($0) }
            var findings = try settings()
            let runs = try log(&findings)
            if let runs { findings += try await unfinished(runs) }
            if let target {
                findings += try await TargetCheck.examine(target, runs: runs, clear: clear).map {
                    Finding(isGood: $0.isGood, text: $0.text)
                }
            }
            try tell(findings.map(\.line).joined(separator: "\n"))
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

    private func settings() throws -> [Finding] {
        let isEnabled = try Settings().isEnabled
        let findings = [Finding(isGood: true, text: "the environment variables make sense")]
        return isEnabled
            ? findings : findings + [Finding(isGood: false, text: Settings.disabled)]
    }

    /// - Returns: `nil` without a log, which is not made: only a run has something to record.
    private func log(_ findings: inout [Finding]) throws -> UnfinishedRuns? {
        let place = data.directory.path
        guard data.directory.hasLog else {
            try data.directory.checkUsable()
            findings.append(
                Finding(isGood: true, text: "\(place): no log yet; the first run makes it"))
            return nil
        }
        let store = try EventStore(data.directory)
        let events = try store.reader.head().position.counted("event")
        findings.append(Finding(isGood: true, text: "\(place): the log has \(events)"))
        return UnfinishedRuns(store: store)
    }

    private func unfinished(_ runs: UnfinishedRuns) async throws -> [Finding] {
        let closed = clear ? try await runs.closeLost() : []
        let findings = closed.map {
            Finding(isGood: true, text: "test \($0) was closed: its runner was lost")
        }
        return try await findings
            + runs.all().map { entry in
                entry.isAlive
                    ? Finding(isGood: true, text: "test \(entry.id) is under way")
                    : Finding(
                        isGood: false,
                        text: "test \(entry.id) lost its runner; close it with --clear")
            }
    }
}
