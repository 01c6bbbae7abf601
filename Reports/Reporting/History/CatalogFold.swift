internal import DRTesting
internal import EventLog
internal import Projections

/// Folds the streams of the rows that people keep, from their first events on. They stay in the log
/// also when the runs beside them have left it.
struct CatalogFold {
    private static let scheduleFired = 65
    private static let batch = 500

    private var catalog = HistoryCatalog()
    private var scenarios = Scenarios()
    private var schedules = Schedules()
    private var cadences = Cadences()
    private var excuses = Excuses()
    /// When a row was created, by its id: rows never get the id of another one.
    private var cadenceOrigins: [UInt64: Origin] = [:]
    private var excuseOrigins: [UInt64: Origin] = [:]
    /// When a cadence was disabled or removed, by its id, unless it was enabled again.
    private var cadenceEnds: [UInt64: UInt64] = [:]
    private let scope: HistoryScope

    private struct Origin {
        let time: UInt64
        let position: UInt64
    }

    private init(_ scope: HistoryScope) { self.scope = scope }

    /// As of the head of a history, with the changes in its period.
    static func catalog(_ scope: HistoryScope, _ reader: EventReader) throws -> HistoryCatalog {
        var fold = CatalogFold(scope)
        for stream in [Scenarios.stream, Schedules.stream, Cadences.stream, Excuses.stream] {
            try fold.read(stream, reader)
        }
        return fold.finished()
    }

    private mutating func read(_ stream: String, _ reader: EventReader) throws {
        var revision: UInt64 = 0
        while true {
            let events = try reader.events(
                ofStream: stream, after: revision, limit: Self.batch)
            if events.isEmpty { return }
            for event in events {
                if event.position > scope.head { return }
                add(event)
            }
            revision += UInt64(events.count)
        }
    }

    private mutating func add(_ event: RecordedEvent) {
        let isInPeriod = scope.range?.contains(event.position) ?? false
        // Of the fires before the period, which may be very many, nothing is said.
        if event.record.number == Self.scheduleFired && !isInPeriod { return }
        guard let record = TestRecord(event) else { return }
        if isInPeriod, let change = self.change(record) { catalog.changes.append(change) }
        note(record)
        scenarios.apply(record.event)
        schedules.apply(record.event)
        cadences.apply(record.event)
        excuses.apply(record.event)
    }

    /// What the rows themselves do not say.
    private mutating func note(_ record: TestRecord) {
        let origin = Origin(time: record.recorded, position: record.position)
        switch record.event {
        case .scenarioCreated, .scenarioChanged: catalog.scenariosChangedAt = record.recorded
        case .cadenceCreated(let row):
            cadenceOrigins[row.id] = cadenceOrigins[row.id] ?? origin
        case .cadenceDisabled(let change), .cadenceRemoved(let change):
            cadenceEnds[change.id] = cadenceEnds[change.id] ?? record.recorded
        case .cadenceEnabled(let change): cadenceEnds[change.id] = nil
        case .excuseCreated(let row): excuseOrigins[row.id] = excuseOrigins[row.id] ?? origin
        case .scheduleFired(let fired):
            let name = schedules.rows[fired.scheduleID]?.definition.scheduleName
            catalog.fires.append(
                HistoryCatalog.Fire(
                    position: record.position, time: record.recorded, fired: fired,
                    scheduleName: name ?? ""))
        default: break
        }
    }

    private func finished() -> HistoryCatalog {
        var result = catalog
        result.scenarios = scenarios.rows.present.map(\.definition)
        result.schedules = schedules.rows.present.filter(\.isEnabled).map(\.definition)
        result.cadences = cadenceOrigins.sorted { $0.key < $1.key }.compactMap { id, origin in
            cadences.rows[id].map { row in
                HistoryCatalog.Cadence(
                    definition: row.definition, isEnabled: row.isEnabled && !row.isRemoved,
                    createdAt: origin.time, endedAt: cadenceEnds[id], isRemoved: row.isRemoved,
                    position: origin.position)
            }
        }
        result.excuses = excuses.rows.present.compactMap { row in
            excuseOrigins[row.definition.id].map {
                HistoryCatalog.Excuse(
                    definition: row.definition, isEnabled: row.isEnabled, createdAt: $0.time,
                    position: $0.position)
            }
        }
        // Each stream was read for itself.
        result.changes.sort { $0.position < $1.position }
        return result
    }

    // MARK: Changes

    /// - Returns: `nil` for an event that changes no row.
    private func change(_ record: TestRecord) -> HistoryCatalog.Change? {
        switch record.event {
        case .scenarioCreated(let row): created(row, record)
        case .scenarioChanged(let row): changed(scenarios.rows[row.id], to: row, record)
        case .scenarioDisabled(let change):
            toggled(scenarios.rows[change.id], "disabled", change, record)
        case .scenarioEnabled(let change):
            toggled(scenarios.rows[change.id], "enabled", change, record)
        case .scenarioRemoved(let change):
            toggled(scenarios.rows[change.id], "removed", change, record)
        case .scheduleCreated(let row): created(row, record)
        case .scheduleChanged(let row): changed(schedules.rows[row.id], to: row, record)
        case .scheduleDisabled(let change):
            toggled(schedules.rows[change.id], "disabled", change, record)
        case .scheduleEnabled(let change):
            toggled(schedules.rows[change.id], "enabled", change, record)
        case .scheduleRemoved(let change):
            toggled(schedules.rows[change.id], "removed", change, record)
        case .cadenceCreated(let row): created(row, record)
        case .cadenceChanged(let row): changed(cadences.rows[row.id], to: row, record)
        case .cadenceDisabled(let change):
            toggled(cadences.rows[change.id], "disabled", change, record)
        case .cadenceEnabled(let change):
            toggled(cadences.rows[change.id], "enabled", change, record)
        case .cadenceRemoved(let change):
            toggled(cadences.rows[change.id], "removed", change, record)
        case .excuseCreated(let row): created(row, record)
        case .excuseChanged(let row): changed(excuses.rows[row.id], to: row, record)
        case .excuseDisabled(let change):
            toggled(excuses.rows[change.id], "disabled", change, record)
        case .excuseEnabled(let change):
            toggled(excuses.rows[change.id], "enabled", change, record)
        case .excuseRemoved(let change):
            toggled(excuses.rows[change.id], "removed", change, record)
        default: nil
        }
    }

    private func created<Row: CatalogRow>(
        _ row: Row, _ record: TestRecord
    ) -> HistoryCatalog.Change {
        HistoryCatalog.Change(
            position: record.position, time: record.recorded, table: Row.table, id: row.id,
            what: "created", name: row.title, by: row.by, detail: row.summary)
    }

    private func changed<Row: CatalogRow>(
        _ known: KeptRows<Row>.Row?, to row: Row, _ record: TestRecord
    ) -> HistoryCatalog.Change? {
        guard let before = known?.definition else { return nil }
        return HistoryCatalog.Change(
            position: record.position, time: record.recorded, table: Row.table, id: row.id,
            what: "changed", name: row.title, by: row.by,
            detail: row.differences(from: before).joined(separator: ", "))
    }

    private func toggled<Row: CatalogRow>(
        _ known: KeptRows<Row>.Row?, _ what: String, _ change: RowChange, _ record: TestRecord
    ) -> HistoryCatalog.Change? {
        guard let row = known?.definition else { return nil }
        return HistoryCatalog.Change(
            position: record.position, time: record.recorded, table: Row.table, id: row.id,
            what: what, name: row.title, by: change.by, detail: change.reason)
    }
}
