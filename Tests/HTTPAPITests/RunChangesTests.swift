import EventLog
import HTTPTypes
import Service
import Testing
import Wire

@testable import HTTPAPI

/// Tests, started and stopped over the API.
struct RunChangesTests {
    private static let order = """
        {"scenario_name": "Mine", "executed_by": "admin", "environment": "test"}
        """

    private static func fixture() async throws -> ChangingFixture {
        let fixture = try await ChangingFixture()
        _ = try await fixture.send(
            .post, "/api/testing/scenarios", #"{"scenario_text": "Mine"}"#, as: .admin)
        return fixture
    }

    @Test func aTestIsStartedInTheNameOfWhoeverSignedIn() async throws {
        let fixture = try await Self.fixture()
        let started = try await fixture.send(.post, "/api/testing/execute", Self.order)
        #expect(started.status == 202)
        let id = try #require(started.data["test_id"]?.intValue)
        #expect(started.headers[.location] == "/api/testing/tests/\(id)")
        #expect(started.data["scenario"] == "Mine")
        #expect(started.data["status"] == "pending")
        #expect(started.data["total_results"] == 0)
        let order = try #require(fixture.runs.orders.first)
        #expect(order.by == "ada")
        #expect(order.requestedBy == "admin")
        #expect(order.environment == "test")
        #expect(
            order.scenario
                == RunOrder.ScenarioReference(id: 7, name: "Mine", text: "Mine"))
        try fixture.expectCleanLog()
    }

    @Test func whoWaitsIsToldHowItEnded() async throws {
        let fixture = try await Self.fixture()
        let ended = try await fixture.send(
            .post, "/api/testing/execute?wait=true", Self.order)
        #expect(ended.status == 200)
        #expect(ended.data["status"] == "failed")
        #expect(ended.data["rto_actual_ms"] == 1200)
        #expect(ended.data["total_results"] == 2)
        #expect(ended.data["passed_results"] == 1)
        #expect(ended.data["total_logs"] == 4)
    }

    @Test func whatATestIsToldReachesItsRunner() async throws {
        let fixture = try await Self.fixture()
        _ = try await fixture.send(
            .post, "/api/testing/execute",
            #"{"scenario_id": 3, "target": "staging", "debug": true, "timeout_ms": 60000, "#
                + #""variables": {"kind": "hang", "count": 3, "fast": true}}"#)
        let order = try #require(fixture.runs.orders.first)
        #expect(order.scenario.id == 3)
        #expect(order.scenario.text == nil)
        #expect(order.target == "staging")
        #expect(order.debug)
        #expect(order.timeoutMs == 60_000)
        #expect(order.variables.map(\.name) == ["kind", "count", "fast"])
        #expect(order.variables.map(\.value) == ["hang", "3", "true"])
    }

    @Test func aTestThatIsOrderedAgainWithItsKeyIsTheSame() async throws {
        let fixture = try await Self.fixture()
        let headers: HTTPFields = [.idempotencyKey: "night-1"]
        let first = try await fixture.send(
            .post, "/api/testing/execute", Self.order, headers: headers)
        let second = try await fixture.send(
            .post, "/api/testing/execute", Self.order, headers: headers)
        #expect(first.bytes == second.bytes)
        #expect(fixture.runs.orders.count == 1)
        #expect(fixture.runs.orders.first.map { $0.key.bytes[6] >> 4 } == 7)
    }

    static let refusals: [(RunRefusal, Int, String)] = [
        (.busy("a test is under way"), 409, "busy"), (.disabled, 503, "testing_disabled"),
        (.unknownTarget("none"), 422, "invalid_field"),
        (.wrongEnvironment("it is staging"), 422, "invalid_field"),
        (.confirmationNeeded(target: "live"), 422, "confirmation_needed"),
        (.badVariables("x"), 422, "invalid_field"),
        (.prerequisiteFailed([unmet]), 422, "prerequisite_failed"),
        (.runnerMissing("no dr-runner"), 503, "runner_missing"),
    ]

    private static let unmet = UnmetPrerequisite(
        name: "backup_available", expected: "yes", observed: "403")

    @Test(arguments: refusals)
    func whatARunnerRefusesIsToldByItsCode(
        _ refusal: RunRefusal, _ status: Int, _ code: String
    ) async throws {
        let fixture = try await Self.fixture()
        fixture.runs.refuse(refusal)
        let refused = try await fixture.send(.post, "/api/testing/execute", Self.order)
        #expect(refused.status == status)
        #expect(refused.code == code)
    }

    @Test func whenTestingIsDisabledNothingIsOrdered() async throws {
        let fixture = try await ChangingFixture(isTestingEnabled: false)
        let refused = try await fixture.send(
            .post, "/api/testing/execute", #"{"scenario_id": 1}"#)
        #expect(refused.status == 503)
        #expect(refused.code == "testing_disabled")
        #expect(fixture.runs.orders.isEmpty)
    }

    @Test(arguments: [
        "{}", #"{"scenario_id": 1, "scenario_name": "Mine"}"#, #"{"scenario_name": "Nobody's"}"#,
        #"{"scenario_id": 99}"#, #"{"scenario_id": 1, "timeout_ms": 0}"#,
        #"{"scenario_id": 1, "variables": {"a": [1]}}"#, #"{"scenario_id": 1, "sabotage": "x"}"#,
    ])
    func anOrderThatCannotBeIsRefused(_ body: String) async throws {
        let fixture = try await Self.fixture()
        let refused = try await fixture.send(.post, "/api/testing/execute", body)
        #expect(refused.status == 422)
        #expect(!refused.refusedFields.isEmpty)
        #expect(fixture.runs.orders.isEmpty)
    }

    @Test(arguments: ["execute", "halt", "tests/12/cancel"])
    func moreThanAnEventOrAProgramCanBeToldIsRefused(_ path: String) async throws {
        let fixture = try await Self.fixture()
        let body = #"{"scenario_id": 1, "reason": "\#(String(repeating: "x", count: 40_000))"}"#
        let refused = try await fixture.send(.post, "/api/testing/\(path)", body)
        #expect(refused.status == 422)
        #expect(refused.code == "too_long")
        #expect(fixture.runs.orders.isEmpty && fixture.runs.stops.isEmpty)
    }

    @Test func onlyAnAdministratorConfirmsProduction() async throws {
        let fixture = try await Self.fixture()
        let body = #"{"scenario_id": 1, "target": "live", "confirm": "live"}"#
        #expect(try await fixture.send(.post, "/api/testing/execute", body).status == 403)
        #expect(fixture.runs.orders.isEmpty)
        #expect(try fixture.events(of: "refusals") == ["access_refused"])
        let allowed = try await fixture.send(.post, "/api/testing/execute", body, as: .admin)
        #expect(allowed.status == 202)
        #expect(fixture.runs.orders.first?.confirm == "live")
    }

    @Test func aScenarioThatIsDisabledIsNotRun() async throws {
        let fixture = try await Self.fixture()
        _ = try await fixture.send(
            .put, "/api/testing/scenarios/7", #"{"enabled": false}"#, as: .admin)
        let refused = try await fixture.send(.post, "/api/testing/execute", Self.order)
        #expect(refused.status == 409)
        #expect(refused.code == "scenario_disabled")
    }

    @Test func whoStopsATestIsNamed() async throws {
        let fixture = try await Self.fixture()
        let stopped = try await fixture.send(
            .post, "/api/testing/tests/12/cancel", #"{"reason": "it is late"}"#)
        #expect(stopped.status == 202)
        #expect(stopped.data["test_id"] == 12)
        let halted = try await fixture.send(.post, "/api/testing/halt")
        #expect(halted.data["stopped_tests"] == 2)
        #expect(
            fixture.runs.stops == [
                "12 by ada: it is late", "all by ada: cancelled over the API",
            ])
    }

    @Test(arguments: [404, 409])
    func aTestThatCannotBeStoppedSaysWhy(_ id: Int) async throws {
        let fixture = try await Self.fixture()
        let refused = try await fixture.send(.post, "/api/testing/tests/\(id)/cancel")
        #expect(refused.status == id)
    }
}
