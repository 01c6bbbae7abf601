internal import DRTesting
internal import Service

/// Why drills that were due were not run.
struct ExcuseChanges: RowRoutes {
    private let rows: RowChanges<Excuses>

    init(_ parts: APIParts, _ reading: ReadingService) {
        rows = RowChanges(catalog: parts.catalog, reading: reading) { command, excuses in
            try Excuses.decide(command, in: excuses)
        }
    }

    func create(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (edit, isEnabled) = (ExcuseEdit(&fields), fields.flag("enabled") ?? true)
        fields.require(["scenario", "target", "due_at", "reason", "executor", "approver"])
        try fields.finish()
        var excuse = ExcuseDefinition()
        edit.apply(to: &excuse)
        excuse.by = request.caller.subject
        let created = try await rows.create(excuse, isEnabled: isEnabled)
        return try await rows.answer(created, isCreated: true)
    }

    func update(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (edit, isEnabled) = (ExcuseEdit(&fields), fields.flag("enabled"))
        try fields.finish()
        let id = try request.id(of: "excuse")
        let changed = try await rows.change(id, request, isEnabled: isEnabled) { excuse in
            edit.apply(to: &excuse)
        }
        return try await rows.answer(changed, isCreated: false)
    }

    func remove(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        try JSONFields(request.body).finish()
        return try await rows.remove(request.id(of: "excuse"), request)
    }
}

/// What a request says of an excuse; `nil` leaves it as it is.
private struct ExcuseEdit: Sendable {
    private let scenario: String?
    private let target: String?
    private let dueTime: UInt64?
    private let reason: String?
    private let executor: String?
    private let approver: String?

    init(_ fields: inout JSONFields) {
        scenario = fields.text("scenario")
        target = fields.text("target")
        dueTime = fields.time("due_at")
        reason = fields.text("reason")
        executor = fields.text("executor")
        approver = fields.text("approver")
    }

    func apply(to excuse: inout ExcuseDefinition) {
        excuse.scenarioName = scenario ?? excuse.scenarioName
        excuse.targetName = target ?? excuse.targetName
        excuse.dueTime = dueTime ?? excuse.dueTime
        excuse.reason = reason ?? excuse.reason
        excuse.executor = executor ?? excuse.executor
        excuse.approver = approver ?? excuse.approver
    }
}
