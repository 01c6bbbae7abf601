import ArgumentParser
import DRTesting
import Engine
import EventLog
import Foundation
import Wire

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Look for what could keep a run from working, and for what a dead run left behind.",
        discussion: """
            Looks at the settings, the data directory, the space, who holds its locks, and the \
            clock. With --target it also writes, reads and removes an object below dr-test/ in \
            each storage of the target, reads the states of its service, and asks its proxies for \
            faults that are in force.

            Exit code 1 if there is a problem.
            """)

    @OptionGroup var data: DataOptions

    @Option(help: "Also try the storages, the service and the proxies of this target.")
    var target: String?

    @Flag(
        help: """
            Close the runs whose runner is gone, undo what they changed, remove what they left in \
            storage, and lift the faults at the target's proxies unless a run is under way.
            """)
    var clear = false

    @Flag(help: "Print the findings as JSON on standard output.")
    var json = false

    func run() async throws {
        do {
            let target = try target.map { try TargetSource.read($0) }
            var findings = try settings() + DirectoryCheck(data.directory).findings()
            let store = try log(&findings)
            let runs = store.map { UnfinishedRuns(store: $0) }
            findings.append(try clock(store))
            if let runs { findings += try await left(by: runs) }
            if let target {
                findings += try await TargetCheck(target, runs: runs, clears: clear).findings()
            }
            try tell(json ? Self.document(findings) : findings.map(\.line).joined(separator: "\n"))
            if findings.contains(where: { $0.level == .problem }) { throw ExitCode.failure }
        } catch {
            throw explained(error)
        }
    }

    private func settings() throws -> [Finding] {
        let isEnabled = try Settings().isEnabled
        let sense = Finding(.ok, "settings", "the environment variables make sense")
        return isEnabled ? [sense] : [sense, Finding(.problem, "settings", Settings.disabled)]
    }

    /// - Returns: `nil` without a log, which is not made: only a run has something to record.
    private func log(_ findings: inout [Finding]) throws -> EventStore? {
        let place = data.directory.path
        guard data.directory.hasLog else {
            try data.directory.checkUsable()
            findings.append(Finding(.ok, "log", "\(place): no log yet; the first run makes it"))
            return nil
        }
        let store = try EventStore(data.directory)
        let events = try store.reader.head().position.counted("event")
        findings.append(Finding(.ok, "log", "\(place): the log has \(events)"))
        return store
    }

    private func clock(_ store: EventStore?) throws -> Finding {
        let now = UInt64(Date().timeIntervalSince1970 * 1_000_000)
        return ClockCheck.finding(now: now, last: try store?.reader.head().recorded)
    }

    private func left(by runs: UnfinishedRuns) async throws -> [Finding] {
        let closed = clear ? try await runs.closeLost() : []
        var findings = closed.map {
            Finding(.ok, "runs", "test \($0) was closed: its runner was lost")
        }
        findings += try await runs.all().map { entry in
            entry.isAlive
                ? Finding(.note, "runs", "test \(entry.id) is under way")
                : Finding(
                    .problem, "runs", "test \(entry.id) lost its runner; close it with --clear")
        }
        for entry in try await runs.changesLeft() {
            findings += entry.run.changesLeft.map {
                Finding(
                    .problem, "changes",
                    "test \(entry.id) left this changed: \($0.description); --clear tries again "
                        + "to undo it")
            }
        }
        return findings
    }
}

extension DoctorCommand {
    // MARK: What is printed

    private static func document(_ findings: [Finding]) -> String {
        var writer = JSONWriter()
        writer.object { document in
            document.name("findings")
            document.array { list in
                for finding in findings { list.object { write(finding, to: &$0) } }
            }
        }
        return writer.text
    }

    private static func write(_ finding: Finding, to row: inout JSONWriter) {
        row.name("check")
        row.string(finding.check)
        row.name("level")
        row.string(finding.level.rawValue)
        row.name("message")
        row.string(finding.text)
    }
}

extension Finding {
    private static let checkWidth = 9

    fileprivate var line: String {
        func filled(_ text: String, to width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        return filled(level.rawValue, to: "problem".count) + " "
            + filled(check, to: Self.checkWidth) + " " + text.printable()
    }
}
