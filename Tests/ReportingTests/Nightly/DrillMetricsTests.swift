import DRTesting
import Testing

@testable import Reporting

/// How drills stand, as monitoring reads it.
struct DrillMetricsTests {
    @Test func aFamilyIsDescribedOnceAndItsSamplesStandTogether() {
        var text = MetricsText()
        let family = MetricsText.Family.gauge("height_meters", "How high it is.")
        text.add(family, [("hill", "a")], 12)
        text.add(family, [("hill", "b"), ("none", "")], 0.5)
        text.add(.counter("climbs_total", "How often it was climbed."), [], 3)
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == """
                # HELP dr_testing_height_meters How high it is.
                # TYPE dr_testing_height_meters gauge
                dr_testing_height_meters{hill="a"} 12
                dr_testing_height_meters{hill="b"} 0.5
                # HELP dr_testing_climbs_total How often it was climbed.
                # TYPE dr_testing_climbs_total counter
                dr_testing_climbs_total 3

                """)
    }

    /// A name could end its line, and begin one of its own.
    @Test func aNameFromTheLogStaysInItsLabel() {
        var text = MetricsText()
        let family = MetricsText.Family.gauge("x", "X.")
        text.add(family, [("scenario", "a\\b\"} 9\nfake 1\u{1b}[31m")], 1)
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 3)
        let sample = #"dr_testing_x{scenario="a\\b\"} 9\\u{a}fake 1\\u{1b}[31m"} 1"#
        #expect(lines.last.map { String($0) } == sample)
    }

    /// Collectors refuse the whole file otherwise.
    @Test func ofNamesThatAreShownAlikeOneStandsInTheFile() {
        var text = MetricsText()
        let family = MetricsText.Family.gauge("x", "X.")
        for (value, name) in ["a\u{7}", #"a\u{7}"#, "é", "e\u{301}"].enumerated() {
            text.add(family, [("scenario", name)], Double(value))
        }
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        let samples = lines.filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").last }
        #expect(samples == ["0", "2", "3"])
    }

    @Test func ofALogThatIsNotIntactNothingElseIsSaid() {
        let lines = String(decoding: DrillMetrics.notIntact, as: UTF8.self).split(separator: "\n")
        #expect(lines.filter { !$0.hasPrefix("#") } == ["dr_testing_log_intact 0"])
    }

    // MARK: What stands in it

    /// The samples of a family, without its own name.
    private func samples(_ family: String, of metrics: DrillMetrics) -> [String] {
        let text = String(decoding: metrics.bytes, as: UTF8.self)
        return text.split(separator: "\n").filter { $0.hasPrefix("dr_testing_\(family)") }
            .map { String($0.dropFirst("dr_testing_\(family)".count)) }
    }

    private static let labels = #"{scenario="Failover Mechanism",target="staging""#

    @Test func drillsAreCountedByTheirOutcomeAndProofsAreNot() {
        let metrics = DrillMetrics(
            HistoryFixture.history(
                runs: [
                    HistoryFixture.run(HistoryFixture.drill(30, .failed, at: 1)),
                    HistoryFixture.run(HistoryFixture.drill(40, at: 2, purpose: "proof")),
                ],
                earlier: [
                    HistoryFixture.drill(10, at: -8), HistoryFixture.drill(20, .cancelled, at: -7),
                ]),
            reports: [], entries: 9000, at: HistoryFixture.time(3))
        let labels = Self.labels
        #expect(
            samples("drills_total", of: metrics) == [
                #"\#(labels),outcome="passed"} 1"#, #"\#(labels),outcome="failed"} 1"#,
                #"\#(labels),outcome="inconclusive"} 0"#, #"\#(labels),outcome="cancelled"} 1"#,
            ])
        #expect(samples("open_findings", of: metrics).contains(#"{verdict="failed"} 1"#))
        #expect(samples("log_entries", of: metrics) == [" 9000"])
        #expect(samples("log_intact", of: metrics) == [" 1"])
    }

    @Test func theNewestDrillOfWhichItIsKnownGivesTheRecoveryTime() {
        let metrics = DrillMetrics(
            HistoryFixture.history(
                earlier: [
                    HistoryFixture.drill(10, at: -9, rtoMs: 90_000),
                    HistoryFixture.drill(20, at: -8, rtoMs: 61_500),
                    HistoryFixture.drill(30, .failed, at: -7, rtoMs: nil),
                ]),
            reports: [], entries: 1, at: HistoryFixture.time(3))
        #expect(samples("recovery_time_seconds", of: metrics) == ["\(Self.labels)} 61.5"])
        #expect(samples("recovery_time_objective_seconds", of: metrics) == ["\(Self.labels)} 120"])
        let success = HistoryFixture.time(-8) / 1_000_000
        #expect(
            samples("last_success_timestamp_seconds", of: metrics)
                == ["\(Self.labels)} \(success)"])
    }

    /// By the clock: the log ended long before.
    @Test func aDrillThatNobodyRanIsOverdue() {
        // Succeeded six days before the week, due on its second day, with a day of grace.
        let history = HistoryFixture.history(
            earlier: [HistoryFixture.drill(10, at: -6)], cadences: [HistoryFixture.cadence()])
        let onTime = DrillMetrics(
            history, reports: [], entries: 1, at: HistoryFixture.time(1.5))
        #expect(samples("overdue_seconds", of: onTime) == ["\(Self.labels)} 0"])
        let late = DrillMetrics(history, reports: [], entries: 1, at: HistoryFixture.time(4))
        #expect(samples("overdue_seconds", of: late) == ["\(Self.labels)} 172800"])
    }

    @Test func theNewestReportOfEachTypeIsNamed() {
        func report(_ type: String, _ framework: Framework?, _ time: UInt64) -> RecordedReport {
            RecordedReport(
                type: type, framework: framework, periodStart: 0, periodEnd: 1, position: 1,
                recordedAt: time * 1_000_000)
        }
        let metrics = DrillMetrics(
            HistoryFixture.history(),
            reports: [
                report("weekly", nil, 70), report("weekly", nil, 80),
                report("compliance", .soc2, 60), report("compliance", .dora, 50),
            ],
            entries: 1, at: HistoryFixture.time(3))
        #expect(
            samples("report_timestamp_seconds", of: metrics) == [
                #"{type="compliance",framework="dora"} 50"#,
                #"{type="compliance",framework="soc2"} 60"#, #"{type="weekly"} 80"#,
            ])
    }
}
