import DRTesting
import Testing

@testable import Reporting

/// R11 to R13, R15, R17 and R18: the parts of a storage system, and what became slower.
struct ComponentRulesTests {
    private typealias Fixture = HistoryFixture

    private func change(_ to: String, at offsetUs: UInt64) -> ComponentChanged {
        var change = ComponentChanged()
        (change.component, change.from, change.to) = ("circuit_breaker", "closed", to)
        change.offsetUs = offsetUs
        return change
    }

    private func outage(_ measure: (inout DrillMeasures) -> Void) -> DrillRun {
        let drill = Fixture.drill(100, .failed, at: 1, testType: "full_outage")
        return Fixture.run(drill) { measures in
            (measures.faults, measures.marks) = (1, [Fixture.mark("impact", at: 5_000_000)])
            measure(&measures)
        }
    }

    @Test func r11SpeaksOfABreakerThatStayedClosed() throws {
        let said = try #require(
            Fixture.said(
                "R11",
                of: [
                    outage { measures in
                        var phase = PhaseSummarized()
                        (phase.phase, phase.served, phase.failed) = ("during", 10, 30)
                        measures.phases = [phase]
                    }
                ]
            ).first)
        #expect(said.evidence == [100] && said.sentence.contains("the breaker never opened"))
        #expect(said.sentence.contains("while 75 % of the operations were not served"))
        let opened = outage { $0.breakerChanges = [change("open", at: 6_000_000)] }
        #expect(Fixture.said("R11", of: [opened]).isEmpty)
        // Nothing was broken, or a breaker need not open.
        #expect(Fixture.said("R11", of: [outage { $0.faults = 0 }]).isEmpty)
        let failover = Fixture.run(Fixture.drill(100, at: 1)) { $0.faults = 1 }
        #expect(Fixture.said("R11", of: [failover]).isEmpty)
    }

    @Test func r11SpeaksOfChecksOfTheBreakerThatFailed() throws {
        func run(_ verdict: Verdict) -> DrillRun {
            Fixture.run(Fixture.drill(100, .failed, at: 1)) { measures in
                measures.failedChecks = [
                    .init(
                        component: "circuit_breaker", name: "Verify circuit breaker opens",
                        verdict: verdict, message: "", position: 104)
                ]
            }
        }
        let said = try #require(Fixture.said("R11", of: [run(.failed)]).first)
        #expect(said.evidence == [100, 104])
        #expect(said.sentence.contains("Verify circuit breaker opens failed"))
        #expect(Fixture.said("R11", of: [run(.inconclusive)]).isEmpty)
    }

    @Test func r12SpeaksOfABreakerThatOpenedWhileNothingWasBroken() throws {
        let early = outage { $0.breakerChanges = [change("open", at: 4_999_999)] }
        #expect(try #require(Fixture.said("R12", of: [early]).first).evidence == [100])
        let unbroken = Fixture.run(Fixture.drill(100, at: 1)) { measures in
            measures.breakerChanges = [change("open", at: 1)]
        }
        #expect(Fixture.said("R12", of: [unbroken]).count == 1)
        let provoked = outage { $0.breakerChanges = [change("open", at: 5_000_000)] }
        let closed = Fixture.run(Fixture.drill(110, at: 2))
        #expect(Fixture.said("R12", of: [provoked, closed]).isEmpty)
    }

    @Test func r13SpeaksOfAFailoverWithoutAWayBack() throws {
        func run(_ verdict: Verdict, marks: [String]) -> DrillRun {
            Fixture.run(Fixture.drill(100, at: 1)) { measures in
                measures.objectives = [
                    .init(
                        title: "Failover time (RTO)", measuredMs: 3000, limitMs: 120_000,
                        verdict: verdict, complaint: "", isRecoveryTime: true)
                ]
                measures.marks = marks.map { Fixture.mark($0, at: 1) }
            }
        }
        let stuck = run(.passed, marks: ["impact", "restored"])
        #expect(try #require(Fixture.said("R13", of: [stuck]).first).evidence == [100])
        #expect(Fixture.said("R13", of: [run(.passed, marks: ["failback done"])]).isEmpty)
        let seen = Fixture.run(Fixture.drill(100, at: 1)) { measures in
            measures.objectives = stuck.measures.objectives
            measures.facts = [.siteFailback]
        }
        #expect(Fixture.said("R13", of: [seen]).isEmpty)
        #expect(Fixture.said("R13", of: [run(.failed, marks: [])]).isEmpty)
        #expect(Fixture.said("R13", of: [Fixture.run(Fixture.drill(100, at: 1))]).isEmpty)
    }

    @Test func r15SpeaksOfStoragesInOnePlace() throws {
        func run(_ regions: [String], _ addresses: [String], kind: String = "builtin") -> DrillRun {
            Fixture.run(Fixture.drill(100, at: 1, targetKind: kind)) { measures in
                measures.endpoints = zip(["primary", "secondary"], zip(regions, addresses)).map {
                    EndpointUsed(role: $0, address: $1.1, region: $1.0, bucket: "b")
                }
            }
        }
        let hosts = ["a.example", "b.example"]
        let region = try #require(Fixture.said("R15", of: [run(["eu", "eu"], hosts)]).first)
        #expect(region.sentence.contains("secondary (same region eu)") && region.evidence == [100])
        let address = run(["auto", "auto"], ["a.example", "a.example"])
        #expect(Fixture.said("R15", of: [address]).count == 1)
        #expect(Fixture.said("R15", of: [run(["eu", "us"], hosts)]).isEmpty)
        #expect(Fixture.said("R15", of: [run(["auto", "auto"], hosts)]).isEmpty)
        #expect(Fixture.said("R15", of: [run(["", ""], hosts)]).isEmpty)
        #expect(Fixture.said("R15", of: [run(["eu", "eu"], hosts, kind: "embedded")]).isEmpty)
    }

    private func benchmarks(_ values: [Double], _ unit: String) -> [DrillRun] {
        values.enumerated().map { index, value in
            let drill = Fixture.drill(
                UInt64(index + 1) * 10, at: Double(index) / 2, testType: "performance_benchmark",
                rtoMs: nil, rtoTargetMs: nil)
            return Fixture.run(drill) { measures in
                measures.measures = [
                    .init(
                        name: "measure", value: value, unit: unit, threshold: nil, passed: nil)
                ]
            }
        }
    }

    @Test func r17SpeaksIfTheWholeIntervalOfTheRatioIsBeyondALossOfATenth() throws {
        let before: [Double] = [100, 101, 102, 103, 104, 105]
        let slow = benchmarks(before + [89], "1/s")
        let said = try #require(Fixture.said("R17", of: slow).first)
        #expect(said.evidence == slow.map(\.summary.id))
        #expect(said.sentence.contains("measure 86.8 % of the median"))
        // The interval of six values is from the least to the greatest.
        #expect(Fixture.said("R17", of: benchmarks(before + [91], "1/s")).isEmpty)
        #expect(Fixture.said("R17", of: benchmarks(before + [200], "1/s")).isEmpty)
        #expect(Fixture.said("R17", of: benchmarks(before + [120], "ms")).count == 1)
        #expect(Fixture.said("R17", of: benchmarks(before + [50], "ms")).isEmpty)
        #expect(Fixture.said("R17", of: benchmarks(before + [1], "ratio")).isEmpty)
        #expect(Fixture.said("R17", of: benchmarks(before.dropLast() + [1], "1/s")).isEmpty)
    }

    @Test func r17SpeaksOfALimitThatNoStepLooksAt() throws {
        func run(_ name: String, passed: Bool?) -> DrillRun {
            Fixture.run(Fixture.drill(100, at: 1)) { measures in
                measures.measures = [
                    .init(name: name, value: 6.1, unit: "ratio", threshold: 5, passed: passed)
                ]
            }
        }
        let said = try #require(Fixture.said("R17", of: [run("p99_ratio", passed: false)]).first)
        #expect(said.sentence.contains("p99_ratio 6.1 ratio, limit 5 in test 100"))
        #expect(Fixture.said("R17", of: [run("p99_ratio", passed: true)]).isEmpty)
        #expect(Fixture.said("R17", of: [run("rto_actual_ms", passed: false)]).isEmpty)
    }

    @Test func r18NamesTheWeekThatADriftBeganIn() throws {
        func history(_ weekly: [UInt64], last day: Double = 1) -> History {
            let first = day - 7 * Double(weekly.count - 1)
            let drills = weekly.enumerated().map { index, milliseconds in
                Fixture.drill(
                    UInt64(index + 1) * 10, at: first + 7 * Double(index), rtoMs: milliseconds)
            }
            let inPeriod = day < 0 ? 0 : 1
            return Fixture.history(
                runs: drills.suffix(inPeriod).map { Fixture.run($0) },
                earlier: Array(drills.dropLast(inPeriod)))
        }
        let steady: [UInt64] = [
            60_000, 61_000, 60_000, 61_000, 60_000, 61_000, 60_000, 61_000, 60_000,
        ]
        let said = try #require(Fixture.said("R18", of: history(steady + [110_000])).first)
        #expect(said.severity == .medium && said.evidence == [100])
        #expect(said.sentence.contains("recovers slower since 2026-W48"))
        #expect(Fixture.said("R18", of: history(steady)).isEmpty)
        #expect(Fixture.said("R18", of: history(steady + [110_000], last: -6)).isEmpty)
        #expect(Fixture.said("R18", of: history(steady.prefix(6) + [110_000])).isEmpty)
    }
}
