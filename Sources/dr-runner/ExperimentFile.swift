import ChaosToolkit
import DRTesting
import Engine
import Wire

/// A file that is a Chaos Toolkit experiment by what stands in it, whatever its name.
struct ExperimentFile {
    let text: String
    private let file: String
    private let document: JSONValue

    /// - Returns: `nil` if it is something else, as a scenario.
    /// - Throws: if it seems to be meant as an experiment, and cannot be read.
    init?(_ source: ScenarioSource) throws(JSONError) {
        guard source.id == 0 else { return nil }
        do throws(JSONError) {
            document = try Self.document(source.text)
        } catch {
            guard Self.isMeant(source.text) else { return nil }
            throw error
        }
        guard Experiment.isExperiment(document) else { return nil }
        (text, file) = (source.text, source.file)
    }

    static func refusal(of error: JSONError, in source: ScenarioSource) -> RunnerError {
        RunnerError(.usage, "1 problem found\n\(source.file):\(error)")
    }

    private static func document(_ text: String) throws(JSONError) -> JSONValue {
        let isYAML = text.first { !$0.isWhitespace } != "{"
        if isYAML { return try JSONValue(yaml: text) }
        do throws(JSONError) {
            return try JSONValue(json: text)
        } catch {
            // YAML may begin like that too, but what it says of JSON helps nobody.
            guard let document = try? JSONValue(yaml: text) else { throw error }
            return document
        }
    }

    /// By its words: scenarios hardly have them.
    private static func isMeant(_ text: String) -> Bool {
        text.contains("steady-state-hypothesis") || text.contains("\"method\"")
            || text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("method:") }
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
