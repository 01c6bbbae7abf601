internal import DRTesting
internal import EventLog

/// The schedules that every log has from the first server on. They are disabled until somebody who
/// has a target enables them; what people make of them, or remove, stays so.
enum DefaultSchedules {
    static let author = "dr-testing"

    /// In UTC. The failover has none: it is tested when somebody wants it.
    static let all: [ScheduleDefinition] = [
        schedule("Weekly outage test", scenario: 1, "0 2 * * 1"),
        schedule("Daily degradation test", scenario: 2, "0 3 * * *"),
        schedule("Circuit breaker test every six hours", scenario: 3, "0 */6 * * *"),
        schedule("Weekly backup test", scenario: 4, "0 1 * * 0"),
        schedule("Daily performance benchmark", scenario: 6, "0 4 * * *"),
    ]

    private static func schedule(
        _ name: String, scenario: UInt64, _ expression: String
    ) -> ScheduleDefinition {
        var row = ScheduleDefinition()
        (row.scheduleName, row.scenarioID) = (name, scenario)
        (row.cronExpression, row.timeZone) = (expression, "UTC")
        (row.catchUp, row.by) = ("once", author)
        return row
    }

    /// Records those that were never in this log.
    ///
    /// - Throws: `EventLogError`.
    static func record(in store: EventStore) async throws {
        try await store.appendMissing(to: Schedules.stream) { try news(for: $0) }
    }

    /// What is to be appended, and the revision that the stream has now.
    private static func news(
        for reader: EventReader
    ) throws -> (events: [NewEvent], revision: UInt64) {
        let missing = try all.filter { schedule in
            try reader.position(ofOnce: id(of: schedule, "schedule_created")) == nil
        }
        if missing.isEmpty { return ([], 0) }
        let state = try CatalogState<Schedules>().caughtUp(with: reader)
        var (known, events) = (state.table, [NewEvent]())
        for schedule in missing {
            let command = Schedules.Command.keep(.create(schedule, isEnabled: false))
            // Somebody has one of that name: that is his, and this one is not made.
            let news = try? Schedules.decide(
                command, in: known, scenarios: Scenarios(), zones: { _ in nil })
            for event in news ?? [] {
                known.apply(event)
                events.append(
                    NewEvent(
                        id: id(of: schedule, event.name), number: event.number,
                        payload: event.payload, isOnce: true))
            }
        }
        return (events, state.revision)
    }

    private static func id(of schedule: ScheduleDefinition, _ event: String) -> EventID {
        DerivedID(["default schedule", schedule.scheduleName, event]).eventID
    }
}
