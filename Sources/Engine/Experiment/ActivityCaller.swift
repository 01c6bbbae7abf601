internal import Wire
internal import ChaosToolkit
internal import DRTesting
internal import FoundationEssentials
internal import Synchronization

/// Calls what an experiment names, as far as the target allows it.
final class ActivityCaller: ActivityCalling {
    /// As long as a program may take that names no time.
    static let longestProcess: Duration = .seconds(3600)

    private let experiment: Experiment
    let environment: [String: String]
    let folder: String
    let caller: OutsideCaller
    private let changes: OutsideChanges
    /// Empty: nobody is there who could play rollbacks later.
    private let watchdog: [String]
    let programs: ProgramSearch
    let calls: ActivityCalls
    private let proxies = Mutex<[String: ToxiproxyControl]>([:])
    /// How many functions of Python were called.
    let filesMade = Atomic(0)

    /// - Parameters:
    ///   - runs: the folder of all runs.
    init(
        _ experiment: ExperimentRequest, allowance: Allowance, runKey: String, runs: String,
        journal: RunJournal, watchdog: [String]
    ) {
        (self.experiment, environment) = (experiment.experiment, experiment.environment)
        self.watchdog = watchdog
        folder = "\(runs)/\(runKey)"
        programs = ProgramSearch(environment: experiment.environment)
        let variables = allowance.environment.filter { experiment.environment[$0] != nil }
        calls = ActivityCalls(
            programs: programs, variables: variables, longestProcess: Self.longestProcess)
        caller = OutsideCaller(
            allowance: allowance, environment: experiment.environment, leavesUnknownNames: true)
        changes = OutsideChanges(
            runKey: runKey, directory: runs, journal: journal, caller: caller, watchdog: watchdog,
            environment: experiment.environment)
    }

    func call(
        _ activity: Activity, _ substitution: Substitution
    ) async throws -> ActivityAnswer {
        do {
            switch activity.provider {
            case .http(let provider): return try await send(provider, activity, substitution)
            case .process(let provider): return try await run(provider, activity, substitution)
            case .python(let provider):
                let call = try provider.toxiproxyCall(
                    substituting: substitution, environment: variables(substitution))
                if let call { return try await perform(call, substitution) }
                return try await run(provider, activity, substitution)
            }
        } catch {
            throw Self.explained(error)
        }
    }

    /// Ports of proxies are set in the configuration while the experiment runs.
    private func variables(_ substitution: Substitution) -> [String: String] {
        var variables = environment
        for (name, value) in substitution.configuration.members where name.hasSuffix("_PORT") {
            variables[name] = value.pythonString
        }
        return variables
    }

    /// - Returns: `ActivityFailure`, or `CancellationError`.
    static func explained(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError, is ActivityFailure: error
        case let error as OutsideError:
            switch error.code {
            // Any status is expected: what is not is more than can be kept.
            case .notAllowed, .unusable, .unexpected:
                ActivityFailure(error.message, isUnmade: true)
            case .timedOut, .failed: ActivityFailure(error.message, isUnmade: false)
            }
        case let error as ActivityError: ActivityFailure(error.message, isUnmade: true)
        default: ActivityFailure("\(error)", isUnmade: true)
        }
    }

    // MARK: HTTP and processes

    private func send(
        _ provider: HTTPProvider, _ activity: Activity, _ substitution: Substitution
    ) async throws -> ActivityAnswer {
        guard let call = try calls.call(of: activity, substitution) else { throw Self.noCall }
        let result = try await send(call, retries: provider.retries)
        let headers = result.headers.map { HTTPHeader(name: $0.name, value: $0.value) }
        var answer = ActivityAnswer(
            output: try HTTPProvider.output(
                status: result.status, headers: headers, body: result.body))
        // 304 leads nowhere.
        if (300..<400).contains(result.status), result.status != 304 {
            let place = headers.first { $0.name.lowercased() == "location" }
            let words = place.map { " to \($0.value.prefix(300))" } ?? ""
            answer.warnings.append(
                "\(result.status) is a redirect\(words), which is not followed here; Chaos Toolkit "
                    + "would judge what is answered there")
        }
        return answer
    }

    /// Only what nobody has heard is said again.
    private func send(_ call: OutsideCall, retries: Int) async throws -> OutsideResult {
        var left = retries
        while true {
            do {
                return try await caller.perform(call)
            } catch let error as OutsideError where error.code == .failed && left > 0 {
                left -= 1
            }
        }
    }

    private func run(
        _ provider: ProcessProvider, _ activity: Activity, _ substitution: Substitution
    ) async throws -> ActivityAnswer {
        guard let call = try calls.call(of: activity, substitution) else { throw Self.noCall }
        let result = try await perform(call, with: caller, for: activity)
        var answer = ActivityAnswer(
            output: ProcessProvider.output(
                status: result.status, stdout: result.body, stderr: result.errors))
        if provider.isShellLine {
            answer.warnings.append("the arguments are one text, and no shell has read them")
        }
        return answer
    }

    /// If this process dies, the program goes with it.
    func perform(
        _ call: OutsideCall, with caller: OutsideCaller, for activity: Activity
    ) async throws -> OutsideResult {
        if watchdog.isEmpty { return try await caller.perform(call) }
        return try await caller.perform(call, watch: try await changes.watch(of: activity.path))
    }

    private static let noCall = ActivityFailure("there is nothing to call", isUnmade: true)

    // MARK: Toxiproxy

    private func perform(
        _ call: ToxiproxyCall, _ substitution: Substitution
    ) async throws -> ActivityAnswer {
        let control = try control(substitution)
        let answer = try await control.perform(call)
        return ActivityAnswer(output: answer.value, variable: answer.variable)
    }

    private func control(_ substitution: Substitution) throws -> ToxiproxyControl {
        guard let url = ToxiproxyAddress.url(substitution, environment) else {
            throw ToxiproxyAddress.missing
        }
        try caller.check(.http(HTTPCall(url: url)))
        return try proxies.withLock { proxies -> ToxiproxyControl in
            if let known = proxies[url] { return known }
            let token = environment[ToxiproxyAddress.tokenVariable]
            let canName = caller.allowance.environment.contains(ToxiproxyAddress.tokenVariable)
            let header = NamedValue(
                "Authorization", "Bearer ${\(ToxiproxyAddress.tokenVariable)}")
            // Without its token the watchdog can do nothing there.
            let isArmed = !watchdog.isEmpty && (token == nil || canName)
            let control = ToxiproxyControl(
                try FaultProxyClient(url: url, token: token), changes: isArmed ? changes : nil,
                authorization: token == nil ? [] : [header])
            proxies[url] = control
            return control
        }
    }

    // MARK: Putting back

    func arm(_ rollback: Activity, _ substitution: Substitution) async throws -> String {
        if watchdog.isEmpty {
            throw ActivityFailure("no program is known that could play it", isUnmade: true)
        }
        let named = NamedSecrets(experiment)
        let nameable = Substitution(
            configuration: substitution.configuration, secrets: named.secrets)
        do {
            guard let call = try undo(of: rollback, nameable) else {
                throw ActivityFailure("it is a function of Python", isUnmade: true)
            }
            if let hidden = named.hidden(in: call, besides: substitution.secrets.names) {
                throw ActivityFailure(
                    "the secret '\(hidden)' stands where its name cannot be kept for it",
                    isUnmade: true)
            }
            let unknown = call.names.first { !caller.allowance.environment.contains($0) }
            if let unknown {
                throw ActivityFailure(
                    "it uses '\(unknown)', which is no variable of the environment that the target "
                        + "allows", isUnmade: true)
            }
            return try await changes.plan(call, undo: call)
        } catch {
            throw Self.explained(error)
        }
    }

    private func undo(
        of rollback: Activity, _ substitution: Substitution
    ) throws -> OutsideCall? {
        guard case .python(let provider) = rollback.provider else {
            return try calls.undo(of: rollback, substitution)
        }
        let call = try provider.toxiproxyCall(
            substituting: substitution, environment: variables(substitution))
        guard let call, environment[ToxiproxyAddress.tokenVariable] == nil,
            let url = ToxiproxyAddress.url(substitution, environment)
        else { return nil }
        return .http(
            HTTPCall(
                method: call.method, url: url + call.path,
                headers: [NamedValue("Content-Type", "application/json")], body: call.body?.text(),
                expectedStatus: Set(200..<300).union(call.method == "DELETE" ? [404] : [])))
    }

    func noteRolledBack(_ id: String, isDone: Bool, detail: String) async {
        await changes.noteUndone(id, isDone: isDone, detail: detail)
    }

    private var controls: [ToxiproxyControl] { proxies.withLock { Array($0.values) } }

    var lostFaults: [String] {
        get async {
            var lost: [String] = []
            for control in controls { lost += await control.lost }
            return lost
        }
    }

    func liftFaults() async -> CleanupAction {
        var action = CleanupAction(name: "lift faults", isDone: true, detail: "")
        var details: [String] = []
        for control in controls {
            do {
                details.append(try await control.restore())
            } catch {
                details.append("\(error)")
                action.isDone = false
            }
        }
        action.detail = details.isEmpty ? "no proxy was changed" : details.joined(separator: "; ")
        return action
    }

    func end() async -> [CleanupAction] {
        for control in controls { await control.shutdown() }
        return await changes.undoAll()
    }
}
