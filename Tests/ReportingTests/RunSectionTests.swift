import DRTesting
import EventLog
import Foundation
import Projections
import Reporting
import Testing

/// What a report says of runs of all kinds.
struct RunSectionTests {
    private let log = SampleLog()

    private func report(
        of events: [TestEvent]..., listsOthers: Bool = false
    ) async throws
        -> PeriodReport
    {
        try await log.write { writer in
            for run in events { try await writer.append(run) }
        }
        let period = Period(.weekly, containing: SampleLog.start)
        return try PeriodReport(
            log.reader(), period: period, name: "Weekly", asOf: nil, listsOthers: listsOthers,
            toolVersion: "0")
    }

    private func request(
        _ type: String, purpose: String = "drill", sabotage: String = ""
    ) -> TestEvent {
        var request = RunRequested()
        (request.scenarioName, request.testType) = (type, type)
        (request.purpose, request.sabotage) = (purpose, sabotage)
        return .runRequested(request)
    }

    private func runs(_ report: PeriodReport) throws -> [[String: Any]] {
        let json = try JSONSerialization.jsonObject(with: Data(report.json)) as? [String: Any]
        return try #require(json?["test_summary"] as? [[String: Any]])
    }

    private var failover: [TestEvent] {
        [
            request("failover_mechanism"), .runStarted(.sample), .timelineRecorded(.sample),
            .metric("rto_actual_ms", type: "rto", 3000, "ms", limit: 120_000, passed: true),
            .metric("rpo_actual_ms", type: "rpo", 0, "ms", limit: 60_000, passed: true),
            .metric("fault_held_ms", 9000, "ms"), .metric("recovery_after_lift_ms", 0, "ms"),
            .metric("failover_rto_ms", type: "rto", 3000, "ms", limit: 120_000, passed: true),
            .metric("failback_rto_ms", type: "rto", 130_000, "ms", limit: 120_000, passed: false),
            .mark("impact", at: 100_000), .mark("detected", at: 1_100_000),
            .mark("restored", at: 3_100_000), .mark("failback started", at: 9_000_000),
            .objective(.failoverTime, .passed),
            .objective(.failbackTime, .failed, "2.2 min, and at most 2 min are allowed"),
            .objective(.recoveryPoint, .passed), .finished(.failed, .failed, rto: 3000),
        ]
    }

    @Test func everyObjectiveHasItsValueAndItsLimit() async throws {
        let report = try await report(of: failover)
        let html = try report.html()
        for words in [
            "<td>Failover time (RTO)</td><td class=\"number\">3 s</td>",
            "2.2 min, and at most 2 min are allowed", "<td>Recovery point (RPO)</td>",
            "Fault held 9 s, recovered before the lift.", "failback started 9.00 s",
            "until detected 1 s, detected until restored 2 s",
        ] { #expect(html.contains(words), "\(words)") }
        // Once, and not as one more step.
        #expect(!html.contains("Recovery time (RTO)") && !html.contains("time objective"))
        let run = try #require(try runs(report).first)
        let objectives = try #require(run["objectives"] as? [[String: Any]])
        #expect(
            objectives.map { $0["objective"] as? String } == [
                "failover_rto", "failback_rto", "rpo",
            ])
        #expect(objectives.map { $0["limit_ms"] as? Int } == [120_000, 120_000, 60_000])
        #expect(objectives.map { $0["verdict"] as? String } == ["passed", "failed", "passed"])
        #expect(objectives.map { $0["is_rto"] as? Bool } == [true, false, false])
        #expect(report.statistics.notRecovered == 0)
        #expect(report.recommendations.contains { $0.contains("missed an objective: Failback") })
    }

    @Test func allFaultsAreInTheChartWithTheirNames() async throws {
        let events =
            [request("partial_degradation"), .runStarted(.sample), .timelineRecorded(.sample)]
            + TestEvent.fault("half of them", "status", fraction: 0.5, at: 100_000)
            + [.faultChange("half of them", to: 0.25, at: 300_000)]
            + TestEvent.fault("slow ones", "latency", at: 400_000)
            + [
                .faultChange("half of them", to: 0, at: 500_000),
                .faultEnd("half of them", at: 700_000), .finished(.failed, .inconclusive),
            ]
        let report = try await report(of: events)
        let html = try report.html()
        #expect(html.components(separatedBy: "<rect class=\"fault-bar\"").count == 3)
        // Two shares of the first that strike something, and the second one's.
        #expect(html.components(separatedBy: "<rect class=\"fault\"").count == 4)
        #expect(html.contains(">half of them</text>") && html.contains(">slow ones</text>"))
        #expect(html.contains("<td class=\"number\">50 %, 25 %, 0 %</td>"))
        let faults = try #require(try runs(report).first?["faults"] as? [[String: Any]])
        #expect(faults.map { $0["end_ms"] as? Int } == [700, nil])
        let shares = try #require(faults.first?["shares"] as? [[String: Any]])
        #expect(shares.map { $0["fraction"] as? Double } == [0.5, 0.25, 0])
        #expect(shares.map { $0["from_ms"] as? Int } == [100, 300, 500])
    }

    @Test func aRunWithoutARecoveryIsAboutItsMeasures() async throws {
        var phase = PhaseSummarized()
        (phase.phase, phase.served) = ("before", 10)
        let report = try await report(of: [
            request("performance_benchmark"), .runStarted(.sample), .phaseSummarized(phase),
            .metric("baseline_p99_ms", type: "latency", 4.25, "ms"),
            .metric("p99_ratio", type: "latency", 6.1, "ratio", limit: 5, passed: false),
            .metric("stress_throughput_ratio", 3.5, "ratio", limit: 2, passed: true),
            .finished(.completed, .passed),
        ])
        let html = try report.html()
        #expect(!html.contains("<th>Objective</th>") && !html.contains("class=\"split\""))
        #expect(!html.contains("the fault") && html.contains("<td>the whole run</td>"))
        for words in [
            "<td>baseline_p99_ms</td><td class=\"number\">4.25 ms</td>",
            "<td class=\"number\">6.1</td><td class=\"number\">at most 5</td>",
            "<td class=\"number\">3.5</td><td class=\"number\">at least 2</td>",
        ] { #expect(html.contains(words), "\(words)") }
        #expect(report.recommendations.contains { $0.contains("p99_ratio was 6.1, at most 5") })
        let run = try #require(try runs(report).first)
        #expect((run["objectives"] as? [Any])?.isEmpty == true)
        #expect(run["rto_actual_ms"] is NSNull && run["rpo_actual_ms"] is NSNull)
        let metrics = try #require(run["metrics"] as? [[String: Any]])
        #expect(metrics.map { $0["passed"] as? Bool } == [nil, false, true])
    }

    @Test func everyComparisonSaysWhatWasCompared() async throws {
        let words = [
            "takeover": "At the takeover by the secondary: 3 keys",
            "restore": "After the restore, as of the snapshot: 3 keys",
            "before restore": "After the restore, as of right before it: 3 keys",
            "restored copy": "What was restored elsewhere, as of the snapshot: 3 keys",
            "final": "At the end of the run: 3 keys", "": "<p>3 keys",
        ]
        let subjects = words.keys.sorted()
        let comparisons = subjects.map { subject in
            var compared = LedgerCompared()
            (compared.subject, compared.keys) = (subject, 3)
            return TestEvent.ledgerCompared(compared)
        }
        let events: [TestEvent] =
            [request("backup_restore"), .runStarted(.sample)] + comparisons
            + [.finished(.completed, .passed)]
        let report = try await report(of: events)
        let html = try report.html()
        for (subject, text) in words { #expect(html.contains(text), "\(subject)") }
        let run = try #require(try runs(report).first)
        let rows = try #require(run["ledger_comparisons"] as? [[String: Any]])
        #expect(rows.map { $0["subject"] as? String ?? "" } == subjects)
    }

    @Test func aRestoreIsNoFaultThatWasHeld() async throws {
        let report = try await report(of: [
            request("backup_restore"), .runStarted(.sample),
            .metric("rto_actual_ms", type: "rto", 12_000, "ms"),
            .metric("fault_held_ms", 10_000, "ms"), .metric("recovery_after_lift_ms", 2000, "ms"),
            .mark("impact", at: 1_000_000), .mark("restore started", at: 11_000_000),
            .mark("verified", at: 13_000_000), .finished(.completed, .passed, rto: 12_000),
        ])
        let html = try report.html()
        #expect(html.contains("Restore begun after 10 s, restored in 2 s."))
    }

    @Test(arguments: [false, true])
    func proofsAndChaosAreInNoFigure(listsOthers: Bool) async throws {
        let end: [TestEvent] = [.runStarted(.sample), .finished(.failed, .failed)]
        let proof = [request("proven", purpose: "proof", sabotage: "breaker-never-opens")] + end
        let control = [request("control", purpose: "proof", sabotage: "control")] + end
        let chaos = [request("by chance", purpose: "chaos")] + end
        let drill = [request("drilled"), .runStarted(.sample), .finished(.completed, .passed)]
        let report = try await report(
            of: proof, chaos, drill, control, listsOthers: listsOthers)
        #expect(report.statistics.total == 1 && report.statistics.successRate == 100)
        #expect(report.runs.count == 1 && report.otherRuns.count == (listsOthers ? 3 : 0))
        #expect(report.uncountedWords == "1 run of chaos and 2 runs of proofs")
        #expect(report.recommendations == [])
        let html = try report.html()
        #expect(html.contains("1 run of chaos and 2 runs of proofs"))
        #expect(html.contains("<span class=\"badge\">chaos</span>") == listsOthers)
        #expect(html.contains("&#39;breaker-never-opens&#39; was broken") == listsOthers)
        #expect(html.contains("nothing was broken on purpose") == listsOthers)
        #expect(try runs(report).map { $0["scenario"] as? String } == ["drilled"])
        let json = try JSONSerialization.jsonObject(with: Data(report.json)) as? [String: Any]
        let others = try #require(json?["not_counted_tests"] as? [[String: Any]])
        let expected = listsOthers ? ["proof", "chaos", "proof"] : []
        #expect(others.map { $0["purpose"] as? String } == expected)
        let counts = try #require(json?["not_counted"] as? [[String: Any]])
        #expect(counts.map { $0["tests"] as? Int } == [1, 2])
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\u{1b}[31mred", "a\u{202e}b", "\"><img src=x>", "a\nb",
        "=cmd", "{{name}}", "]]></title><script>",
    ])
    func hostileTextIsHarmlessWhereverItComes(_ text: String) async throws {
        var result = ResultRecorded()
        (result.component, result.testName, result.errorMessage) = (text, text, text)
        var seen = ObservationMade()
        (seen.name, seen.source, seen.expected, seen.value) = (text, text, text, text)
        result.observations = [seen]
        var phase = PhaseSummarized()
        phase.phase = text
        let events: [TestEvent] =
            [request(text, purpose: text, sabotage: text), .runStarted(.sample)]
            + [.timelineRecorded(.sample), .resultRecorded(result), .phaseSummarized(phase)]
            + TestEvent.fault(text, text, at: 100_000) + [.faultEnd(text, at: 200_000)]
            + [.metric(text, type: text, 2000, text, limit: 3000, passed: true)]
            + [.mark(text, at: 300_000), .objective(.failbackTime, .failed, text)]
            + [.metric("failback_rto_ms", type: "rto", 1, "ms", limit: 1)]
        let html = try await report(of: events, listsOthers: true).html()
        #expect(!html.contains("<script") && !html.contains("<img"))
        #expect(!html.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" })
        #expect(html.components(separatedBy: "<title>").count == 3)
    }

    /// A log may hold any number, and none of them may keep its report from being written.
    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300, -0.5, 9.3e18])
    func extremeNumbersAreSurvived(value: Double) async throws {
        var bin = TimelineBin()
        (bin.served, bin.failed, bin.indeterminate) = (.max, .max, .max)
        (bin.p50Us, bin.p99Us) = (.max, .max)
        var timeline = TimelineRecorded()
        (timeline.binUs, timeline.bins) = (.max, [bin, TimelineBin(), bin])
        var phase = PhaseSummarized()
        (phase.served, phase.failed, phase.indeterminate) = (1, .max, .max)
        phase.p99Us = .max
        let events: [TestEvent] =
            [request("extreme"), .runStarted(.sample), .timelineRecorded(timeline)]
            + TestEvent.fault("endless", "hang", fraction: value, at: .max)
            + [
                .mark("impact", at: .max), .mark("verified", at: 0), .phaseSummarized(phase),
                .metric("rto_actual_ms", type: "rto", value, "ms", limit: value),
                .metric("rto_resolution_ms", value, "ms"), .metric("fault_held_ms", value, "ms"),
                .metric("own", value, "bytes", limit: 0, passed: false),
                .finished(.completed, .passed),
            ]
        let report = try await report(of: events)
        #expect(try report.html().contains("</html>"))
        #expect(try runs(report).count == 1)
    }
}
