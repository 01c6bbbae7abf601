import ArgumentParser
import DRTesting
import Engine
import EventLog
import Foundation
import Synchronization
import Wire

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

    @Option(help: "Who runs it. (default: the user's name)")
    var by: String?

    @Option(name: .customLong("set"), help: "A variable of the scenario, as name=value.")
    var settings: [String] = []

    @Option(help: "The seed of everything that is drawn by chance, the same for all runs.")
    var seed: UInt64?

    @Flag(help: "Print the result as JSON on standard output, everything else on standard error.")
    var json = false

    func validate() throws {
        if (scenario == nil) != all { throw ValidationError("Give one scenario, or --all.") }
        if all && !settings.isEmpty { throw ValidationError("--set is for one scenario.") }
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
        let view = ProofView(to: json ? .standardError : .standardOutput)
        let prover = Prover(
            store: site.store, slots: site.slots, outside: site.outside,
            progress: { view.show($0) })
        let signals = SignalWatch { prover.stop(.signal($0)) }
        var proofs: [Proof] = []
        for subject in subjects where !prover.isStopped && proofs.last?.isStopped != true {
            view.begin(subject.request.scenario.name, runs: 1 + subject.sabotages.count)
            do {
                proofs.append(try await prover.prove(subject.request, by: subject.sabotages))
            } catch {
                // What was found before is recorded, and worth seeing.
                view.finish(proofs)
                throw error
            }
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
        let chosen = try only.map { try Self.sabotage(named: $0) }
        let names = scenario.map { [$0] } ?? BuiltinScenarios.all.map(\.name)
        let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        let subjects = try names.map { name in
            let source = try ScenarioSource(name)
            let read = try ScenarioReader.read(
                source.text, file: source.file, settings: try values())
            var request = RunRequest(scenario: read, scenarioText: source.text, seed: seed)
            request.scenarioID = source.id
            request.executedBy = by ?? NSUserName()
            request.timeout = settings.timeout
            request.queueChild = [ProgramPath.current, QueueChildCommand.name]
            request.loadChild = [ProgramPath.current, LoadChildCommand.name]
            request.toolVersion = Version.current
            let sabotages = Sabotage.applicable(to: read.type).filter {
                chosen == nil || $0 == chosen
            }
            return Subject(request: request, sabotages: sabotages)
        }.filter { !$0.sabotages.isEmpty }
        if subjects.isEmpty { throw try nothingToProve() }
        return subjects
    }

    private static func sabotage(named name: String) throws -> Sabotage {
        if let sabotage = Sabotage(rawValue: name), sabotage != .control { return sabotage }
        let known = Sabotage.allCases.filter { $0 != .control }.map(\.rawValue)
        throw RunnerError(
            .usage, "--only '\(name)' is not known; accepted: \(known.joined(separator: ", "))")
    }

    private func values() throws -> [String: String] {
        var values: [String: String] = [:]
        for setting in settings {
            let sides = setting.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2 else {
                throw RunnerError(.usage, "--set '\(setting)': accepted: name=value")
            }
            values[sides[0]] = sides[1]
        }
        return values
    }

    private func nothingToProve() throws -> RunnerError {
        guard let scenario else {
            return RunnerError(.usage, "no built-in scenario has to notice '\(only ?? "")'")
        }
        let source = try ScenarioSource(scenario)
        let type = try ScenarioReader.read(source.text, file: source.file, settings: values()).type
        let known = Sabotage.applicable(to: type).map(\.rawValue)
        let list = known.isEmpty ? "nothing that can be broken" : known.joined(separator: ", ")
        return RunnerError(.usage, "a scenario of type '\(type)' has to notice: \(list)")
    }
}

/// Where runs are recorded, and how many may be under way there at once.
struct RunSite {
    let store: EventStore
    let slots: Int
    let outside: OutsideCheckpoints?

    /// Also closes the runs whose runner was lost.
    init(_ data: DataOptions, _ settings: Settings) async throws {
        ProcessLimits.prepare()
        store = try EventStore(data.directory)
        slots = settings.slots
        outside = OutsideCheckpoints.standard(
            logID: store.reader.logID, environment: ProcessInfo.processInfo.environment)
        for id in try await UnfinishedRuns(store: store).closeLost() {
            complain("test \(id) was closed: its runner was lost")
        }
    }
}

// MARK: - For people

/// Shows proofs: a line for each run, redrawn in a terminal while it is under way, and the matrices
/// at the end.
final class ProofView: Sendable {
    private let output: FileHandle
    private let isTerminal: Bool
    private let style: TerminalStyle
    private let line = Mutex(ProofLine())
    /// Something was lost on the way to whoever watches.
    private let isIncomplete = Atomic(false)

    init(to output: FileHandle) {
        self.output = output
        let environment = ProcessInfo.processInfo.environment
        isTerminal = isatty(output.fileDescriptor) == 1 && environment["TERM"] != "dumb"
        style = TerminalStyle(
            usesColor: isTerminal && environment["NO_COLOR"].map(\.isEmpty) ?? true)
    }

    func begin(_ scenario: String, runs: Int) {
        write(style.bold(fitted("\(scenario.printable()): \(runs.counted("run"))")) + "\n")
    }

    func show(_ progress: ProofProgress) {
        line.withLock { line in
            switch progress {
            case .running(let sabotage, let progress):
                line.apply(progress)
                guard isTerminal else { return }
                let text = fitted("\(sabotage.rawValue)  \(line.text)", less: 2)
                write(line.redrawn("\(style.bold("▸")) \(text)"))
            case .found(let finding, let took):
                let words = "\(finding.sabotage.rawValue)  \(finding.sentence)  \(took.words)"
                write(line.ended("\(mark(finding)) \(fitted(words, less: 2))"))
            }
        }
    }

    func finish(_ proofs: [Proof]) {
        for proof in proofs {
            write("\n\(style.bold(fitted(proof.scenario.printable())))\n")
            for line in matrix(of: proof) { write(line + "\n") }
            write("\(closing(proof))\n")
        }
        if isIncomplete.load(ordering: .relaxed) {
            complain("not everything could be shown; 'dr-audit replay' shows what was recorded")
        }
    }

    // MARK: Lines

    private func matrix(of proof: Proof) -> [String] {
        let matrix = ProofMatrix(proof, width: width)
        let indent = String(repeating: " ", count: ProofMatrix.markWidth)
        let head = style.dim(indent + matrix.headings.joined(separator: ProofMatrix.gap))
        return [head]
            + matrix.rows.enumerated().map { index, cells in
                let text = cells.joined(separator: ProofMatrix.gap)
                guard index < proof.findings.count else { return style.dim("· \(text)") }
                return "\(mark(proof.findings[index])) \(text)"
            }
    }

    private func closing(_ proof: Proof) -> String {
        if proof.isProven {
            return style.green("Proven: everything that was broken was caught where it was.")
        }
        if proof.isStopped || proof.next != nil { return style.yellow("Stopped.") }
        if let control = proof.findings.first, !control.isGood {
            return style.red("Not proven: it did not pass with nothing broken.")
        }
        let caught = proof.findings.count { $0.conclusion == .caught }
        return style.red("Not proven: \(caught) of \(proof.planned.count - 1) were caught.")
    }

    private func mark(_ finding: Proof.Finding) -> String {
        switch finding.conclusion {
        case .sound, .caught: style.green("✓")
        case .unsound, .missed, .elsewhere: style.red("✗")
        case .crashed: style.yellow("?")
        case .stopped: style.dim("·")
        }
    }

    // MARK: The terminal

    /// Lines of a terminal are cut; elsewhere they are whole.
    private func fitted(_ text: String, less: Int = 0) -> String {
        let limit = max(width - less - 1, 10)
        return !isTerminal || text.count <= limit ? text : text.prefix(limit - 1) + "…"
    }

    private var width: Int {
        var size = winsize()
        let isKnown = ioctl(output.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    /// A reader that went away must not stop the proof.
    private func write(_ text: String) {
        do {
            try output.write(contentsOf: Data(text.utf8))
        } catch {
            isIncomplete.store(true, ordering: .relaxed)
        }
    }
}

/// The line of the run under way. A value: it knows no terminal.
private struct ProofLine: Sendable {
    private var steps: [String] = []
    private var phase = ""
    private var elapsed = Duration.zero
    private var isDrawn = false

    mutating func apply(_ progress: RunProgress) {
        switch progress {
        case .recorded(_, let scenario, _):
            steps = scenario.steps.map { $0.name.printable() }
            (phase, elapsed) = ("prerequisites", .zero)
        case .steadying: phase = "steady state"
        case .stepBegan(let index): phase = "\(index + 1)/\(steps.count) \(steps[index])"
        case .waiting(let tick): elapsed = tick.elapsed
        case .cleaningUp: phase = "cleaning up"
        case .prerequisite, .stepEnded, .ended: break
        }
    }

    var text: String { "\(phase)  \(elapsed.milliseconds / 1000) s" }

    /// In place of what was drawn before.
    mutating func redrawn(_ line: String) -> String {
        defer { isDrawn = true }
        return (isDrawn ? "\u{1b}[1A\r\u{1b}[2K" : "") + line + "\n"
    }

    /// The last time for this run.
    mutating func ended(_ line: String) -> String {
        defer { self = ProofLine() }
        return redrawn(line)
    }
}

extension Proof.Finding {
    /// For people: `caught at Process queued operations`.
    fileprivate var sentence: String {
        let place = step.isEmpty ? reason.printable() : step.printable()
        switch conclusion {
        case .sound: return "passed"
        case .unsound: return "did not pass: \(place)"
        case .caught: return "caught at \(place)"
        case .missed: return "not caught: everything passed"
        case .elsewhere: return "not caught by \(sabotage.component), only \(place) went red"
        case .crashed: return "crashed: \(reason.printable())"
        case .stopped: return "stopped"
        }
    }
}

// MARK: - For programs

/// `{proven, scenarios: [{scenario, proven, runs: [{sabotage, component, step, verdict, conclusion,
/// reason, test_id}]}]}`. What was not run has `null` but for the first two.
private enum ProofDocument {
    static func text(_ proofs: [Proof], isProven: Bool) -> String {
        var writer = JSONWriter()
        writer.object { document in
            document.name("proven")
            document.bool(isProven)
            document.name("scenarios")
            document.array { list in
                for proof in proofs { list.object { write(proof, to: &$0) } }
            }
        }
        return writer.text
    }

    private static func write(_ proof: Proof, to object: inout JSONWriter) {
        object.name("scenario")
        object.string(proof.scenario)
        object.name("proven")
        object.bool(proof.isProven)
        object.name("runs")
        object.array { list in
            for (index, sabotage) in proof.planned.enumerated() {
                let isMade = index < proof.findings.count
                list.object { write(sabotage, isMade ? proof.findings[index] : nil, to: &$0) }
            }
        }
    }

    private static func write(
        _ sabotage: Sabotage, _ finding: Proof.Finding?, to row: inout JSONWriter
    ) {
        let members: [(String, String?)] = [
            ("sabotage", sabotage.rawValue),
            ("component", sabotage == .control ? nil : sabotage.component),
            ("step", finding?.step), ("verdict", finding.flatMap { verdict($0.verdict) }),
            ("conclusion", finding?.conclusion.rawValue), ("reason", finding?.reason),
        ]
        for (name, value) in members {
            row.name(name)
            row.string(value?.isEmpty == true ? nil : value)
        }
        row.name("test_id")
        row.integer(finding?.testID)
    }

    private static func verdict(_ verdict: Verdict) -> String? {
        verdict == .none ? nil : "\(verdict)"
    }
}
