internal import ChaosToolkit
internal import DRTesting
internal import FoundationEssentials
internal import Synchronization
internal import Wire

/// Functions of Python, by the command of Chaos Toolkit where it is installed.
extension ActivityCaller {
    /// As long as the command may take to import all modules.
    private static let longestCheck: Duration = .seconds(120)

    func check(_ activities: [Activity], _ substitution: Substitution) async throws {
        let functions = activities.compactMap { activity -> PythonActivity? in
            guard case .python(let provider) = activity.provider, !provider.isToxiproxy else {
                return nil
            }
            return PythonActivity(
                activity: activity, provider: provider, substitution: substitution)
        }
        // Without the command each activity says so, and the others can be made.
        guard let document = PythonActivity.document(of: functions), let chaos = try? allowedChaos()
        else { return }
        do {
            let result = try await call(
                chaos, ["validate", try write(document)], functions[0].variables,
                within: Self.longestCheck
            ) { call, caller in try await caller.perform(call) }
            if result.status == 0 { return }
            throw ActivityFailure(PythonActivity.complaint(in: result.errors), isUnmade: true)
        } catch {
            throw Self.explained(error)
        }
    }

    func run(
        _ provider: PythonProvider, _ activity: Activity, _ substitution: Substitution
    ) async throws -> ActivityAnswer {
        let chaos = try allowedChaos()
        let python = PythonActivity(
            activity: activity, provider: provider, substitution: substitution)
        let document = try write(python.document)
        let journal = document + "-journal"
        let result = try await call(
            chaos, ["run", "--journal-path", journal, document], python.variables,
            within: activity.timeout ?? Self.longestProcess
        ) { call, caller in try await perform(call, with: caller, for: activity) }
        guard let kept = FileManager.default.contents(atPath: journal) else {
            let words = PythonActivity.complaint(in: result.errors)
            throw ActivityFailure("the 'chaos' command did not run it: \(words)", isUnmade: true)
        }
        return ActivityAnswer(
            output: try PythonActivity.output(from: try JSONValue(json: Array(kept))))
    }

    private func allowedChaos() throws(ActivityFailure) -> String {
        guard let chaos = programs.find(PythonActivity.program) else {
            throw ActivityFailure(
                "it is a function of Python, and the 'chaos' command that calls it is not "
                    + "installed", isUnmade: true)
        }
        guard caller.allowance.processes.contains(chaos) else {
            throw ActivityFailure(
                "the target does not allow the program '\(chaos)'", isUnmade: true)
        }
        return chaos
    }

    /// - Returns: the path of a new file in the folder of the run.
    private func write(_ document: JSONValue) throws -> String {
        let number = filesMade.add(1, ordering: .relaxed).newValue
        let path = "\(folder)/activity-\(number).json"
        try Data(document.text(indent: 2).utf8).write(to: URL(filePath: path))
        return path
    }

    private func call(
        _ chaos: String, _ arguments: [String], _ secrets: [String: String],
        within limit: Duration,
        _ perform: (OutsideCall, OutsideCaller) async throws -> OutsideResult
    ) async throws -> OutsideResult {
        var variables = secrets
        for name in calls.variables + ["PATH"] { variables[name] = environment[name] }
        // Nobody's settings: they name controls, which are code around the run. And no log in
        // whichever folder this is.
        let options = [
            "--no-version-check", "--no-log-file", "--settings", "\(folder)/no-settings.yaml",
        ]
        let call = ProcessCall(
            path: chaos, arguments: options + arguments, environment: variables.keys.sorted(),
            timeout: limit, expectedExit: nil)
        let caller = OutsideCaller(
            allowance: Allowance(processes: [chaos], environment: call.environment),
            environment: variables)
        return try await perform(.process(call), caller)
    }
}
