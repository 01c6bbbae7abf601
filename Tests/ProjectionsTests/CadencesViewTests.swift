import DRTesting
import Foundation
import Testing

@testable import Projections

/// When drills are due.
struct CadencesViewTests {
    private let fixture = LogFixture()
    private let created = ScriptedEvent("cadences", .cadenceCreated(CatalogHistory.cadence))

    /// The row of the cadence after some events.
    private func row(_ events: [ScriptedEvent]) async throws -> [String: Any] {
        try await fixture.write(events)
        let rows = try fixture.rows(of: CadencesView.self)
        return try #require(rows.first)
    }

    private func passed(_ drill: ScriptedDrill, day: UInt64 = 0) -> [ScriptedEvent] {
        let end = TestClock.start + day * 86_400_000_000
        return [drill.requested, drill.ended(.passed, at: end)]
    }

    @Test func whatNeverSucceededIsDueFromWhenTheCadenceWasMade() async throws {
        let row = try await row([created])
        #expect(row["last_success"] is NSNull)
        #expect(row["due_at"] as? String == "2026-11-30T08:30:01.000Z")
        #expect(row["overdue_at"] as? String == "2026-12-01T08:30:01.000Z")
    }

    @Test(arguments: [Verdict.failed, .inconclusive, .none])
    func onlyASuccessPutsTheDayOff(verdict: Verdict) async throws {
        let row = try await row([created] + ScriptedDrill("a").whole(verdict))
        #expect(row["last_success"] is NSNull)
        #expect(row["due_at"] as? String == "2026-11-30T08:30:01.000Z")
    }

    @Test func aCancelledDrillIsNoSuccess() async throws {
        let drill = ScriptedDrill("a")
        let row = try await row([created, drill.requested, drill.cancelled(.passed)])
        #expect(row["last_success"] is NSNull)
    }

    @Test func aSuccessFromBeforeTheCadenceCounts() async throws {
        let row = try await row(passed(ScriptedDrill("a")) + [created])
        #expect(row["last_success"] as? String == "2026-11-23T08:30:00.000Z")
        #expect(row["due_at"] as? String == "2026-11-30T08:30:00.000Z")
    }

    @Test func theLastSuccessCounts() async throws {
        let row = try await row(
            [created] + passed(ScriptedDrill("a")) + passed(ScriptedDrill("b"), day: 2)
                + ScriptedDrill("c").whole(.failed))
        #expect(row["last_success"] as? String == "2026-11-25T08:30:00.000Z")
        #expect(row["overdue_at"] as? String == "2026-12-03T08:30:00.000Z")
    }

    @Test(arguments: [
        ScriptedDrill("a", scenario: "another"), ScriptedDrill("a", target: "production R2"),
        ScriptedDrill("a", purpose: "proof"), ScriptedDrill("a", purpose: "chaos"),
    ])
    func otherRunsAreNoSuccess(run: ScriptedDrill) async throws {
        let row = try await row([created] + passed(run))
        #expect(row["last_success"] is NSNull)
    }

    @Test func aCadenceThatIsChangedLooksAtWhatItIsForNow() async throws {
        var changed = CatalogHistory.cadence
        changed.targetName = "production R2"
        changed.intervalMs = 86_400_000
        let change = ScriptedEvent("cadences", .cadenceChanged(changed))
        let onProduction = passed(ScriptedDrill("a", target: "production R2"))
        let onStaging = passed(ScriptedDrill("b"), day: 3)
        let row = try await row(onProduction + [created, change] + onStaging)
        #expect(row["target"] as? String == "production R2")
        #expect(row["last_success"] as? String == "2026-11-23T08:30:00.000Z")
        #expect(row["due_at"] as? String == "2026-11-24T08:30:00.000Z")
    }

    @Test func timesBeyondAllTimesAreTheLastOne() async throws {
        var endless = CatalogHistory.cadence
        (endless.intervalMs, endless.graceMs) = (.max, .max)
        let row = try await row([ScriptedEvent("cadences", .cadenceCreated(endless))])
        #expect(row["due_at"] as? String == RFC3339.text(.max))
        #expect(row["overdue_at"] as? String == RFC3339.text(.max))
    }
}
