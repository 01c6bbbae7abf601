internal import ChaosToolkit
internal import DRTesting
internal import Wire

/// What an experiment calls, as far as that is known before it runs. What a probe of the
/// configuration decides is looked at when it is called.
struct ExperimentNeeds {
    private struct Host: Equatable {
        let name: String
        let port: Int

        /// As a target allows it.
        var text: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
    }

    private let experiment: Experiment
    private let substitution: Substitution
    private let programs: ProgramSearch
    private let calls: ActivityCalls
    private let environment: [String: String]
    private var hosts: [Host] = []
    private var processes: [String] = []
    private var variables: [String] = []
    /// Why it cannot be run, whatever a target allows.
    private(set) var problems: [String] = []

    init(_ request: ExperimentRequest) {
        (experiment, substitution) = (request.experiment, request.substitution)
        environment = request.environment
        programs = ProgramSearch(environment: environment)
        calls = ActivityCalls(programs: programs, variables: [], longestProcess: .zero)
        for activity in request.activities { add(activity) }
        if request.rollbackStrategy != .never { checkRollbacks() }
        addVariables()
    }

    /// What nobody could put back is better not broken.
    private mutating func checkRollbacks() {
        if programs.find(PythonActivity.program) != nil { return }
        for rollback in experiment.rollbacks {
            guard case .python(let provider) = rollback.provider, !provider.isToxiproxy else {
                continue
            }
            problems.append(
                "\(rollback.path): it is a function of Python, and the 'chaos' command that would "
                    + "call it is not installed: what the method does would stay")
        }
    }

    private mutating func add(_ activity: Activity) {
        do {
            switch activity.provider {
            case .python(let provider): try add(provider)
            case .http, .process:
                if let call = try calls.call(of: activity, substitution) { add(call) }
            }
        } catch {
            // It may be a name whose value a probe finds.
            if !isDynamic { problems.append("\(activity.path): \(error.message)") }
        }
    }

    private var isDynamic: Bool {
        experiment.configuration.entries.contains { entry in
            if case .probe = entry.value { true } else { false }
        }
    }

    private mutating func add(_ call: OutsideCall) {
        switch call {
        case .http(let call): add(url: call.url)
        case .process(let call): add(program: call.path)
        case .plugin: break
        }
    }

    private mutating func add(url: String) {
        // A name that has no value yet; in an address its braces are encoded.
        guard !url.contains("$%7B"), let place = HTTPExchange.Place(url) else { return }
        let host = Host(name: place.host, port: place.port)
        if !hosts.contains(host) { hosts.append(host) }
    }

    private mutating func add(program: String) {
        if !processes.contains(program) { processes.append(program) }
    }

    private mutating func add(_ provider: PythonProvider) throws(ActivityError) {
        if provider.isToxiproxy {
            let url = ToxiproxyAddress.url(substitution, environment)
            if let url { add(url: url) }
            if url == nil && !isDynamic { throw ToxiproxyAddress.missing }
        } else if let chaos = programs.find(PythonActivity.program) {
            // Where it is not installed the activity says so, and the rest can be run.
            add(program: chaos)
        }
    }

    /// What rollbacks use is kept for whoever plays them if the runner dies, by its name.
    private mutating func addVariables() {
        let named = NamedSecrets(experiment)
        let substitution = Substitution(
            configuration: substitution.configuration, secrets: named.secrets)
        for activity in experiment.rollbacks {
            guard let call = try? calls.undo(of: activity, substitution) else { continue }
            for name in call.names where named.variables.contains(name) {
                if !variables.contains(name) { variables.append(name) }
            }
        }
    }

    /// What a target would have to say beside what it allows; `nil` if it allows all.
    func missing(from allowance: Allowance) -> Allowance? {
        let hosts = hosts.filter { !allowance.allows(host: $0.name, port: $0.port) }
        let processes = processes.filter { !allowance.processes.contains($0) }
        if hosts.isEmpty && processes.isEmpty { return nil }
        return Allowance(
            hosts: hosts.map(\.text), processes: processes,
            environment: variables.filter { !allowance.environment.contains($0) })
    }
}

extension Allowance {
    /// As it is written in a target file.
    var block: String {
        let lists = [
            ("hosts", hosts), ("processes", processes), ("environment", environment),
            ("plugins", plugins),
        ]
        let lines = lists.filter { !$0.1.isEmpty }.map { name, entries in
            let words = entries.map { JSONValue.string($0).text() }
            return "  \(name): [\(words.joined(separator: ", "))]"
        }
        return (["allow:"] + lines).joined(separator: "\n")
    }
}

extension RunRequest {
    /// The text is kept in the log, where a record has 64 KiB.
    private static let maximumExperimentBytes = 32 << 10

    /// Whether the target lets the experiment call what it names, as far as that can be said before
    /// it runs. `Runner` checks it as well, and so does each call.
    ///
    /// - Throws: `RunnerError` with `.usage`, saying what a target would have to allow.
    public func checkCalls() throws(RunnerError) {
        guard let experiment else { return }
        if scenarioText.utf8.count > Self.maximumExperimentBytes {
            throw RunnerError(.usage, "the experiment has more than 32 KiB, too much for the log")
        }
        let needs = ExperimentNeeds(experiment)
        let redaction = experiment.redaction
        if !needs.problems.isEmpty {
            let problems = needs.problems.map { redaction.apply($0) }.joined(separator: "\n")
            throw RunnerError(.usage, "the experiment cannot be run\n\(problems)")
        }
        guard let missing = needs.missing(from: target.allowance) else { return }
        // A target file that says nothing else is enough for an experiment.
        let isNew = target.allowance == Allowance() && target.name == Target.embedded.name
        let head = isNew ? "name: experiments\nkind: embedded\nenvironment: test\n" : ""
        throw RunnerError(
            .usage,
            "an experiment may call only what the target allows; a file for --target with what "
                + "is missing here:\n\(head)\(redaction.apply(missing.block))")
    }
}
