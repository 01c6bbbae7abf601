import ChaosToolkit
import DRTesting
import Engine

/// A file that is a Chaos Toolkit experiment by what stands in it, whatever its name.
struct ExperimentFile {
    let text: String
    private let file: String
    private let document: JSONValue

    /// - Returns: `nil` if it is something else, as a scenario.
    init?(_ source: ScenarioSource) {
        guard source.id == 0, let document = Self.document(source.text),
            Experiment.isExperiment(document)
        else { return nil }
        (text, file, self.document) = (source.text, source.file, document)
    }

    private static func document(_ text: String) -> JSONValue? {
        let isJSON = text.first { !$0.isWhitespace } == "{"
        if isJSON, let document = try? JSONValue(json: text) { return document }
        return try? JSONValue(yaml: text)
    }

    /// - Parameters:
    ///   - variables: take the place of values of its configuration.
    ///   - secrets: take the place of its secrets.
    /// - Throws: `RunnerError` with `.usage`, naming all that is wrong with it.
    func read(
        environment: [String: String], variables: JSONObject = JSONObject(),
        secrets: JSONObject = JSONObject()
    ) throws -> Experiment {
        do throws(ExperimentError) {
            return try experiment(environment, variables, secrets)
        } catch {
            throw refusal(error)
        }
    }

    func refusal(_ error: ExperimentError) -> RunnerError {
        let count = error.problems.count.counted("problem")
        let list = error.problems.map { "\(file): \($0)" }.joined(separator: "\n")
        return RunnerError(.usage, "\(count) found\n\(list)")
    }

    func experiment(
        _ environment: [String: String], _ variables: JSONObject = JSONObject(),
        _ secrets: JSONObject = JSONObject()
    ) throws(ExperimentError) -> Experiment {
        var members = document.objectValue ?? JSONObject()
        if var declared = members["secrets"]?.objectValue {
            for name in declared.keys {
                if let value = secrets[name] { declared[name] = value }
            }
            members["secrets"] = .object(declared)
        }
        return try Experiment(.object(members), environment: environment, variables: variables)
    }
}
