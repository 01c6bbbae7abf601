import DRTesting
import Testing

@testable import Reporting

/// How often drills passed, what became of the data, and how fast everything was.
struct DrillResultsTests {
    private typealias Fixture = HistoryFixture

    @Test func aSuccessRowHasTheIntervalAndThePeriodBefore() throws {
        let now = [Fixture.drill(100, at: 1), Fixture.drill(110, at: 2), Fixture.drill(120, at: 3)]
        let earlier = [
            Fixture.drill(10, .failed, at: -20), Fixture.drill(20, at: -6),
            Fixture.drill(30, .inconclusive, at: -5),
        ]
        let row = try #require(
            PeriodReport(
                Fixture.history(runs: now.map { Fixture.run($0) }, earlier: earlier)
            ).successes.first)
        #expect(row.passed == 3 && row.total == 3)
        // 3 of 3: 44 % to 100 %.
        let interval = try #require(row.interval)
        #expect(abs(interval.lowerBound - 0.4385) < 0.0001 && interval.upperBound == 1)
        #expect(row.priorPassed == 1 && row.priorTotal == 2)
        #expect(row.everPassed == 4 && row.everTotal == 6)
    }

    /// February has 28 days: as many before the first of March begin on 1 February, and as many as
    /// March has would begin in January.
    @Test func theMonthBeforeIsAWholeMonth() throws {
        let march = try #require(Period(month: "2027-03"))
        let february = try #require(Period(month: "2027-02"))
        let days = { (time: UInt64) in
            (Double(time) - Double(Fixture.week.start)) / Double(Fixture.day)
        }
        let earlier = [
            Fixture.drill(10, at: days(february.start) - 0.5),
            Fixture.drill(20, at: days(february.start)),
            Fixture.drill(30, at: days(march.start) - 0.5),
        ]
        let row = try #require(
            PeriodReport(Fixture.history(period: march, earlier: earlier)).successes.first)
        #expect(row.priorTotal == 2 && row.everTotal == 3)
    }

    @Test func ofNoDrillsThereIsNoInterval() throws {
        let report = PeriodReport(Fixture.history(earlier: [Fixture.drill(10, at: -2)]))
        let row = try #require(report.successes.first)
        #expect(row.total == 0 && row.interval == nil && row.priorTotal == 1)
    }

    private func unstable(_ drills: [DrillSummary]) -> [PeriodReport.UnstableRow] {
        let runs = drills.filter { Fixture.week.contains($0.endTime) }.map { Fixture.run($0) }
        return PeriodReport(
            Fixture.history(
                runs: runs, earlier: drills.filter { $0.endTime < Fixture.week.start })
        ).unstable
    }

    @Test func aDrillIsUnstableIfItsResultSwitchesTwice() throws {
        let drills = [
            Fixture.drill(10, at: -3), Fixture.drill(20, .failed, at: -2),
            Fixture.drill(30, .cancelled, at: -1), Fixture.drill(40, at: 1),
        ]
        let row = try #require(unstable(drills).first)
        #expect(row.runs == 3 && row.switches == 2 && row.share == 1)
        #expect(row.lastSwitch == Fixture.time(1) && row.tests == [10, 20, 40])
        #expect(unstable(Array(drills.dropFirst())).isEmpty)
    }

    @Test func aResultThatChangesWithTheSettingsIsNoInstability() {
        let settings = [
            Fixture.drill(10, at: -3), Fixture.drill(20, .failed, at: -2, settings: 2),
            Fixture.drill(40, at: 1),
        ]
        #expect(unstable(settings).isEmpty)
        let program = [
            Fixture.drill(10, at: -3), Fixture.drill(20, .failed, at: -2, toolVersion: "0.9.0"),
            Fixture.drill(40, at: 1),
        ]
        #expect(unstable(program).isEmpty)
    }

    @Test func onlyTheLastTenDrillsAreLookedAt() {
        let old = [
            Fixture.drill(5, at: -31), Fixture.drill(10, .failed, at: -30),
            Fixture.drill(20, at: -29),
        ]
        let steady = (0..<9).map { index in
            Fixture.drill(100 + UInt64(index) * 10, at: -20 + Double(index))
        }
        let last = [Fixture.drill(300, at: 1)]
        #expect(unstable(old + last).count == 1)
        #expect(unstable(old + steady + last).isEmpty)
    }

    @Test func integrityAddsUpTheComparisonsAtTheEnd() throws {
        let first = Fixture.run(Fixture.drill(100, at: 1)) { measures in
            measures.ledgers = [
                // What a restore lost is no part of it.
                Fixture.ledger("before restore", at: 101, lost: 50),
                Fixture.ledger(at: 105, lost: 1, stale: 2, corrupt: 3, resurrected: 4),
            ]
        }
        let second = Fixture.run(Fixture.drill(110, at: 2)) { measures in
            measures.ledgers = [Fixture.ledger(at: 115, unexpected: 5, indeterminate: 6)]
        }
        let third = Fixture.run(Fixture.drill(120, at: 3))
        let row = try #require(
            PeriodReport(Fixture.history(runs: [first, second, third])).integrity.first)
        #expect(row.drills == 3 && row.notCompared == 1 && row.tests == [100, 110, 120])
        #expect(row.expected == 200 && row.intact == 190)
        #expect(row.missing == 1 && row.differing == 5 && row.resurrected == 4)
        #expect(row.unexpected == 5 && row.unchecked == 6)
    }

    @Test func numbersBeyondAllNumbersEndNoReport() throws {
        let run = Fixture.run(Fixture.drill(100, at: 1, rtoMs: .max)) { measures in
            let ledger = DrillMeasures.Ledger(
                subject: "final", position: 105, acknowledged: .max, keys: .max, intact: .max,
                lost: .max, stale: .max, corrupt: .max, resurrected: .max, unexpected: .max,
                indeterminate: .max, bytesCompared: .max)
            measures.ledgers = [ledger, ledger]
            var phase = PhaseSummarized()
            phase.phase = "during"
            (phase.served, phase.refused, phase.failed) = (.max, .max, .max)
            (phase.indeterminate, phase.deferred) = (.max, .max)
            measures.phases = [phase]
            measures.measures = [
                .init(name: "x", value: .nan, unit: "1/s", threshold: .infinity, passed: false)
            ]
        }
        let report = PeriodReport(Fixture.history(runs: [run, run]))
        #expect(report.integrity.first?.missing == .max)
        #expect(report.degradation.first?.operations == .max)
        #expect(report.summary.colour == .bad)
    }

    @Test func degradationHasARowForEachPhaseOfADrillInWhichSomethingWasBroken() throws {
        let run = Fixture.run(Fixture.drill(100, at: 1)) { measures in
            measures.phases = [phase("before", served: 10), phase("during", served: 0)]
            measures.breakerChanges = [change("closed", "open"), change("open", "half-open")]
        }
        let whole = Fixture.run(Fixture.drill(110, at: 2)) { measures in
            measures.phases = [phase("before", served: 10)]
        }
        let rows = PeriodReport(Fixture.history(runs: [run, whole])).degradation
        #expect(rows.map(\.phase) == ["before", "during"])
        #expect(rows.map(\.operations) == [20, 10] && rows.map(\.failed) == [5, 5])
        #expect(rows.map(\.availability) == [0.6, 0.2])
        #expect(rows.map(\.p99Us) == [4000, nil])
        #expect(rows.map(\.breaker) == [[], ["closed → open", "open → half-open"]])
    }

    /// With two deferred, three refused, four failed and one of unknown outcome.
    private func phase(_ name: String, served: UInt64) -> PhaseSummarized {
        var phase = PhaseSummarized()
        (phase.phase, phase.served, phase.deferred, phase.refused) = (name, served, 2, 3)
        (phase.failed, phase.indeterminate, phase.p50Us, phase.p99Us) = (4, 1, 900, 4000)
        return phase
    }

    private func change(_ from: String, _ to: String) -> ComponentChanged {
        var change = ComponentChanged()
        (change.component, change.from, change.to) = ("circuit_breaker", from, to)
        return change
    }

    @Test func aBenchmarkIsComparedWithThoseBeforeItInThePeriod() throws {
        let runs = [100.0, 300, 200, 50].enumerated().map { index, throughput in
            let drill = Fixture.drill(
                UInt64(index + 10) * 10, at: Double(index) + 1, scenario: "Benchmark",
                testType: "performance_benchmark", rtoMs: nil, rtoTargetMs: nil)
            return Fixture.run(drill) { measures in
                measures.measures = [
                    .init(
                        name: "stress_throughput", value: throughput, unit: "1/s",
                        threshold: nil, passed: nil),
                    .init(name: "unknown", value: nil, unit: "ms", threshold: nil, passed: nil),
                ]
            }
        }
        let rows = PeriodReport(Fixture.history(runs: runs)).benchmarks
        #expect(rows.map(\.measure) == Array(repeating: "stress_throughput", count: 4))
        #expect(rows.map(\.baseline) == [nil, 100, 200, 200])
        #expect(rows.map(\.baselineCount) == [0, 1, 2, 3])
        #expect(rows.map(\.ratio) == [nil, 3, 1, 0.25])
    }

    @Test func whatIsNoBenchmarkHasNoRow() {
        let run = Fixture.run(Fixture.drill(100, at: 1)) { measures in
            measures.measures = [
                .init(name: "x", value: 1, unit: "ms", threshold: 2, passed: true)
            ]
        }
        #expect(PeriodReport(Fixture.history(runs: [run])).benchmarks.isEmpty)
    }
}
