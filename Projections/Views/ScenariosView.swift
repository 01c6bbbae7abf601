internal import DRTesting
internal import Wire

/// `test_scenarios`: what can be run. The built-in ones are 1 to 6.
public enum ScenariosView: ReadModel {
    public static let name = "test_scenarios"
    public static let version: UInt8 = 1

    public static func reads(_ number: Int) -> Bool { (50...54).contains(number) }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard let (id, edit) = change(of: record.event),
            let kept = try rows.edit(id, edit, at: record.time)
        else { return }
        let scenario = try kept.read(as: ScenarioDefinition.self)
        try rows.put(row(scenario, kept).bytes, RowKey.row(id))
    }

    private static func change(of event: TestEvent) -> (UInt64, RowEdit)? {
        switch event {
        case .scenarioCreated(let row): (row.id, .create(definition: row.encoded))
        case .scenarioChanged(let row): (row.id, .change(definition: row.encoded))
        case .scenarioDisabled(let change): (change.id, .enable(false))
        case .scenarioEnabled(let change): (change.id, .enable(true))
        case .scenarioRemoved(let change): (change.id, .remove)
        default: nil
        }
    }

    private static func row(_ scenario: ScenarioDefinition, _ kept: KeptRow) -> JSONWriter {
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", scenario.id)
            row.member("scenario_name", scenario.scenarioName)
            row.member("test_type", scenario.testType)
            row.member("description", scenario.description)
            row.array("test_steps", scenario.testSteps)
            row.array("expected_outcomes", scenario.expectedOutcomes)
            row.member("rto_target_ms", scenario.rtoTargetMs)
            row.member("rpo_target_ms", scenario.rpoTargetMs)
            row.object("prerequisites", scenario.prerequisites)
            row.array("cleanup_steps", scenario.cleanupSteps)
            row.member("enabled", kept.isEnabled)
            row.times(of: kept)
        }
        return writer
    }
}
