internal import DRTesting
internal import Wire

/// `cadences`: how often a scenario must succeed on a target, and when it did last.
///
/// Drills alone count: a proof or chaos that passes shows nothing that was asked for. A row is due
/// so long after the last success as its interval says, and overdue when its grace is over too: of
/// one that never succeeded, from when it was made. A fold has no clock. Whoever reads a row
/// compares `overdue_at` with the time of the position that the view shows.
public enum CadencesView: ReadModel {
    public static let name = "cadences"
    public static let version: UInt8 = 2

    /// What is done to cadences, and requests and ends of runs.
    public static func reads(_ number: Int) -> Bool {
        (75...79).contains(number) || OpenDrill.reads(number)
    }

    public static func apply(_ record: TestRecord, to rows: inout RowTable) throws {
        if let (drill, finish) = try rows.endedDrill(record) {
            guard finish.verdict == .passed else { return }
            return try succeed(drill, at: finish.time, in: &rows)
        }
        guard let (id, edit) = change(of: record.event) else { return }
        let key = RowKey.state(id)
        let before = try rows.remembered(key, as: KeptRow.self)
        _ = try rows.edit(id, edit, at: record.time)
        let after = try rows.remembered(key, as: KeptRow.self)
        // It may be for something else now, or not be there any more.
        if let before { try note(0, for: before, in: &rows) }
        guard let after else { return }
        let lastSuccess = try note(id, for: after, in: &rows)
        try rows.put(row(after, lastSuccess).bytes, RowKey.row(id))
    }

    private static func change(of event: TestEvent) -> (UInt64, RowEdit)? {
        switch event {
        case .cadenceCreated(let row): (row.id, .create(definition: row.encoded))
        case .cadenceChanged(let row): (row.id, .change(definition: row.encoded))
        case .cadenceDisabled(let change): (change.id, .enable(false))
        case .cadenceEnabled(let change): (change.id, .enable(true))
        case .cadenceRemoved(let change): (change.id, .remove)
        default: nil
        }
    }

    /// Notes which cadence is for a scenario and target; 0 for none.
    ///
    /// - Returns: when that succeeded last.
    @discardableResult
    private static func note(
        _ id: UInt64, for kept: KeptRow, in rows: inout RowTable
    ) throws -> UInt64? {
        let cadence = try kept.read(as: CadenceDefinition.self)
        let key = subjectKey(cadence.scenarioName, cadence.targetName)
        var subject = try rows.remembered(key, as: CadenceSubject.self) ?? CadenceSubject()
        subject.cadence = id
        try rows.put(subject.encoded, key)
        return subject.lastSuccess
    }

    private static func succeed(
        _ drill: OpenDrill, at time: UInt64, in rows: inout RowTable
    ) throws {
        let key = subjectKey(drill.subject.scenario, drill.subject.target)
        var subject = try rows.remembered(key, as: CadenceSubject.self) ?? CadenceSubject()
        subject.lastSuccess = time
        try rows.put(subject.encoded, key)
        let state = RowKey.state(subject.cadence)
        guard let kept = try rows.remembered(state, as: KeptRow.self) else { return }
        try rows.put(row(kept, time).bytes, RowKey.row(subject.cadence))
    }

    /// Cadences name their target, and that alone.
    private static func subjectKey(_ scenario: String, _ target: String) -> [UInt8] {
        var subject = DrillSubject()
        (subject.scenario, subject.target) = (scenario, target)
        return RowKey.names(subject)
    }

    private static func row(_ kept: KeptRow, _ lastSuccess: UInt64?) throws -> JSONWriter {
        let cadence = try kept.read(as: CadenceDefinition.self)
        let dueAt = (lastSuccess ?? kept.createdAt).later(byMs: cadence.intervalMs)
        var writer = JSONWriter()
        writer.object { row in
            row.member("id", cadence.id)
            row.member("scenario", cadence.scenarioName)
            row.member("target", cadence.targetName)
            row.member("interval_ms", cadence.intervalMs)
            row.member("grace_ms", cadence.graceMs)
            row.member("reason", cadence.reason)
            row.member("enabled", kept.isEnabled)
            row.member("last_success", time: lastSuccess)
            row.member("due_at", time: dueAt)
            row.member("overdue_at", time: dueAt.later(byMs: cadence.graceMs))
            row.times(of: kept)
        }
        return writer
    }
}

/// What is remembered of a scenario and target, whether or not it has a cadence: a drill that
/// passed before counts too.
private struct CadenceSubject: WireSchema {
    var lastSuccess: UInt64?
    /// 0 for none.
    var cadence: UInt64 = 0

    static let fields: [WireFieldSchema<Self>] = [
        .optionalUInt64(1, \.lastSuccess), .uint64(2, \.cadence),
    ]
}

extension UInt64 {
    /// Of a time in microseconds. What would be after all times is the last one.
    fileprivate func later(byMs milliseconds: UInt64) -> UInt64 {
        let (duration, isTooLong) = milliseconds.multipliedReportingOverflow(by: 1000)
        let (time, isTooLate) = addingReportingOverflow(duration)
        return isTooLong || isTooLate ? .max : time
    }
}
