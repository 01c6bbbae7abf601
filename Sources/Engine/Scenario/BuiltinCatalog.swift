internal import Crypto
public import DRTesting
public import EventLog

/// The scenarios that come with the program, as rows of the log.
///
/// Programs of several versions may share a log. Each content is recorded once: an older program
/// does not take back what a newer one has brought.
public enum BuiltinCatalog {
    static let author = "dr-testing"

    /// Records what the log does not know yet of the scenarios that come with this program.
    ///
    /// - Throws: `EventLogError`.
    public static func record(in store: EventStore) async throws {
        try await record(BuiltinScenarios.all.map { try ScenarioDefinition($0) }, in: store)
    }

    static func record(_ scenarios: [ScenarioDefinition], in store: EventStore) async throws {
        try await store.appendMissing(to: Scenarios.stream) { try news(of: scenarios, for: $0) }
    }

    /// What is to be appended, and the revision that the stream has now.
    private static func news(
        of scenarios: [ScenarioDefinition], for reader: EventReader
    ) throws -> (events: [NewEvent], revision: UInt64) {
        var known = Scenarios()
        var revision: UInt64 = 0
        while let batch = try next(of: reader, after: revision) {
            for recorded in batch.events { known.apply(recorded) }
            revision = batch.revision
        }
        var events: [NewEvent] = []
        for event in scenarios.flatMap({ Scenarios.decide(builtin: $0, in: known) }) {
            // The same for the same content, whether created or changed to it.
            let id = EventID(derivedFrom: event.payload)
            if try reader.position(ofOnce: id) != nil { continue }
            events.append(
                NewEvent(id: id, number: event.number, payload: event.payload, isOnce: true))
        }
        return (events, revision)
    }

    private static func next(
        of reader: EventReader, after revision: UInt64
    ) throws -> (events: [TestEvent], revision: UInt64)? {
        let batch = try reader.events(ofStream: Scenarios.stream, after: revision)
        guard let last = batch.last else { return nil }
        let events = try batch.compactMap {
            try TestEvent(number: $0.record.number, payload: $0.record.payload)
        }
        return (events, last.record.revision)
    }
}

extension ScenarioDefinition {
    /// - Throws: `FileError` if the text is not a scenario, which tests rule out.
    init(_ entry: BuiltinScenarios.Entry) throws {
        let scenario = try ScenarioReader.read(entry.text, file: entry.name)
        self.init(scenario, text: entry.text)
        (id, by) = (entry.id, BuiltinCatalog.author)
    }

    /// As the table has it, without an id.
    public init(_ scenario: Scenario, text: String) {
        self.init()
        (scenarioName, testType) = (scenario.name, scenario.type)
        description = scenario.description
        testSteps = scenario.steps.map(\.name)
        expectedOutcomes = scenario.steps.map { step in
            "\(step.name): \(step.expectations.map(\.sentence).joined(separator: "; "))"
        }
        rtoTargetMs = scenario.objectives.recoveryTime.map { UInt64($0.milliseconds) }
        rpoTargetMs = scenario.objectives.recoveryPoint.map { UInt64($0.milliseconds) }
        prerequisites = scenario.prerequisites.map { NamedValue($0.rawValue, "true") }
        cleanupSteps = scenario.cleanup.map(\.rawValue)
        (scenarioText, scenarioDigest) = (text, Array(SHA256.hash(data: Array(text.utf8))))
    }
}
