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
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (edit, isEnabled) = (ScheduleEdit(&fields), fields.flag("enabled") ?? true)
        fields.require(["scenario_id", "schedule_name", "cron_expression"])
        try fields.finish()
        var schedule = ScheduleDefinition()
        schedule.timeZone = "UTC"
        edit.apply(to: &schedule)
        schedule.by = request.caller.subject
        return try await answer(
            try await rows.create(schedule, isEnabled: isEnabled), isCreated: true)
    }

    func update(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (edit, isEnabled) = (ScheduleEdit(&fields), fields.flag("enabled"))
        try fields.finish()
        let id = try request.id(of: "schedule")
        let changed = try await rows.change(id, request, isEnabled: isEnabled) { schedule in
            edit.apply(to: &schedule)
        }
        return try await answer(changed, isCreated: false)
    }

    func remove(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        try JSONFields(request.body).finish()
        return try await rows.remove(request.id(of: "schedule"), request)
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
private struct ScheduleEdit: Sendable {
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
