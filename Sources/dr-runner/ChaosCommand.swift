import ArgumentParser
import DRTesting
import Engine
import EventLog
import Foundation
import Projections

struct ChaosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Inject faults drawn by chance, and see that all ends well.",
        discussion: """
            The same seed and duration give the same faults at the same times. When all are \
            lifted, service must be back and nothing that was acknowledged lost. If service never \
            suffered, nothing was shown, and the run is inconclusive. It is recorded as chaos, not \
            as a drill.

            Without --target the storage under test is served from a temporary directory. Targets \
            of the environment 'production' are refused.
            """)

    @Option(help: "What the faults are drawn from. (default: by chance)")
    var seed: UInt64?

    @Option(name: .customLong("for"), help: "How long faults come and go, from 10s to 5m.")
    var duration: String

    @OptionGroup var data: DataOptions

    @Option(help: "A file that describes the storage under test.")
    var target: String?

    @Option(help: "Who runs it. (default: the user's name)")
    var by: String?

    @Flag(help: "Print the scenario that was drawn, for dr-runner run, and run nothing.")
    var plan = false

    @Flag(help: "Print the test as JSON on standard output, everything else on standard error.")
    var json = false

    /// Shorter ones have room for hardly more than one fault.
    private static let shortest: Duration = .seconds(10)

    func run() async throws {
        do {
            let plan = try drawn()
            if self.plan {
                try tell(String(plan.scenarioText.dropLast()))
            } else {
                try await run(plan)
            }
        } catch {
            throw explained(error)
        }
    }

    private func drawn() throws -> ChaosPlan {
        let range = Self.shortest...ChaosPlan.longestDuration
        guard let duration = Duration(parsing: duration), range.contains(duration) else {
            throw RunnerError(
                .usage,
                "--for '\(duration)': accepted: from \(range.lowerBound.words) to "
                    + "\(range.upperBound.words), as 90s or 2m")
        }
        return ChaosPlan(
            seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)), duration: duration)
    }

    private func run(_ plan: ChaosPlan) async throws {
        let settings = try Settings()
        try settings.requireEnabled()
        let request = try request(plan, settings)
        let site = try await RunSite(data, settings)
        try introduce(plan)
        let view = RunView(to: json ? .standardError : .standardOutput)
        let runner = Runner(
            store: site.store, slots: site.slots, outside: site.outside,
            progress: { view.show($0) })
        let signals = SignalWatch { runner.stop(.signal($0)) }
        let report = try await runner.run(request)
        view.finish()
        if json, let document = try TestDocument.json(ofTest: report.id, site.store.reader) {
            try tell(String(decoding: document, as: UTF8.self))
        }
        if let number = signals.received { throw ExitCode(128 + number) }
        throw Self.exitCode(of: report.finished)
    }

    private func request(_ plan: ChaosPlan, _ settings: Settings) throws -> RunRequest {
        let target = try TargetSource.read(target)
        if target.environment == "production" {
            throw RunnerError(
                .usage, "target '\(target.name)' is production: chaos is for other environments")
        }
        var request = RunRequest(
            scenario: try plan.scenario(), scenarioText: plan.scenarioText, seed: plan.seed)
        request.target = target
        request.executedBy = by ?? NSUserName()
        request.timeout = settings.timeout
        request.queueChild = [ProgramPath.current, QueueChildCommand.name]
        request.toolVersion = Version.current
        return request
    }

    /// What the faults are drawn from, whole: with it the run can be understood and made again.
    private func introduce(_ plan: ChaosPlan) throws {
        let options = plan.options.named.map { "  \($0.name): \($0.value)\n" }.joined()
        let text =
            "Chaos from seed \(plan.seed) for \(plan.duration.words): "
            + "\(plan.spells.count.counted("fault")), drawn from\n\(options)"
        if json {
            try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
        } else {
            try tell(text)
        }
    }

    private static func exitCode(of finished: RunFinished) -> ExitCode {
        switch (finished.status, finished.verdict) {
        case (.cancelled, _): .cancelled
        case (_, .passed): .success
        case (_, .failed): .failure
        default: .inconclusive
        }
    }
}
