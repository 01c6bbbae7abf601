internal import DRTesting
internal import Service

/// How often which scenario must succeed on which target.
struct CadenceChanges: RowRoutes {
    private let rows: RowChanges<Cadences>

    init(_ parts: APIParts, _ reading: ReadingService) {
        rows = RowChanges(catalog: parts.catalog, reading: reading) { command, cadences in
            try Cadences.decide(command, in: cadences)
        }
    }

    func create(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (edit, isEnabled) = (CadenceEdit(&fields), fields.flag("enabled") ?? true)
        fields.require(["scenario", "target", "interval_ms", "reason"])
        try fields.finish()
        var cadence = CadenceDefinition()
        edit.apply(to: &cadence)
        cadence.by = request.caller.subject
        let created = try await rows.create(cadence, isEnabled: isEnabled)
        return try await rows.answer(created, isCreated: true)
    }

    func update(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (edit, isEnabled) = (CadenceEdit(&fields), fields.flag("enabled"))
        try fields.finish()
        let id = try request.id(of: "cadence")
        let changed = try await rows.change(id, request, isEnabled: isEnabled) { cadence in
            edit.apply(to: &cadence)
        }
        return try await rows.answer(changed, isCreated: false)
    }

    func remove(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        try JSONFields(request.body).finish()
        return try await rows.remove(request.id(of: "cadence"), request)
    }
}

/// What a request says of a cadence; `nil` leaves it as it is.
private struct CadenceEdit: Sendable {
    /// A hundred years.
    private static let longest: UInt64 = 36_525 * 86_400_000

    private let scenario: String?
    private let target: String?
    private let intervalMs: UInt64?
    private let graceMs: UInt64?
    private let reason: String?

    init(_ fields: inout JSONFields) {
        scenario = fields.text("scenario")
        target = fields.text("target")
        intervalMs = fields.number("interval_ms", in: 1...Self.longest)
        graceMs = fields.number("grace_ms", in: 0...Self.longest)
        reason = fields.text("reason")
    }

    func apply(to cadence: inout CadenceDefinition) {
        cadence.scenarioName = scenario ?? cadence.scenarioName
        cadence.targetName = target ?? cadence.targetName
        cadence.intervalMs = intervalMs ?? cadence.intervalMs
        cadence.graceMs = graceMs ?? cadence.graceMs
        cadence.reason = reason ?? cadence.reason
    }
}
