import DRTesting
import Foundation
import Testing

@testable import Projections

/// When findings are opened and closed.
struct FindingsViewTests {
    private let fixture = LogFixture()
    private let failing = ScriptedDrill("a")
    private let retest = ScriptedDrill("b")

    private func rows(_ events: [ScriptedEvent]) async throws -> [[String: Any]] {
        try await fixture.write(events)
        return try fixture.rows(of: FindingsView.self)
    }

    private func statuses(_ events: [ScriptedEvent]) async throws -> [String?] {
        try await rows(events).map { $0["status"] as? String }
    }

    @Test(arguments: [Verdict.failed, .inconclusive])
    func aDrillThatDidNotPassOpensAFinding(verdict: Verdict) async throws {
        let events = [failing.requested, failing.ended(verdict, message: "why")]
        let rows = try await rows(events)
        let row = try #require(rows.first)
        #expect(row["status"] as? String == "open")
        #expect(row["verdict"] as? String == "\(verdict)")
        #expect(row["error_message"] as? String == "why")
        #expect(row["opened_by_test"] as? Int == 2)
        #expect(row["closed_by_test"] is NSNull)
        #expect(row["closed_at"] is NSNull)
    }

    @Test(arguments: [Verdict.passed, .none])
    func aDrillThatPassedOrWasCancelledOpensNone(verdict: Verdict) async throws {
        #expect(try await statuses(failing.whole(verdict)) == [])
    }

    @Test func whatACancelledDrillHadJudgedCountsForNothing() async throws {
        let called = [failing.requested, failing.cancelled(.failed)]
        #expect(try await statuses(called) == [])
        let third = ScriptedDrill("c")
        try await fixture.write(
            retest.whole(.failed) + [third.requested, third.cancelled(.passed)], after: 10)
        let rows = try fixture.rows(of: FindingsView.self)
        #expect(rows.map { $0["status"] as? String } == ["open"])
        #expect(rows.map { $0["occurrences"] as? Int } == [1])
    }

    @Test(arguments: ["proof", "chaos", ""])
    func otherRunsOpenNone(purpose: String) async throws {
        let run = ScriptedDrill("a", purpose: purpose)
        #expect(try await statuses(run.whole(.failed)) == [])
    }

    @Test func aLaterPassingDrillOfTheSameClosesIt() async throws {
        let rows = try await rows(failing.whole(.failed) + retest.whole(.passed))
        #expect(rows.map { $0["status"] as? String } == ["closed"])
        #expect(rows.map { $0["closed_by_test"] as? Int } == [5])
        #expect(rows.map { $0["closed_at"] as? String } == ["2026-11-23T08:30:06.000Z"])
    }

    @Test(arguments: [
        ScriptedDrill("b", scenario: "another"), ScriptedDrill("b", target: "another"),
        ScriptedDrill("b", kind: "embedded"), ScriptedDrill("b", environment: "test"),
        ScriptedDrill("b", purpose: "proof"), ScriptedDrill("b", purpose: "chaos"),
    ])
    func otherRunsCloseNone(run: ScriptedDrill) async throws {
        #expect(try await statuses(failing.whole(.failed) + run.whole(.passed)) == ["open"])
    }

    @Test func aCancelledRetestClosesNone() async throws {
        #expect(try await statuses(failing.whole(.failed) + retest.whole(.none)) == ["open"])
    }

    /// What was put right after a failure is not shown by a drill that had begun before.
    @Test func aDrillThatWasUnderWayClosesNone() async throws {
        let events = [
            failing.requested, retest.requested, failing.ended(.failed), retest.ended(.passed),
        ]
        #expect(try await statuses(events) == ["open"])
        let third = ScriptedDrill("c").whole(.passed)
        try await fixture.write(third, after: 10)
        let rows = try fixture.rows(of: FindingsView.self)
        #expect(rows.map { $0["status"] as? String } == ["closed"])
    }

    @Test func whatIsFoundAgainIsTheSameFinding() async throws {
        let events = [
            failing.requested, failing.ended(.failed, message: "first"), retest.requested,
            retest.ended(.inconclusive, message: "second"),
        ]
        let rows = try await rows(events)
        #expect(rows.map { $0["id"] as? Int } == [1])
        #expect(rows.map { $0["occurrences"] as? Int } == [2])
        // That nothing was seen the second time does not make it less.
        #expect(rows.map { $0["verdict"] as? String } == ["failed"])
        #expect(rows.map { $0["error_message"] as? String } == ["second"])
        #expect(rows.map { $0["opened_by_test"] as? Int } == [2])
        #expect(rows.map { $0["last_seen_in_test"] as? Int } == [4])
    }

    @Test func whatIsFoundAfterItWasClosedIsAnotherFinding() async throws {
        let events =
            failing.whole(.failed) + retest.whole(.passed)
            + ScriptedDrill("c").whole(.inconclusive)
        let rows = try await rows(events)
        #expect(rows.map { $0["id"] as? Int } == [1, 2])
        #expect(rows.map { $0["status"] as? String } == ["closed", "open"])
        #expect(rows.map { $0["opened_by_test"] as? Int } == [2, 8])
    }

    @Test func theFirstEndOfARunCounts() async throws {
        let ends = [failing.ended(.failed), failing.ended(.passed), failing.ended(.failed)]
        let rows = try await rows([failing.requested] + ends)
        #expect(rows.map { $0["status"] as? String } == ["open"])
        #expect(rows.map { $0["occurrences"] as? Int } == [1])
    }

    @Test func namesLongerThanAKeyAreNames() async throws {
        let long = String(repeating: "é", count: 3000)
        let found = ScriptedDrill("a", scenario: long, target: long + "1")
        let other = ScriptedDrill("b", scenario: long, target: long + "2")
        let events = found.whole(.failed) + other.whole(.passed)
        #expect(try await statuses(events) == ["open"])
        let reader = try fixture.openReader()
        let store = try whenClosed { try ViewStore(reader) }
        try store.catchUp(FindingsView.self)
        #expect(try store.table(FindingsView.self).rows.count == 1)
    }
}
