import ArgumentParser
import DRTesting
import Engine
import Foundation

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

    @OptionGroup var target: TargetOption

    @OptionGroup var executor: ExecutorOption

    @Flag(help: "Print the scenario that was drawn, for dr-runner run, and run nothing.")
    var plan = false

    @OptionGroup var output: TestOutputOption

    /// Shorter ones have room for hardly more than one fault.
    private static let shortest: Duration = .seconds(10)

    func run() async throws {
        do {
            let plan = try drawn()
            if self.plan {
                try tell(String(plan.scenarioText.dropLast()))
            } else {
                throw try await run(plan)
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
        return ChaosPlan(seed: seed ?? RunRequest.drawnSeed(), duration: duration)
    }

    private func run(_ plan: ChaosPlan) async throws -> ExitCode {
        let settings = try Settings()
        try settings.requireEnabled()
        var request = RunRequest(
            of: try plan.scenario(), text: plan.scenarioText, seed: plan.seed, by: executor,
            settings)
        request.target = try target.read()
        try request.checkPermission()
        let site = try await RunSite(data, settings)
        try introduce(plan)
        return try await site.perform(request, json: output.json)
    }

    /// What the faults are drawn from, whole: with it the run can be understood and made again.
    private func introduce(_ plan: ChaosPlan) throws {
        let options = plan.options.named.map { "  \($0.name): \($0.value)\n" }.joined()
        let text =
            "Chaos from seed \(plan.seed) for \(plan.duration.words): "
            + "\(plan.spells.count.counted("fault")), drawn from\n\(options)"
        if output.json {
            try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
        } else {
            try tell(text)
        }
    }
}
