internal import DRTesting
internal import Service

/// When which scenario is run by itself.
struct ScheduleChanges: RowRoutes {
    private let rows: RowChanges<Schedules>

    init(_ parts: APIParts, _ reading: ReadingService) {
        let (catalog, zones) = (parts.catalog, parts.zones)
        rows = RowChanges(catalog: catalog, reading: reading) { command, schedules in
            let scenarios = try await catalog.state(of: Scenarios.self).table
            return try Schedules.decide(
                .keep(command), in: schedules, scenarios: scenarios, zones: { zones.known($0) })
        }
    }

    func create(_ request: ChangeRequest) async throws -> Answer {
        var blank = ScheduleDefinition()
        blank.timeZone = "UTC"
        let created = try await rows.create(
            request, by: ScheduleEdit.self, from: blank,
            requiring: ["scenario_id", "schedule_name", "cron_expression"])
        return try await answer(created, isCreated: true)
    }

    func update(_ request: ChangeRequest) async throws -> Answer {
        let changed = try await rows.update(request, by: ScheduleEdit.self)
        return try await answer(changed, isCreated: false)
    }

    func remove(_ request: ChangeRequest) async throws -> Answer {
        try await rows.remove(request)
    }

    /// The row, and before it `schedule_id`: what is asked for beside a row is called so.
    private func answer(
        _ changed: RowChanges<Schedules>.Changed, isCreated: Bool
    ) async throws -> Answer {
        let id = Array("{\"schedule_id\":\(changed.id),".utf8)
        let row = try await rows.row(changed)
        return rows.answer(changed, isCreated: isCreated, row: id + row.dropFirst())
    }
}

/// What a request says of a schedule; `nil` leaves it as it is.
private struct ScheduleEdit: RowEdit {
    private let scenarioID: UInt64?
    private let scheduleName: String?
    private let cronExpression: String?
    private let timeZone: String?
    private let catchUp: String?
    private let targetName: String?
    private let environment: String?
    private let variables: [NamedValue]?

    init(_ fields: inout JSONFields) {
        scenarioID = fields.id("scenario_id")
        scheduleName = fields.text("schedule_name")
        cronExpression = fields.text("cron_expression")
        timeZone = fields.text("time_zone")
        catchUp = fields.choice("catch_up", of: ["once", "skip"])
        targetName = fields.text("target")
        environment = fields.text("environment")
        variables = fields.values("variables")
    }

    func apply(to schedule: inout ScheduleDefinition) {
        schedule.scenarioID = scenarioID ?? schedule.scenarioID
        schedule.scheduleName = scheduleName ?? schedule.scheduleName
        schedule.cronExpression = cronExpression ?? schedule.cronExpression
        schedule.timeZone = timeZone ?? schedule.timeZone
        schedule.catchUp = catchUp ?? schedule.catchUp
        schedule.targetName = targetName ?? schedule.targetName
        schedule.environment = environment ?? schedule.environment
        schedule.variables = variables ?? schedule.variables
    }
}
