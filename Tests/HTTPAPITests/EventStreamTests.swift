import DRTesting
import EventLog
import HTTPTypes
import HummingbirdTesting
import Testing
import Wire

@testable import HTTPAPI

/// What is recorded reaches whoever follows it: once, in order, without a gap.
struct EventStreamTests {
    @Test(.timeLimit(.minutes(1)))
    func aTestIsFollowedFromItsBeginningIntoThePresent() async throws {
        let fixture = try StreamFixture()
        let id = try await fixture.log.run("k1", .passed)
        let other = try await fixture.log.run("k2", .passed)
        let received = try await fixture.serve { client in
            async let response = client.send(.get, "/api/testing/tests/\(id)/events")
            try await fixture.waitForClients(1)
            try await fixture.note("another run", in: "run/k2")
            try await fixture.note("just now", in: "run/k1")
            try await fixture.revoke()
            return ReceivedEvent.all(in: try await response.text)
        }
        let own = try fixture.log.store.reader.events(ofStream: "run/k1")
        #expect(other > id)
        #expect(received.map(\.id) == own.map { String($0.position) })
        #expect(received.first?.event == "run_requested")
        let last = try JSONValue(json: received.last?.data ?? "")
        #expect(last["message"]?.stringValue == "just now")
        #expect(last["test_id"]?.stringValue == String(id))
        #expect(last["recorded_at"]?.stringValue != nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func aClientGoesOnAfterTheLastEventItGot() async throws {
        let fixture = try StreamFixture()
        let id = try await fixture.log.run("k1", .passed, logs: 250)
        let last = try fixture.log.store.reader.head().position
        let known = HTTPField.Name("Last-Event-ID")!
        for path in ["/api/testing/events", "/api/testing/tests/\(id)/events"] {
            let ids = try await fixture.serve { client in
                async let response = client.send(.get, path, headers: [known: "\(last - 220)"])
                try await fixture.waitForClients(1)
                try await fixture.note("new", in: "run/k1")
                try await fixture.revoke()
                return ReceivedEvent.all(in: try await response.text).map(\.id)
            }
            let expected = (last - 219...last).map { String($0) }
            #expect(Array(ids.prefix(expected.count)) == expected, "\(path)")
            #expect(Set(ids).count == ids.count)
            try await fixture.waitForClients(0)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func theLogIsFollowedFromNowOn() async throws {
        let fixture = try StreamFixture()
        try await fixture.log.run("k1", .passed)
        let head = try fixture.log.store.reader.head().position
        let received = try await fixture.serve { client in
            async let response = client.send(.get, "/api/testing/events")
            try await fixture.waitForClients(1)
            try await fixture.note("new", in: "run/k1")
            try await fixture.log.append(
                [.scenarioDisabled(RowChange(id: 1, by: "sre"))], to: "scenarios")
            try await fixture.revoke()
            return ReceivedEvent.all(in: try await response.text)
        }
        #expect(received.map(\.id) == (head + 1...head + 3).map { String($0) })
        #expect(received.map(\.event) == ["log_recorded", "scenario_disabled", "token_revoked"])
        #expect(try JSONValue(json: received[0].data)["test_id"] != nil)
        #expect(try JSONValue(json: received[1].data)["test_id"] == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func manyClientsGetTheSameWhileOthersComeAndGo() async throws {
        let fixture = try StreamFixture()
        try await fixture.log.run("k1", .passed)
        let start = try fixture.log.store.reader.head().position
        let known = HTTPField.Name("Last-Event-ID")!
        let all = try await fixture.serve { client in
            try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let response = try await client.send(
                            .get, "/api/testing/events", headers: [known: "\(start)"])
                        return ReceivedEvent.all(in: response.text).map(\.id)
                    }
                    try await fixture.note("while they come", in: "run/k1")
                }
                try await fixture.waitForClients(50)
                try await fixture.note("when all are there", in: "run/k1")
                try await fixture.revoke()
                return try await group.reduce(into: [[String]]()) { $0.append($1) }
            }
        }
        let expected = (start + 1...start + 52).map { String($0) }
        #expect(all.count == 50)
        #expect(Set(all) == [expected])
    }

    @Test func whatCannotBeFollowedSaysWhy() async throws {
        let fixture = try StreamFixture()
        let known = HTTPField.Name("Last-Event-ID")!
        try await fixture.serve { client in
            let missing = try await client.send(.get, "/api/testing/tests/1/events")
            #expect(missing.status == .notFound && missing.text.contains("not_found"))
            let header = try await client.send(
                .get, "/api/testing/events", headers: [known: "yesterday"])
            #expect(header.status == .badRequest && header.text.contains("Last-Event-ID"))
            let unknown = try await client.send(.get, "/api/testing/events?level=error")
            #expect(unknown.status == .badRequest && unknown.text.contains("last_event_id"))
        }
    }
}
