internal import ChaosToolkit
internal import DRTesting
internal import FoundationEssentials
internal import Synchronization

/// Functions of Python, by the command of Chaos Toolkit where it is installed.
extension ActivityCaller {
    func run(
        _ provider: PythonProvider, _ activity: Activity, _ substitution: Substitution
    ) async throws -> ActivityAnswer {
        guard let chaos = programs.find(PythonActivity.program) else {
            throw ActivityFailure(
                "it is a function of Python, and the 'chaos' command that calls it is not "
                    + "installed", isUnmade: true)
        }
        guard caller.allowance.processes.contains(chaos) else {
            throw ActivityFailure(
                "the target does not allow the program '\(chaos)'", isUnmade: true)
        }
        let python = PythonActivity(
            activity: activity, provider: provider, substitution: substitution)
        let number = filesMade.add(1, ordering: .relaxed).newValue
        let files = "\(folder)/activity-\(number)"
        let (document, journal) = ("\(files).json", "\(files)-journal.json")
        try Data(python.document.text(indent: 2).utf8).write(to: URL(filePath: document))
        var variables = python.variables
        for name in calls.variables + ["PATH"] { variables[name] = environment[name] }
        let limit = activity.timeout ?? Self.longestProcess
        let call = ProcessCall(
            path: chaos,
            arguments: [
                // Nobody's settings: they name controls, which are code around the run.
                "--no-version-check", "--no-log-file", "--settings", "\(folder)/no-settings.yaml",
                "run", "--journal-path", journal, document,
            ], environment: variables.keys.sorted(), timeout: limit, expectedExit: nil)
        let chaosCaller = OutsideCaller(
            allowance: Allowance(processes: [chaos], environment: call.environment),
            environment: variables)
        let result = try await perform(.process(call), with: chaosCaller, for: activity)
        guard let kept = FileManager.default.contents(atPath: journal) else {
            let said = String(decoding: result.errors.suffix(1000), as: UTF8.self)
            let line = said.split(whereSeparator: \.isNewline).last ?? ""
            throw ActivityFailure("the 'chaos' command did not run it: \(line)", isUnmade: true)
        }
        return ActivityAnswer(
            output: try PythonActivity.output(from: try JSONValue(json: Array(kept))))
    }
}
