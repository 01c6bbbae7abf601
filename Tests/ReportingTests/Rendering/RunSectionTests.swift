import DRTesting
import EventLog
import Foundation
import Testing

@testable import Reporting

/// What a page says of runs of all kinds, in depth.
struct RunSectionTests {
    private let log = SampleLog()

    /// The runs, one after the other.
    private func html(of events: [TestEvent]...) async throws -> String {
        try await log.write { writer in
            for run in events { try await writer.append(run) }
        }
        let sections = try log.records().map { record in
            try ReportTemplates.render(RunSection(record), as: "run")
        }
        #expect(sections.count == events.count)
        return sections.joined()
    }

    private func request(
        _ type: String, purpose: String = "drill", sabotage: String = ""
    ) -> TestEvent {
        var request = RunRequested()
        (request.scenarioName, request.testType) = (type, type)
        (request.purpose, request.sabotage) = (purpose, sabotage)
        return .runRequested(request)
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
        let html = try await html(of: failover)
        for words in [
            ">Failover time (RTO)</th><td class=\"number\">3 s</td><td class=\"number\">2 min</td>",
            "<td class=\"short failed\">✗ failed</td>", "2.2 min, and at most 2 min are allowed",
            ">Recovery point (RPO)</th>", "Fault held 9 s, recovered before the lift.",
            "failback started 9.00 s", "until detected 1 s, detected until restored 2 s.",
        ] { #expect(html.contains(words), "\(words)") }
        // Once, and not as one more step.
        #expect(!html.contains("Recovery time (RTO)") && !html.contains("time objective"))
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
        let html = try await html(of: events)
        #expect(html.components(separatedBy: "<rect class=\"fault-bar\"").count == 3)
        // Two shares of the first that strike something, and the second one's.
        #expect(html.components(separatedBy: "<rect class=\"fault\"").count == 4)
        #expect(html.contains(">half of them</text>") && html.contains(">slow ones</text>"))
        #expect(html.contains("<td class=\"number\">50 %, 25 %, 0 %</td>"))
    }

    @Test func aRunWithoutARecoveryIsAboutItsMeasures() async throws {
        var phase = PhaseSummarized()
        (phase.phase, phase.served) = ("before", 10)
        let html = try await html(of: [
            request("performance_benchmark"), .runStarted(.sample), .phaseSummarized(phase),
            .metric("baseline_p99_ms", type: "latency", 4.25, "ms"),
            .metric("p99_ratio", type: "latency", 6.1, "ratio", limit: 5, passed: false),
            .metric("stress_throughput_ratio", 3.5, "ratio", limit: 2, passed: true),
            .finished(.completed, .passed),
        ])
        #expect(!html.contains("Objectives") && !html.contains("recovery time"))
        #expect(!html.contains("the fault") && html.contains(">the whole run</th>"))
        for words in [
            ">baseline_p99_ms</th><td class=\"number\">4.25 ms</td>",
            "<td class=\"number\">6.1</td><td class=\"number\">at most 5</td>",
            "<td class=\"number\">3.5</td><td class=\"number\">at least 2</td>",
        ] { #expect(html.contains(words), "\(words)") }
    }

    @Test func aRunThatTookNoStepHasNoTableOfThem() async throws {
        let html = try await html(of: [
            request("full_outage"), .runStarted(.sample), .finished(.failed, .inconclusive),
        ])
        #expect(html.contains("No step was taken.") && !html.contains("<caption>Steps"))
    }

    @Test func everyComparisonSaysWhatWasCompared() async throws {
        let words = [
            "takeover": "At the takeover by the secondary: 3 keys",
            "restore": "After the restore, as of the snapshot: 3 keys",
            "before restore": "After the restore, as of right before it: 3 keys",
            "restored copy": "What was restored elsewhere, as of the snapshot: 3 keys",
            "final": "At the end of the run: 3 keys", "": "<p>3 keys",
        ]
        let comparisons = words.keys.sorted().map { subject in
            var compared = LedgerCompared()
            (compared.subject, compared.keys) = (subject, 3)
            return TestEvent.ledgerCompared(compared)
        }
        let html = try await html(
            of: [request("backup_restore"), .runStarted(.sample)] + comparisons
                + [.finished(.completed, .passed)])
        for (subject, text) in words { #expect(html.contains(text), "\(subject)") }
    }

    @Test func aRestoreIsNoFaultThatWasHeld() async throws {
        let html = try await html(of: [
            request("backup_restore"), .runStarted(.sample),
            .metric("rto_actual_ms", type: "rto", 12_000, "ms"),
            .metric("fault_held_ms", 10_000, "ms"), .metric("recovery_after_lift_ms", 2000, "ms"),
            .mark("impact", at: 1_000_000), .mark("restore started", at: 11_000_000),
            .mark("verified", at: 13_000_000), .finished(.completed, .passed, rto: 12_000),
        ])
        #expect(html.contains("Restore begun after 10 s, restored in 2 s."))
    }

    @Test func aProofAndChaosSayThatTheyAreNoDrills() async throws {
        let end: [TestEvent] = [.runStarted(.sample), .finished(.failed, .failed)]
        let html = try await html(
            of: [request("proven", purpose: "proof", sabotage: "breaker-never-opens")] + end,
            [request("control", purpose: "proof", sabotage: "control")] + end,
            [request("by chance", purpose: "chaos")] + end, [request("drilled")] + end)
        #expect(html.components(separatedBy: "<span class=\"badge\">proof</span>").count == 3)
        #expect(html.components(separatedBy: "<span class=\"badge\">").count == 4)
        #expect(html.contains("&#39;breaker-never-opens&#39; was broken"))
        #expect(html.contains("nothing was broken on purpose"))
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\u{1b}[31mred", "a\u{202e}b", "\"><img src=x>", "a\nb",
        "=cmd", "{{name}}", "]]></title><script>", "\"\u{301} onmouseover=alert(1)", "</style>",
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
        let html = try await html(of: events)
        let tags = PageTags(html)
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("</style"))
        #expect(!html.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" })
        #expect(tags.unknownAttributes.isEmpty && tags.misplacedEnd == nil)
        // Of the chart, and of the fault in it.
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
        let html = try await html(of: events)
        #expect(html.contains("</article>"))
    }
}
