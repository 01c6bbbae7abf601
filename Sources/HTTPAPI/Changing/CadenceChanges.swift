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
        let created = try await rows.create(
            request, by: CadenceEdit.self, from: CadenceDefinition(),
            requiring: ["scenario", "target", "interval_ms", "reason"])
        return try await rows.answer(created, isCreated: true)
    }

    func update(_ request: ChangeRequest) async throws -> Answer {
        let changed = try await rows.update(request, by: CadenceEdit.self)
        return try await rows.answer(changed, isCreated: false)
    }

    func remove(_ request: ChangeRequest) async throws -> Answer {
        try await rows.remove(request)
    }
}

/// What a request says of a cadence; `nil` leaves it as it is.
private struct CadenceEdit: RowEdit {
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
