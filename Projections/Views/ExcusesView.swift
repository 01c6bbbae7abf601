internal import DRTesting
internal import Wire

/// `excuses`: drills that were due and not run, why, and who accepted it.
public enum ExcusesView: ReadModel {
    public static let name = "excuses"
    public static let version: UInt8 = 1

    public static func reads(_ number: Int) -> Bool { (70...74).contains(number) }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        guard let (id, edit) = change(of: record.event),
            let kept = try rows.edit(id, edit, at: record.time)
        else { return }
        let excuse = try kept.read(as: ExcuseDefinition.self)
        try rows.put(row(excuse, kept).bytes, RowKey.row(id))
    }

    private static func change(of event: TestEvent) -> (UInt64, RowEdit)? {
        switch event {
        case .excuseCreated(let row): (row.id, .create(definition: row.encoded))
        case .excuseChanged(let row): (row.id, .change(definition: row.encoded))
        case .excuseDisabled(let change): (change.id, .enable(false))
        case .excuseEnabled(let change): (change.id, .enable(true))
        case .excuseRemoved(let change): (change.id, .remove)
        default: nil
        }
    }

    private static func row(_ excuse: ExcuseDefinition, _ kept: KeptRow) -> JSONWriter {
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", excuse.id)
            row.member("scenario", excuse.scenarioName)
            row.member("target", excuse.targetName)
            row.member("due_at", time: excuse.dueTime)
            row.member("reason", excuse.reason)
            row.member("executor", excuse.executor)
            row.member("approver", excuse.approver)
            row.member("recorded_by", excuse.by)
            row.member("enabled", kept.isEnabled)
            row.times(of: kept)
        }
        return writer
    }
}
