import DRTesting
import HTTPTypes
import Testing
import Wire

@testable import HTTPAPI

/// Rows that people keep, changed over the API.
struct RowChangesTests {
    private static let schedule = """
        {"scenario_id": 1, "schedule_name": "Daily Circuit Breaker Test", \
        "cron_expression": "0 3 * * *", "enabled": true}
        """

    @Test func aScheduleThatIsCreatedSaysWhenItRunsNext() async throws {
        let fixture = try await ChangingFixture()
        let created = try await fixture.send(.post, "/api/testing/schedule", Self.schedule)
        #expect(created.status == 201)
        #expect(created.data["schedule_id"] == 1)
        #expect(created.data["id"] == 1)
        #expect(created.data["next_run"]?.stringValue == "2026-11-24T03:00:00.000Z")
        #expect(created.data["time_zone"] == "UTC")
        try fixture.expectCleanLog()
    }

    @Test func aScheduleIsReadInItsTimeZone() async throws {
        let fixture = try await ChangingFixture()
        let created = try await fixture.send(
            .post, "/api/testing/schedule",
            #"{"scenario_id": 1, "schedule_name": "a", "cron_expression": "0 3 * * *", "#
                + #""time_zone": "Europe/Berlin"}"#)
        #expect(created.data["next_run"]?.stringValue == "2026-11-24T02:00:00.000Z")
    }

    @Test func whatIsNamedIsChangedAndTheRestStays() async throws {
        let fixture = try await ChangingFixture()
        _ = try await fixture.send(.post, "/api/testing/schedule", Self.schedule)
        let changed = try await fixture.send(
            .put, "/api/testing/schedules/1", #"{"enabled": false}"#)
        #expect(changed.status == 200)
        #expect(changed.data["enabled"] == false)
        #expect(changed.data["cron_expression"] == "0 3 * * *")
        #expect(
            try fixture.events(of: "schedules") == ["schedule_created", "schedule_disabled"])
    }

    @Test func everyWrongFieldIsNamedAtOnce() async throws {
        let fixture = try await ChangingFixture()
        let refused = try await fixture.send(
            .post, "/api/testing/schedule",
            #"{"scenario_id": "one", "cron": "0 3 * * *", "enabled": 1, "catch_up": "never"}"#)
        #expect(refused.status == 422)
        #expect(refused.code == "invalid_field")
        #expect(
            Set(refused.refusedFields) == [
                "scenario_id", "cron", "enabled", "catch_up", "schedule_name", "cron_expression",
            ])
        let details = try #require(refused.json["details"]?.arrayValue)
        let catchUp = details.first { $0["field"] == "catch_up" }
        #expect(catchUp?["accepted"] == ["once", "skip"])
        #expect(try fixture.events(of: "schedules") == [])
    }

    @Test(arguments: [
        (#""cron_expression": "61 * * * *""#, "cron_expression"),
        (#""time_zone": "Mars/Olympus""#, "time_zone"), (#""scenario_id": 77"#, "scenario_id"),
    ])
    func whatADeciderRefusesNamesTheField(_ member: String, _ field: String) async throws {
        let fixture = try await ChangingFixture()
        _ = try await fixture.send(.post, "/api/testing/schedule", Self.schedule)
        let refused = try await fixture.send(
            .put, "/api/testing/schedules/1", "{\(member)}")
        #expect(refused.status == 422)
        #expect(refused.refusedFields == [field])
    }

    @Test func aRowThatWasChangedMeanwhileIsNotChanged() async throws {
        let fixture = try await ChangingFixture()
        let created = try await fixture.send(.post, "/api/testing/schedule", Self.schedule)
        let seen = try #require(created.headers[.eTag])
        let first = try await fixture.send(
            .put, "/api/testing/schedules/1", #"{"enabled": false}"#, headers: [.ifMatch: seen])
        #expect(first.status == 200)
        #expect(first.headers[.eTag] != seen)
        let second = try await fixture.send(
            .put, "/api/testing/schedules/1", #"{"enabled": true}"#, headers: [.ifMatch: seen])
        #expect(second.status == 412)
        let third = try await fixture.send(
            .delete, "/api/testing/schedules/1", headers: [.ifMatch: "*"])
        #expect(third.status == 200)
        let gone = try await fixture.send(.delete, "/api/testing/schedules/1")
        #expect(gone.status == 404)
    }

    @Test func aRequestThatIsSentAgainIsDoneOnceAndAnsweredAlike() async throws {
        let fixture = try await ChangingFixture()
        let headers: HTTPFields = [.idempotencyKey: "k-1"]
        let path = "/api/testing/schedule"
        let first = try await fixture.send(.post, path, Self.schedule, headers: headers)
        _ = try await fixture.send(.delete, "/api/testing/schedules/1")
        let second = try await fixture.send(.post, path, Self.schedule, headers: headers)
        #expect(second.status == 201)
        #expect(second.bytes == first.bytes)
        #expect(second.headers[.idempotentReplayed] == "true")
        #expect(
            try fixture.events(of: "schedules") == ["schedule_created", "schedule_removed"])
        // Of somebody else the same key is another one.
        let others = try await fixture.send(
            .post, path, Self.schedule, headers: headers, named: "grace")
        #expect(others.data["schedule_id"] == 2)
        try fixture.expectCleanLog()
    }

    @Test func aKeyThatCameWithAnotherRequestIsRefused() async throws {
        let fixture = try await ChangingFixture()
        let headers: HTTPFields = [.idempotencyKey: "k-1"]
        _ = try await fixture.send(
            .post, "/api/testing/schedule", Self.schedule, headers: headers)
        let other = try await fixture.send(
            .put, "/api/testing/schedules/1", #"{"enabled": false}"#, headers: headers)
        #expect(other.status == 422)
        #expect(other.code == "key_reused")
    }

    @Test func whatWasRefusedCanBeTriedAgainWithTheSameKey() async throws {
        let fixture = try await ChangingFixture()
        let headers: HTTPFields = [.idempotencyKey: "k-1"]
        let path = "/api/testing/schedules/1"
        let early = try await fixture.send(.put, path, #"{"enabled": false}"#, headers: headers)
        #expect(early.status == 404)
        _ = try await fixture.send(.post, "/api/testing/schedule", Self.schedule)
        let late = try await fixture.send(.put, path, #"{"enabled": false}"#, headers: headers)
        #expect(late.status == 200)
    }

    @Test func mistakesInAScenarioAreToldWithTheirPlaces() async throws {
        let fixture = try await ChangingFixture()
        let refused = try await fixture.send(
            .post, "/api/testing/scenarios", #"{"scenario_text": "a mistake"}"#, as: .admin)
        #expect(refused.status == 422)
        #expect(refused.json["details"]?[0]?["message"] == "3:5: what is this?")
        let programs = try await fixture.send(
            .post, "/api/testing/scenarios", #"{"scenario_text": "process"}"#, as: .admin)
        #expect(programs.status == 422)
        #expect(programs.refusedFields == ["scenario_text"])
        #expect(try fixture.events(of: "scenarios") == [])
    }

    @Test func aScenarioOfOnesOwnIsCreatedChangedAndDisabled() async throws {
        let fixture = try await ChangingFixture()
        let created = try await fixture.send(
            .post, "/api/testing/scenarios", #"{"scenario_text": "Mine"}"#, as: .admin)
        #expect(created.status == 201)
        #expect(created.data["id"] == 7)
        let changed = try await fixture.send(
            .put, "/api/testing/scenarios/7", #"{"scenario_text": "Ours", "enabled": false}"#,
            as: .admin)
        #expect(changed.data["scenario_name"] == "Ours")
        #expect(changed.data["enabled"] == false)
        try fixture.expectCleanLog()
    }

    @Test func nobodyExcusesHimself() async throws {
        let fixture = try await ChangingFixture()
        let refused = try await fixture.send(
            .post, "/api/testing/excuses",
            #"{"scenario": "a", "target": "b", "due_at": "2026-11-01T00:00:00Z", "#
                + #""reason": "c", "executor": "ada", "approver": "Ada"}"#)
        #expect(refused.refusedFields == ["approver"])
    }

    @Test func aCadenceIsCreatedAndSaysWhenItIsOverdue() async throws {
        let fixture = try await ChangingFixture()
        let created = try await fixture.send(
            .post, "/api/testing/cadences",
            #"{"scenario": "a", "target": "b", "interval_ms": 86400000, "reason": "DORA"}"#)
        #expect(created.status == 201)
        #expect(created.data["due_at"] == "2026-11-24T08:30:00.000Z")
        let same = try await fixture.send(
            .post, "/api/testing/cadences",
            #"{"scenario": "a", "target": "b", "interval_ms": 86400000, "reason": "DORA"}"#)
        #expect(same.status == 200)
        #expect(try fixture.events(of: "cadences") == ["cadence_created"])
    }

    @Test func anAlertIsAcknowledgedOnce() async throws {
        let fixture = try await ChangingFixture()
        var alert = AlertRaised()
        (alert.alertType, alert.severity) = ("dr_test_failed", "high")
        (alert.serviceName, alert.message) = ("dr_testing", "it failed")
        try await fixture.append(.alertRaised(alert), to: "alerts")
        let path = "/api/testing/alerts/1/acknowledge"
        let first = try await fixture.send(.post, path)
        #expect(first.status == 200)
        #expect(first.data["acknowledged_at"]?.stringValue != nil)
        _ = try await fixture.send(.post, path, named: "grace")
        #expect(try fixture.events(of: "alerts") == ["alert_raised", "alert_acknowledged"])
        #expect(try await fixture.send(.post, "/api/testing/alerts/2/acknowledge").status == 404)
    }

    @Test(arguments: ["0", "-1", "+1", "x", "18446744073709551616", "99"])
    func whatIsNoRowIsNotFound(_ id: String) async throws {
        let fixture = try await ChangingFixture()
        let refused = try await fixture.send(
            .put, "/api/testing/schedules/\(id)", #"{"enabled": false}"#)
        #expect(refused.status == 404)
    }

    @Test(arguments: ["[]", "{", #"{"enabled": true, "enabled": false}"#])
    func aBodyThatIsNoObjectIsRefused(_ body: String) async throws {
        let fixture = try await ChangingFixture()
        let refused = try await fixture.send(.put, "/api/testing/schedules/1", body)
        #expect(refused.status == 400)
        #expect(refused.code == "invalid_json")
    }
}
