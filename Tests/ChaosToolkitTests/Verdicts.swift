import Foundation
import Testing
import Wire

@testable import ChaosToolkit

/// What Chaos Toolkit makes of many cases: the table that `python_verdicts.py` writes.
struct Verdicts {
    private let tables: JSONValue

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "verdicts.json")
        tables = try JSONValue(json: Array(try Data(contentsOf: file)))
    }

    subscript(name: String) -> JSONValue { tables[name] ?? .null }

    /// The cases of one table, of which there are some.
    func cases(_ name: String) throws -> [JSONValue] {
        let cases = try #require(tables[name]?.arrayValue)
        try #require(!cases.isEmpty)
        return cases
    }
}

extension JSONValue {
    /// The member, as a text that has to be there.
    func text(_ name: String) throws -> String { try #require(self[name]?.stringValue) }

    /// Whether Python raised an error.
    var raises: Bool { self["raises"] == true }
}

extension Provider {
    var http: HTTPProvider? {
        if case .http(let provider) = self { provider } else { nil }
    }

    var process: ProcessProvider? {
        if case .process(let provider) = self { provider } else { nil }
    }

    var python: PythonProvider? {
        if case .python(let provider) = self { provider } else { nil }
    }
}

/// An experiment with nothing in it but what a test is about.
enum Sample {
    static let httpProbe: JSONValue = [
        "type": "probe", "name": "answers", "provider": ["type": "http", "url": "http://h/"],
    ]

    static func document(_ members: JSONObject = [:]) -> JSONValue {
        var document: JSONObject = ["title": "t", "description": "d", "method": []]
        for member in members.members { document[member.key] = member.value }
        return .object(document)
    }

    static func experiment(
        _ members: JSONObject = [:], environment: [String: String] = [:]
    ) throws -> Experiment {
        try Experiment(document(members), environment: environment)
    }

    /// The first activity of a method with this one.
    static func activity(_ value: JSONValue) throws -> Activity {
        try #require(try experiment(["method": .array([value])]).method.first)
    }

    static func activity(
        _ kind: String = "action", provider: JSONValue
    ) throws -> Activity {
        try activity(["type": .string(kind), "name": "a", "provider": provider])
    }

    /// A hypothesis with one probe that has this tolerance.
    static func hypothesis(_ tolerance: JSONValue, provider: JSONValue? = nil) -> JSONValue {
        var probe = httpProbe.objectValue ?? [:]
        probe["tolerance"] = tolerance
        if let provider { probe["provider"] = provider }
        return ["title": "h", "probes": .array([.object(probe)])]
    }

    static func tolerance(_ value: JSONValue) throws -> Tolerance {
        let experiment = try experiment(["steady-state-hypothesis": hypothesis(value)])
        return try #require(experiment.hypothesis?.probes.first?.tolerance)
    }

    /// The problems of an experiment, as `path: message`.
    static func problems(
        _ members: JSONObject, environment: [String: String] = [:]
    ) -> [String] {
        do {
            _ = try experiment(members, environment: environment)
            return []
        } catch let error as ExperimentError {
            return error.problems.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }
}
