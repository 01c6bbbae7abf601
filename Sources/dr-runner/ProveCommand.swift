import ArgumentParser
import DRTesting
import Engine

struct ProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that a scenario notices each part that is broken on purpose.",
        discussion: """
            The scenario is run once as it is, and once with each part broken that it must notice, \
            on storage served from a temporary directory. Every run is recorded.

            Exit codes: 0 if the first run passed and each of the others went red at a step of the \
            component that was broken, 1 if not; the others as those of run.
            """)

    @Argument(help: "A built-in scenario by name or number, or a scenario file.")
    var scenario: String?

    @Flag(help: "Every built-in scenario.")
    var all = false

    @Option(help: "Break only this part, one of those that run --sabotage has.")
    var only: String?

    @OptionGroup var data: DataOptions

    @OptionGroup var executor: ExecutorOption

    @OptionGroup var variables: VariableOptions

    @Option(help: "The seed of everything that is drawn by chance, the same for all runs.")
    var seed: UInt64?

    @Flag(help: "Print the result as JSON on standard output, everything else on standard error.")
    var json = false

    func validate() throws {
        if (scenario == nil) != all { throw ValidationError("Give one scenario, or --all.") }
        if all && !variables.settings.isEmpty {
            throw ValidationError("--set is for one scenario.")
        }
    }

    func run() async throws {
        do {
            try await prove()
        } catch {
            throw explained(error)
        }
    }

    private struct Subject {
        let request: RunRequest
        let sabotages: [Sabotage]
    }

    private func prove() async throws {
        let settings = try Settings()
        try settings.requireEnabled()
        let subjects = try subjects(settings)
        let site = try await RunSite(data, settings)
        let view = ProofView(on: Terminal(json: json))
        let prover = Prover(
            store: site.store, slots: site.slots, outside: site.outside,
            progress: { view.show($0) })
        let signals = SignalWatch { prover.stop(.signal($0)) }
        var proofs: [Proof] = []
        for subject in subjects where !prover.isStopped && proofs.last?.isStopped != true {
            var proof = Proof(of: subject.request.scenario.name, by: subject.sabotages)
            view.begin(proof.scenario, runs: proof.planned.count)
            do {
                try await prover.prove(&proof, with: subject.request)
            } catch {
                // What was found before is recorded, and worth seeing.
                view.finish(proof.findings.isEmpty ? proofs : proofs + [proof])
                throw await site.namingTests(in: error)
            }
            proofs.append(proof)
        }
        view.finish(proofs)
        let isProven = proofs.count == subjects.count && proofs.allSatisfy(\.isProven)
        if json { try tell(ProofDocument.text(proofs, isProven: isProven)) }
        if let number = signals.received { throw ExitCode(128 + number) }
        if proofs.contains(where: \.isStopped) { throw ExitCode.cancelled }
        throw isProven ? ExitCode.success : ExitCode.failure
    }

    // MARK: What is to be proven

    private func subjects(_ settings: Settings) throws -> [Subject] {
        let breaking = Sabotage.allCases.filter { $0 != .control }
        let chosen = try only.map { try Sabotage(named: $0, by: "--only", among: breaking) }
        let names = scenario.map { [$0] } ?? BuiltinScenarios.all.map(\.name)
        let seed = seed ?? RunRequest.drawnSeed()
        let requests = try names.map { name in
            try RunRequest(of: name, variables, seed: seed, by: executor, settings)
        }
        let subjects = requests.map { request in
            let noticed = Sabotage.applicable(to: request.scenario)
            return Subject(
                request: request, sabotages: noticed.filter { chosen == nil || $0 == chosen })
        }.filter { !$0.sabotages.isEmpty }
        if subjects.isEmpty { throw nothingToProve(requests) }
        return subjects
    }

    private func nothingToProve(_ requests: [RunRequest]) -> RunnerError {
        guard !all, let scenario = requests.first?.scenario else {
            return RunnerError(.usage, "no built-in scenario has to notice '\(only ?? "")'")
        }
        let known = Sabotage.applicable(to: scenario).map(\.rawValue)
        let list = known.isEmpty ? "nothing that can be broken" : known.joined(separator: ", ")
        return RunnerError(.usage, "a scenario of type '\(scenario.type)' has to notice: \(list)")
    }
}
