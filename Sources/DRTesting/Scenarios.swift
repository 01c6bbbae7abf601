/// The scenarios that can be run: those that come with the program, which have the ids 1 to 6 in
/// every log, and those that people add.
public struct Scenarios: Equatable, Sendable {
    public typealias Command = RowCommand<ScenarioDefinition>

    public enum Refusal: Error, Equatable, Sendable, RowRefusal {
        case unknownID(UInt64)
        case removed(UInt64)
        case anonymous
        /// More than a record of the log holds.
        case tooLarge
        /// A field that must be given.
        case empty(String)
        case nameTaken(id: UInt64)
        /// The digest is not one of SHA-256.
        case badDigest
        /// It comes with the program: it can be disabled, not changed or removed.
        case builtin(UInt64)
    }

    public static let stream = "scenarios"
    /// The ids of the scenarios that come with the program.
    public static let builtin: ClosedRange<UInt64> = 1...6

    public private(set) var rows = KeptRows<ScenarioDefinition>()

    public init() {}

    /// Whether a scenario of this id can be referred to. Those that come with the program can, also
    /// before they are recorded.
    public func knows(_ id: UInt64) -> Bool {
        Self.builtin.contains(id) || rows[id].map { !$0.isRemoved } ?? false
    }

    public mutating func apply(_ event: TestEvent) {
        switch event {
        case .scenarioCreated(let row): rows.apply(.created(row))
        case .scenarioChanged(let row): rows.apply(.changed(row))
        case .scenarioDisabled(let change): rows.apply(.disabled(change))
        case .scenarioEnabled(let change): rows.apply(.enabled(change))
        case .scenarioRemoved(let change): rows.apply(.removed(change))
        default: break
        }
    }

    public static func decide(
        _ command: Command, in scenarios: Scenarios
    ) throws(Refusal) -> [TestEvent] {
        switch command {
        case .change(let row) where builtin.contains(row.id): throw .builtin(row.id)
        case .remove(let change) where builtin.contains(change.id): throw .builtin(change.id)
        default: break
        }
        let news = try scenarios.rows.decide(command, reserved: builtin.upperBound) {
            (row) throws(Refusal) in
            try check(row, in: scenarios)
        }
        return news.map(event)
    }

    /// What is recorded of a scenario that comes with the program: nothing if it is known as it is.
    ///
    /// - Parameter scenario: its id is one of `builtin`.
    public static func decide(
        builtin scenario: ScenarioDefinition, in scenarios: Scenarios
    ) -> [TestEvent] {
        precondition(
            builtin.contains(scenario.id), "A scenario of the program has an id from 1 to 6.")
        guard var known = scenarios.rows[scenario.id]?.definition else {
            return [.scenarioCreated(scenario)]
        }
        // Another version of the program that brings the same is no change.
        known.by = scenario.by
        return known == scenario ? [] : [.scenarioChanged(scenario)]
    }

    private static func check(
        _ scenario: ScenarioDefinition, in scenarios: Scenarios
    ) throws(Refusal) {
        if scenario.scenarioName.isBlank { throw .empty("scenario_name") }
        if scenario.testType.isBlank { throw .empty("test_type") }
        if scenario.testSteps.isEmpty { throw .empty("test_steps") }
        if scenario.scenarioText.isBlank { throw .empty("scenario_text") }
        if scenario.scenarioDigest.count != 32 { throw .badDigest }
        for row in scenarios.rows.present where row.definition.id != scenario.id {
            if row.definition.scenarioName.isSameName(as: scenario.scenarioName) {
                throw .nameTaken(id: row.definition.id)
            }
        }
    }

    private static func event(_ event: RowEvent<ScenarioDefinition>) -> TestEvent {
        switch event {
        case .created(let row): .scenarioCreated(row)
        case .changed(let row): .scenarioChanged(row)
        case .disabled(let change): .scenarioDisabled(change)
        case .enabled(let change): .scenarioEnabled(change)
        case .removed(let change): .scenarioRemoved(change)
        }
    }
}

extension ScenarioDefinition: RowDefinition {}

extension Scenarios.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownID(let id): "there is no scenario \(id)"
        case .removed(let id): "scenario \(id) was removed"
        case .anonymous: "nobody is named who wants it"
        case .tooLarge: tooLargeForRecord
        case .empty(let field): "\(field) is empty"
        case .nameTaken(let id): "scenario \(id) has this name; choose another"
        case .badDigest: "scenario_digest is no SHA-256: give the 32 bytes of that of the text"
        case .builtin(let id):
            "scenario \(id) comes with the program: disable it, or create one of your own"
        }
    }
}
