internal import HTTPTypes
internal import Hummingbird

/// The routes that change something. Each is one decision, recorded in the log before it is
/// answered, with the name of whoever signed in.
///
/// `Idempotency-Key` is honoured on all of them, `If-Match` on those that change or remove a row.
struct ChangingRoutes: Sendable {
    private let answers: AnsweredRequests
    private let runs: RunChanges
    private let scenarios: ScenarioChanges
    private let schedules: ScheduleChanges
    private let excuses: ExcuseChanges
    private let cadences: CadenceChanges
    private let alerts: AlertChanges
    private let reports: ReportChanges

    init(_ parts: APIParts) {
        let reading = parts.reading
        answers = AnsweredRequests(store: parts.store)
        runs = RunChanges(parts: parts, reading: reading)
        scenarios = ScenarioChanges(parts, reading)
        schedules = ScheduleChanges(parts, reading)
        excuses = ExcuseChanges(parts, reading)
        cadences = CadenceChanges(parts, reading)
        alerts = AlertChanges(store: parts.store, reading: reading)
        reports = ReportChanges(parts, reading)
    }

    func add(to router: some RouterMethods<APIContext>) {
        addRuns(to: router)
        addRows(to: router)
        change(.post, "/api/testing/alerts/{id}/acknowledge", router) { [alerts] request in
            try await alerts.acknowledge(request)
        }
        change(.post, "/api/testing/reports/generate", router) { [reports] request in
            try await reports.generate(request)
        }
    }

    private func addRuns(to router: some RouterMethods<APIContext>) {
        change(.post, "/api/testing/execute", router) { [runs] in try await runs.execute($0) }
        change(.post, "/api/testing/tests/{id}/cancel", router) { [runs] in
            try await runs.cancel($0)
        }
        change(.post, "/api/testing/halt", router) { [runs] in try await runs.halt($0) }
    }

    private func addRows(to router: some RouterMethods<APIContext>) {
        add(scenarios, named: "scenarios", to: router)
        // Who creates a schedule posts to the singular.
        add(schedules, named: "schedules", createdAt: "schedule", to: router)
        add(excuses, named: "excuses", to: router)
        add(cadences, named: "cadences", to: router)
    }

    private func add(
        _ rows: some RowRoutes, named path: String, createdAt creating: String? = nil,
        to router: some RouterMethods<APIContext>
    ) {
        change(.post, "/api/testing/\(creating ?? path)", router) { try await rows.create($0) }
        change(.put, "/api/testing/\(path)/{id}", router) { try await rows.update($0) }
        change(.delete, "/api/testing/\(path)/{id}", router) { try await rows.remove($0) }
    }

    private func change(
        _ method: HTTPRequest.Method, _ path: String, _ router: some RouterMethods<APIContext>,
        _ work: @escaping @Sendable (ChangeRequest) async throws -> Answer
    ) {
        router.on(RouterPath(path), method: method) { [answers] request, context -> Answer in
            let change = try await ChangeRequest(request, context)
            do {
                return try await answers.answer(change) { try await work(change) }
            } catch {
                throw Refusals.told(error)
            }
        }
    }
}

/// What is done to the rows of one table.
protocol RowRoutes: Sendable {
    func create(_ request: ChangeRequest) async throws -> Answer
    /// Changes what the body names, and nothing else.
    func update(_ request: ChangeRequest) async throws -> Answer
    func remove(_ request: ChangeRequest) async throws -> Answer
}
