internal import DRTesting
internal import Service

/// Scenarios of people's own, and whether one may be run.
///
/// What a scenario is called and does stands in its text alone.
struct ScenarioChanges: RowRoutes {
    private let rows: RowChanges<Scenarios>
    private let scenarioCheck: any ScenarioChecking

    init(_ parts: APIParts, _ reading: ReadingService) {
        scenarioCheck = parts.scenarioCheck
        rows = RowChanges(catalog: parts.catalog, reading: reading) { command, scenarios in
            try Scenarios.decide(command, in: scenarios)
        }
    }

    func create(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (text, isEnabled) = (fields.text("scenario_text"), fields.flag("enabled") ?? true)
        fields.require(["scenario_text"])
        try fields.finish()
        var definition = try await checked(text ?? "")
        definition.by = request.caller.subject
        let created = try await rows.create(definition, isEnabled: isEnabled)
        return try await rows.answer(created, isCreated: true)
    }

    func update(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let text = fields.text("scenario_text")
        let isEnabled = fields.flag("enabled")
        try fields.finish()
        let id = try request.id(of: "scenario")
        let definition: ScenarioDefinition?
        if let text { definition = try await checked(text) } else { definition = nil }
        let changed = try await rows.change(id, request, isEnabled: isEnabled) { row in
            guard var changed = definition else { return }
            (changed.id, changed.by) = (row.id, row.by)
            row = changed
        }
        return try await rows.answer(changed, isCreated: false)
    }

    func remove(_ request: ChangeRequest) async throws -> Answer {
        try await rows.remove(request)
    }

    private func checked(_ text: String) async throws(APIError) -> ScenarioDefinition {
        do throws(ScenarioRefusal) {
            return try await scenarioCheck.check(text)
        } catch {
            throw APIError(error)
        }
    }
}
