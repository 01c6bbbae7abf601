import DRTesting
import Testing
import Wire

@testable import HTTPAPI

struct ReadingListTests {
    private let fixture: ReadingFixture

    init() throws { fixture = try ReadingFixture() }

    @Test func anEmptyLogHasEmptyLists() async throws {
        for table in ReadingTable.all {
            let got = try await fixture.get(table.path)
            #expect(got.status == 200, "\(table.path)")
            #expect(got.json["success"] == .bool(true))
            #expect(got.data == .array([]), "\(table.path)")
            #expect(got.json["next_cursor"] == .null)
        }
    }

    @Test func theNewestDrillComesFirstAndOthersOnlyWhenAskedFor() async throws {
        let first = Int(try await fixture.run("a", .passed))
        let second = Int(try await fixture.run("b", .failed))
        let proof = Int(try await fixture.run("c", .failed, purpose: "proof"))
        #expect(try await fixture.get("/api/testing/history?limit=50").ids == [second, first])
        #expect(try await fixture.get("/api/testing/history?purpose=proof").ids == [proof])
        let both = try await fixture.get("/api/testing/history?purpose=drill&purpose=proof")
        #expect(both.ids == [proof, second, first])
        try fixture.expectCleanLog()
    }

    @Test func pagesLeadToEachOther() async throws {
        var ids: [Int] = []
        for index in 0..<5 { ids.append(Int(try await fixture.run("k\(index)", .passed))) }
        let first = try await fixture.get("/api/testing/history?limit=2")
        #expect(first.ids == [ids[4], ids[3]])
        let cursor = try #require(first.nextCursor)
        let second = try await fixture.get("/api/testing/history?limit=2&cursor=\(cursor)")
        #expect(second.ids == [ids[2], ids[1]])
        let next = try #require(second.nextCursor)
        let third = try await fixture.get("/api/testing/history?limit=2&cursor=\(next)")
        #expect(third.ids == [ids[0]])
        #expect(third.json["next_cursor"] == .null)
    }

    @Test func testsAreChosenByWhatTheyAre() async throws {
        let passed = Int(try await fixture.run("a", .passed, environment: "test"))
        let failed = Int(try await fixture.run("b", .failed, target: "a & b", type: "full_outage"))
        let path = "/api/testing/history"
        #expect(try await fixture.get("\(path)?status=failed").ids == [failed])
        #expect(try await fixture.get("\(path)?status=failed&status=completed").ids.count == 2)
        #expect(try await fixture.get("\(path)?verdict=passed").ids == [passed])
        #expect(try await fixture.get("\(path)?type=full_outage").ids == [failed])
        #expect(try await fixture.get("\(path)?environment=test").ids == [passed])
        #expect(try await fixture.get("\(path)?target=a%20%26%20b").ids == [failed])
        // A variable of that name is no environment of the test.
        #expect(try await fixture.get("\(path)?environment=inner").ids == [])
    }

    @Test func testsAreChosenByTheMomentTheyWereAskedFor() async throws {
        let first = Int(try await fixture.run("a", .passed))
        fixture.advance(bySeconds: 86_400)
        let second = Int(try await fixture.run("b", .passed))
        let path = "/api/testing/history"
        #expect(try await fixture.get("\(path)?from=2026-11-24").ids == [second])
        #expect(try await fixture.get("\(path)?to=2026-11-24").ids == [first])
        #expect(try await fixture.get("\(path)?from=2026-11-23T08:30:01Z").ids == [second, first])
        #expect(try await fixture.get("\(path)?from=2026-11-23T08:30:02Z").ids == [second])
        #expect(try await fixture.get("\(path)?to=2026-11-23T08:30:01Z").ids == [])
    }

    @Test func whatIsAppendedIsReadByTheNextRequest() async throws {
        let path = "/api/testing/history"
        let first = Int(try await fixture.run("a", .passed))
        #expect(try await fixture.get(path).ids == [first])
        // The answer that was kept is of an earlier position.
        let second = Int(try await fixture.run("b", .passed))
        #expect(try await fixture.get(path).ids == [second, first])
        #expect(try await fixture.get(path).ids == [second, first])
    }

    @Test func aParameterThatIsNotAcceptedIsNamedWithWhatIs() async throws {
        let bad = [
            ("/api/testing/history?limit=0", "limit"),
            ("/api/testing/history?limit=1001", "limit"),
            ("/api/testing/history?limit=ten", "limit"),
            ("/api/testing/history?limit=%2B5", "limit"),
            ("/api/testing/history?limit=5&limit=6", "limit"),
            ("/api/testing/history?cursor=-1", "cursor"),
            ("/api/testing/history?status=done", "status"),
            ("/api/testing/history?purpose=", "purpose"),
            ("/api/testing/history?from=yesterday", "from"),
            ("/api/testing/history?stauts=failed", "stauts"),
            ("/api/testing/scenarios?from=2026-11-23", "from"),
            ("/api/testing/scenarios?enabled=yes", "enabled"),
            ("/api/testing/alerts?severity=worst", "severity"),
            ("/api/testing/stats?period=7", "period"),
            ("/api/testing/stats?period=0d", "period"),
            ("/api/testing/stats?period=3661d", "period"),
            ("/api/testing/stats?days=7", "days"),
        ]
        for (uri, field) in bad {
            let got = try await fixture.get(uri)
            #expect(got.status == 400, "\(uri)")
            #expect(got.json["success"] == .bool(false))
            let detail = got.json["details"]?[0]
            #expect(detail?["field"] == .string(field), "\(uri)")
            #expect(detail?["message"]?.stringValue?.isEmpty == false)
        }
        let status = try await fixture.get("/api/testing/history?status=done")
        let accepted = status.json["details"]?[0]?["accepted"]?.arrayValue ?? []
        #expect(
            accepted.map(\.stringValue)
                == ["pending", "running", "completed", "failed", "cancelled"])
    }

    @Test func anEnabledScheduleSaysWhenItIsNextDueFromNowInItsZone() async throws {
        var schedule = ScheduleDefinition()
        (schedule.id, schedule.scenarioID, schedule.scheduleName) = (1, 1, "nightly")
        (schedule.cronExpression, schedule.timeZone, schedule.by) = ("0 3 * * *", "UTC", "sre")
        try await fixture.append([.scheduleCreated(schedule)], to: "schedules")
        let path = "/api/testing/schedules"
        let first = try await fixture.get(path)
        #expect(first.rows[0]["next_run"] == "2026-11-24T03:00:00.000Z")
        // Nothing is appended, and time goes on.
        fixture.advance(bySeconds: 86_400)
        let later = try await fixture.get(path)
        #expect(later.rows[0]["next_run"] == "2026-11-25T03:00:00.000Z")
        let change = RowChange(id: 1, by: "sre")
        try await fixture.append([.scheduleDisabled(change)], to: "schedules")
        let disabled = try await fixture.get(path)
        #expect(disabled.rows[0]["next_run"] == .null)
    }

    @Test func alertsAreChosenByWhetherSomebodySawThem() async throws {
        var alert = AlertRaised()
        (alert.id, alert.alertType, alert.severity) = (1, "dr_test_failed", "high")
        var other = alert
        other.id = 2
        try await fixture.append(
            [
                .alertRaised(alert), .alertRaised(other),
                .alertAcknowledged(AlertAcknowledged(id: 1, by: "ops")),
            ], to: "alerts")
        let path = "/api/testing/alerts"
        #expect(try await fixture.get("\(path)?acknowledged=true").ids == [1])
        #expect(try await fixture.get("\(path)?acknowledged=false").ids == [2])
        #expect(try await fixture.get("\(path)?severity=high").ids == [2, 1])
        #expect(try await fixture.get("\(path)?severity=low").ids == [])
    }
}
