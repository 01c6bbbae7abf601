internal import DRTesting
internal import EventLog
internal import HTTPTypes
internal import Service
internal import Wire

/// Starts and stops tests.
struct RunChanges: Sendable {
    /// A week. A longer limit is a mistake.
    private static let timeouts: ClosedRange<UInt64> = 1...604_800_000
    /// More fits neither an event nor the arguments of a program.
    private static let largestBody = 32_768
    private static let production = AccessRule(
        method: .post, path: "/api/testing/execute", audience: .roles([.admin]), isPage: false)

    let parts: APIParts
    let reading: ReadingService

    func execute(_ request: ChangeRequest) async throws -> Answer {
        let waits = try request.isSet("wait")
        guard parts.settings.isTestingEnabled else { throw APIError(RunRefusal.disabled) }
        let order = try await order(request)
        let started = try await start(order)
        guard waits else {
            return Answer.data(
                try await reading.execution(ofTest: started.id),
                message: "test \(started.id) is under way", status: .accepted,
                headers: [.location: "/api/testing/tests/\(started.id)"])
        }
        let end = try await started.finished()
        if !end.unmet.isEmpty { throw APIError(RunRefusal.prerequisiteFailed(end.unmet)) }
        return Answer.data(
            try await reading.execution(ofTest: started.id),
            message: "test \(started.id) ended: \(end.status)")
    }

    func cancel(_ request: ChangeRequest) async throws -> Answer {
        let reason = try Self.reason(request)
        let id = try request.id(of: "test")
        do {
            try await parts.runs.cancel(id, by: request.caller.subject, reason: reason)
        } catch let refusal as CancelRefusal {
            throw APIError(refusal)
        }
        let row = try await reading.row(id, of: .history)
        let test = try row.map { try JSONValue(json: $0) }
        return Answer.data(message: "test \(id) was told to stop", status: .accepted) { writer in
            writer.object { answer in
                answer.member("test_id", id)
                answer.member("status", test?["status"]?.stringValue)
            }
        }
    }

    func halt(_ request: ChangeRequest) async throws -> Answer {
        let reason = try Self.reason(request)
        let count = try await parts.runs.cancelAll(by: request.caller.subject, reason: reason)
        let message = "\(count.counted("test")) \(count == 1 ? "was" : "were") told to stop"
        return Answer.data(message: message, status: .accepted) { writer in
            writer.object { answer in
                answer.name("stopped_tests")
                answer.integer(count)
            }
        }
    }

    private static func reason(_ request: ChangeRequest) throws(APIError) -> String {
        try request.checkNoQuery()
        var fields = try Self.fields(request)
        let reason = fields.text("reason")
        try fields.finish()
        return reason ?? "cancelled over the API"
    }

    private static func fields(_ request: ChangeRequest) throws(APIError) -> JSONFields {
        if request.body.count > largestBody {
            throw APIError(
                .unprocessableContent, code: "too_long",
                "what is said of a test has at most \(largestBody) bytes")
        }
        return try JSONFields(request.body)
    }

    // MARK: An order

    private func start(_ order: RunOrder) async throws(APIError) -> StartedRun {
        do throws(RunRefusal) {
            return try await parts.runs.start(order)
        } catch {
            throw APIError(error)
        }
    }

    private func order(_ request: ChangeRequest) async throws -> RunOrder {
        var fields = try Self.fields(request)
        let (id, name) = (fields.id("scenario_id"), fields.text("scenario_name"))
        if fields.has("scenario_id") == fields.has("scenario_name") {
            fields.refuse(
                "scenario_name", "give it or scenario_id, and not both",
                accepted: ["the name of a scenario"])
        }
        let (target, environment) = (fields.text("target"), fields.text("environment"))
        let (requestedBy, confirm) = (fields.text("executed_by"), fields.text("confirm"))
        let variables = fields.values("variables") ?? []
        let timeoutMs = fields.number("timeout_ms", in: Self.timeouts)
        let debug = fields.flag("debug") ?? false
        try fields.finish()
        if confirm != nil, request.caller.role != .admin {
            await parts.access.record(.production, of: request.caller, for: Self.production)
            throw APIError.forbidden(
                "only an administrator runs tests in production, which is what confirm is for")
        }
        let scenarios = try await parts.catalog.state(of: Scenarios.self).table
        return RunOrder(
            scenario: try Self.scenario(id: id, name: name, in: scenarios), target: target,
            environment: environment, by: request.caller.subject, requestedBy: requestedBy,
            variables: variables.map { (name: $0.name, value: $0.value) }, debug: debug,
            timeoutMs: timeoutMs, confirm: confirm, key: request.key?.runKey ?? newKey())
    }

    private func newKey() -> EventID {
        var generator = SystemRandomNumberGenerator()
        return EventID(time: parts.clock.now(), using: &generator)
    }

    private static func scenario(
        id: UInt64?, name: String?, in scenarios: Scenarios
    ) throws(APIError) -> RunOrder.ScenarioReference {
        let rows = scenarios.rows.present
        let row = rows.first { row in
            row.definition.id == id || row.definition.scenarioName == name
        }
        guard let row else {
            // Those that come with the program can be run before the log has them.
            if let id, Scenarios.builtin.contains(id) {
                return RunOrder.ScenarioReference(id: id, name: "scenario \(id)", text: nil)
            }
            throw .invalidFields([
                APIError.Detail(
                    field: id == nil ? "scenario_name" : "scenario_id",
                    message: "there is no such scenario",
                    accepted: rows.map { row in
                        id == nil ? row.definition.scenarioName : String(row.definition.id)
                    })
            ])
        }
        let scenario = row.definition
        guard row.isEnabled else {
            throw APIError(
                .conflict, code: "scenario_disabled",
                "scenario \(scenario.id) is disabled; an administrator can enable it")
        }
        return RunOrder.ScenarioReference(
            id: scenario.id, name: scenario.scenarioName,
            text: Scenarios.builtin.contains(scenario.id) ? nil : scenario.scenarioText)
    }
}
