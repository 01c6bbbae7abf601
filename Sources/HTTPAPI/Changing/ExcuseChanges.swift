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
        let created = try await rows.create(
            request, by: ExcuseEdit.self, from: ExcuseDefinition(),
            requiring: ["scenario", "target", "due_at", "reason", "executor", "approver"])
        return try await rows.answer(created, isCreated: true)
    }

    func update(_ request: ChangeRequest) async throws -> Answer {
        let changed = try await rows.update(request, by: ExcuseEdit.self)
        return try await rows.answer(changed, isCreated: false)
    }

    func remove(_ request: ChangeRequest) async throws -> Answer {
        try await rows.remove(request)
    }
}

/// What a request says of an excuse; `nil` leaves it as it is.
private struct ExcuseEdit: RowEdit {
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
