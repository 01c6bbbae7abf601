import DRTesting
import EventLog
import HTTPTypes
import HummingbirdTesting
import Logging
import Testing

@testable import HTTPAPI

/// What is recorded of those who are refused.
struct RefusalTests {
    private static func event(_ recorded: RecordedEvent) throws -> TestEvent? {
        try TestEvent(number: recorded.record.number, payload: recorded.record.payload)
    }

    @Test func aHundredThousandBadTokensLeaveAtMostTwoEvents() async throws {
        let fixture = try await AccessFixture {
            $0.strangerRate = RequestRate(perSecond: 2, burst: 60)
        }
        let before = try fixture.store.reader.head().position
        let rule = try #require(AccessTable.rule(for: .get, "/api/testing/history"))
        var refused = 0
        for number in 0..<100_000 {
            do throws(APIError) {
                _ = try await fixture.access.caller(
                    of: "bad.token.\(number)", from: "192.0.2.\(number % 250)", for: rule)
            } catch {
                refused += 1
            }
        }
        await fixture.access.recordCounted()
        await fixture.access.recordCounted()
        let events = try fixture.events(after: before)
        #expect(refused == 100_000)
        #expect((1...2).contains(events.count))
        let first = try #require(events.first)
        guard case .refusalsSummarized(let summary)? = try Self.event(first) else {
            Issue.record("no summary")
            return
        }
        #expect(summary.refusals.reduce(0) { $0 + $1.count } == 100_000)
        #expect(summary.refusals.contains { $0.reason == "rate" })
        try fixture.expectCleanLog()
    }

    @Test func whatSomebodyKnownMayNotDoIsRecordedAtOnceAndThenCounted() async throws {
        let fixture = try await AccessFixture()
        let issued = try await fixture.token(.viewer)
        let before = try fixture.store.reader.head().position
        try await fixture.test { client in
            for _ in 0..<5 {
                _ = try await client.status(
                    .post, "/api/testing/tests/7/cancel", token: issued.token)
            }
        }
        var expected = AccessRefused()
        (expected.subject, expected.role, expected.tokenID) = ("ada", "viewer", issued.tokenID)
        (expected.method, expected.path) = ("POST", "/api/testing/tests/{id}/cancel")
        (expected.reason, expected.count) = ("role", 1)
        #expect(try fixture.events(after: before).map(Self.event) == [.accessRefused(expected)])
        await fixture.access.recordCounted()
        var counted = expected
        counted.count = 4
        let events = try fixture.events(after: before).map(Self.event)
        #expect(events == [.accessRefused(expected), .accessRefused(counted)])
        try fixture.expectCleanLog()
    }

    @Test func nobodyFillsTheLogByBeingRefusedWithManyTokens() throws {
        var ledger = RefusalLedger()
        var recorded = 0
        for number in 0..<3 * RefusalLedger.limit {
            let refusal = RefusalLedger.Refusal(
                subject: "ada", role: .viewer, tokenID: "t\(number)", method: "POST",
                path: "/api/testing/halt", reason: .role)
            if ledger.refused(refusal, at: AccessClock.start) != nil { recorded += 1 }
        }
        #expect(recorded == RefusalLedger.limit)
        var summary = RefusalsSummarized()
        (summary.firstTime, summary.lastTime) = (AccessClock.start, AccessClock.start)
        let rest = UInt64(2 * RefusalLedger.limit)
        summary.refusals = [RefusalCount(reason: "role", count: rest)]
        #expect(ledger.counted(at: AccessClock.start) == [.refusalsSummarized(summary)])
    }

    @Test func aRevokedTokenIsRefusedByAServerThatStartsLater() async throws {
        let fixture = try await AccessFixture()
        let issued = try await fixture.token(.admin)
        try await fixture.access.revoke(issued.tokenID, by: "ops", reason: "lost")
        let verifier = await TokenVerifier(
            secret: AccessFixture.secret, clock: fixture.clock.log)
        let later = try await AccessControl(
            fixture.store, verifier: verifier, settings: fixture.settings,
            logger: .init(label: "test"), clock: fixture.clock.log)
        let rule = try #require(AccessTable.rule(for: .get, "/api/testing/history"))
        await #expect(throws: APIError.unauthorized) {
            try await later.caller(of: issued.token, from: "192.0.2.1", for: rule)
        }
        try fixture.expectCleanLog()
    }

    @Test func anAddressThatGuessesIsToldToWait() async throws {
        let fixture = try await AccessFixture {
            $0.strangerRate = RequestRate(perSecond: 1, burst: 3)
        }
        try await fixture.test { client in
            for _ in 0..<3 {
                let status = try await client.status(.get, "/api/testing/stats", token: "a.b.c")
                #expect(status == .unauthorized)
            }
            let response = try await client.send(.get, "/api/testing/stats", token: "a.b.c")
            #expect(response.status == .tooManyRequests)
            #expect(response.headers[.retryAfter] == "1")
            #expect(response.text.contains(#""code":"rate_limited""#))
        }
    }
}
