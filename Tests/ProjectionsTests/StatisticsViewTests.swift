import DRTesting
import Foundation
import Testing

@testable import Projections

/// What is counted of drills.
struct StatisticsViewTests {
    private let fixture = LogFixture()
    private let drill = ScriptedDrill("a")

    /// The buckets after some events, as readers get them.
    private func buckets(_ events: [ScriptedEvent]) async throws -> [StatisticsBucket] {
        try await fixture.write(events)
        return try buckets()
    }

    private func buckets() throws -> [StatisticsBucket] {
        try fixture.folded(StatisticsView.self).table.rows.map { try StatisticsBucket(row: $0) }
    }

    /// What is counted of the one bucket after some events.
    private func counts(_ events: [ScriptedEvent]) async throws -> DrillCounts {
        let buckets = try await buckets(events)
        #expect(buckets.count == 1)
        let bucket = try #require(buckets.first)
        return bucket.counts
    }

    @Test func drillsThatDifferInAnythingAreCountedApart() async throws {
        let drills = [
            drill, ScriptedDrill("b", target: "another"), ScriptedDrill("c", type: "full_outage"),
            ScriptedDrill("d", environment: "test"), ScriptedDrill("e", scenario: "another"),
        ]
        let buckets = try await buckets(drills.flatMap { $0.whole(.passed) })
        #expect(buckets.map(\.id) == [1, 2, 3, 4])
        #expect(buckets.map(\.target) == ["staging R2", "another", "staging R2", "staging R2"])
        #expect(buckets.map(\.testType) == ["custom", "custom", "full_outage", "custom"])
        #expect(buckets.map(\.environment) == ["staging", "staging", "staging", "test"])
        // Scenarios of one type are counted together.
        #expect(buckets.map(\.counts.total) == [2, 1, 1, 1])
        #expect(Set(buckets.map(\.day)) == ["2026-11-23"])
    }

    @Test func aDrillIsCountedOnceWhereverItIs() async throws {
        let course = drill.whole(.passed)
        var statuses: [DrillCounts.Statuses] = []
        for (index, event) in course.enumerated() {
            try await fixture.write([event], after: UInt64(index) * 10)
            let bucket = try #require(try buckets().first)
            statuses.append(bucket.counts.statuses)
        }
        #expect(statuses.map(\.pending) == [1, 0, 0])
        #expect(statuses.map(\.running) == [0, 1, 0])
        #expect(statuses.map(\.completed) == [0, 0, 1])
        #expect(statuses.map(\.failed) == [0, 0, 0])
    }

    @Test(arguments: ["proof", "chaos", ""])
    func runsThatAreNoDrillsAreNotCounted(purpose: String) async throws {
        let run = ScriptedDrill("a", purpose: purpose)
        let events = [run.requested, run.result("storage", .failed), run.ended(.failed, rto: 1)]
        #expect(try await buckets(events) == [])
    }

    @Test func whatFailedAndWhatWasNotSeenAreCountedApart() async throws {
        let verdicts: [Verdict] = [.passed, .failed, .inconclusive, .failed]
        let events = verdicts.enumerated().flatMap { ScriptedDrill("\($0)").whole($1) }
        let counts = try await counts(events)
        #expect(counts.statuses.completed == 1)
        #expect(counts.statuses.failed == 3)
        #expect(counts.verdicts.passed == 1)
        #expect(counts.verdicts.failed == 2)
        #expect(counts.verdicts.inconclusive == 1)
        #expect(counts.total == 4)
        #expect(counts.successRate == 25)
    }

    @Test func aCancelledDrillIsNotJudged() async throws {
        let events = [
            drill.requested, drill.started, drill.impact, drill.result("storage", .failed),
            drill.ended(.none, rto: 5, rpo: 6),
        ]
        let counts = try await counts(events)
        var expected = DrillCounts()
        expected.statuses.cancelled = 1
        #expect(counts == expected)
        #expect(counts.successRate == nil)
    }

    @Test func measuresAreKeptAsTheyAre() async throws {
        let measures: [(UInt64?, UInt64?)] = [(300, 0), (100, nil), (nil, 7), (300, 0)]
        let events = measures.enumerated().flatMap { index, measure in
            let drill = ScriptedDrill("\(index)")
            return [drill.requested, drill.ended(.passed, rto: measure.0, rpo: measure.1)]
        }
        let counts = try await counts(events)
        #expect(counts.recoveryTimes.entries.map(\.value) == [100, 300])
        #expect(counts.recoveryTimes.entries.map(\.count) == [1, 2])
        #expect(counts.recoveryPoints.entries.map(\.value) == [0, 7])
        #expect(counts.recoveryPoints.entries.map(\.count) == [2, 1])
    }

    @Test func lostServiceThatDidNotComeBackIsCounted() async throws {
        let (other, third) = (ScriptedDrill("b"), ScriptedDrill("c"))
        let events = [
            drill.requested, drill.impact, drill.ended(.failed),
            other.requested, other.impact, other.ended(.passed, rto: 10),
            third.requested, third.ended(.inconclusive),
        ]
        #expect(try await counts(events).notRecovered == 1)
    }

    @Test func checksAreCountedByTheirComponents() async throws {
        let checks: [(String, Verdict)] = [
            ("storage", .passed), ("breaker", .failed), ("storage", .inconclusive),
            ("storage", .passed), ("queue", .none),
        ]
        let results = checks.map { drill.result($0.0, $0.1) }
        let counts = try await counts([drill.requested] + results + [drill.ended(.failed)])
        #expect(counts.components.map(\.name) == ["breaker", "storage"])
        #expect(counts.components.map(\.verdicts.passed) == [0, 2])
        #expect(counts.components.map(\.verdicts.inconclusive) == [0, 1])
        #expect(counts.components.map(\.verdicts.failed) == [1, 0])
        #expect(counts.components.first?.verdicts.passRate == 0)
        #expect(counts.components.last?.verdicts.passRate == 2.0 / 3 * 100)
    }

    @Test func aDrillBelongsToTheDayOnWhichItWasAskedFor() async throws {
        try await fixture.write([drill.requested])
        // After midnight.
        let other = ScriptedDrill("b")
        try await fixture.write([drill.ended(.passed), other.requested], after: 60_000)
        let buckets = try buckets()
        #expect(buckets.map(\.day) == ["2026-11-23", "2026-11-24"])
        #expect(buckets.map(\.counts.statuses.completed) == [1, 0])
        #expect(buckets.map(\.counts.statuses.pending) == [0, 1])
    }

    @Test func theFirstRequestStartAndEndOfARunCount() async throws {
        let events = [
            drill.requested, drill.requested, drill.started, drill.started, drill.ended(.failed),
            drill.ended(.passed), drill.started, drill.result("storage", .failed),
        ]
        let counts = try await counts(events)
        var expected = DrillCounts()
        (expected.statuses.failed, expected.verdicts.failed) = (1, 1)
        #expect(counts == expected)
    }
}
