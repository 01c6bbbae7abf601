import DRTesting
import Testing

@testable import Engine

struct ScenarioReaderTests {
    private func read(_ text: String, _ settings: [String: String] = [:]) throws -> Scenario {
        try ScenarioReader.read(text, file: "a.yaml", settings: settings)
    }

    /// A scenario with one step, and what a test adds at the top.
    private func text(_ top: String = "", expect: String = "ledger.damaged, equals: 0") -> String {
        """
        name: a
        type: b
        \(top)
        steps:
          - name: c
            component: d
            expect:
              - {observe: \(expect)}
        """
    }

    // MARK: What is written is what is read

    @Test func everyMemberIsRead() throws {
        let scenario = try read(Self.full)
        let fault = FaultPlan(
            name: "slow", endpoint: "secondary", kind: .latency, fraction: 0.5, status: 500,
            delay: .milliseconds(1500), jitter: .milliseconds(200), bytesPerSecond: 4096, limit: 3)
        let expected = Scenario(
            name: "Full", type: "failover_mechanism", description: "Two lines, one paragraph.\n",
            objectives: Objectives([
                Objective(.failbackTime, limit: .seconds(90)),
                Objective(.recoveryPoint, limit: .seconds(3600)),
            ]),
            prerequisites: [.queueEnabled, .backupAvailable],
            workload: WorkloadPlan(
                writesPerSecond: 2.5, readsPerSecond: 10, objectBytes: 64,
                steadyFor: .milliseconds(250), stableFor: .seconds(60)),
            steps: [
                Step(
                    name: "Inject", component: "storage", actions: [.injectFault(fault)],
                    expectations: [
                        DRTesting.Expectation(
                            observation: "workload.not_served_ratio", comparison: .moreThan,
                            expected: .number(0.25), within: .seconds(20), minimumSamples: 10),
                        DRTesting.Expectation(
                            observation: "breaker.state", comparison: .equals,
                            expected: .text("open"), within: nil, minimumSamples: nil),
                        DRTesting.Expectation(
                            observation: "proxy.requests_per_second", comparison: .atMost,
                            expected: .number(0), within: nil, minimumSamples: nil),
                    ],
                    measures: [
                        Measure(
                            name: "depth", observation: "queue.depth", unit: "1",
                            limit: .atMost(500)),
                        Measure(
                            name: "rate", type: "throughput",
                            observation: "proxy.requests_per_second", unit: "1/s"),
                    ], isRequired: true),
                Step(
                    name: "Kill", component: "operation_queue",
                    actions: [.liftFault("slow"), .killQueue(afterAcknowledgements: 200)],
                    expectations: [
                        DRTesting.Expectation(
                            observation: "workload.restored", comparison: .equals,
                            expected: .flag(false), within: nil, minimumSamples: nil),
                        DRTesting.Expectation(
                            observation: "queue.killed_missing", comparison: .equals,
                            expected: .number(0), within: nil, minimumSamples: nil),
                    ], isRequired: false),
            ],
            cleanup: [.clearNotifications, .clearQueue],
            abortWhen: [
                DRTesting.Expectation(
                    observation: "queue.depth", comparison: .moreThan, expected: .number(50_000),
                    within: nil, minimumSamples: nil)
            ], variables: [NamedValue("kind", "latency"), NamedValue("limit", "20s")])
        #expect(scenario == expected)
    }

    private static let full = """
        name: Full
        type: failover_mechanism
        description: >
          Two lines,
          one paragraph.
        objectives: {failback_rto: 90s, rpo: 1h}
        variables: {kind: latency, limit: 20s}
        prerequisites: [queue enabled, backup available]
        workload:
          writes_per_second: 2.5
          reads_per_second: 10
          object_bytes: 64
          steady_for: 250ms
          stable_for: 1m
        steps:
          - name: Inject
            component: storage
            required: true
            action:
              inject_fault:
                name: slow
                kind: "${kind}"
                endpoint: secondary
                fraction: 0.5
                status: 500
                delay: 1.5s
                jitter: 200ms
                bytes_per_second: 4096
                limit: 3
            expect:
              - observe: workload.not_served_ratio
                more_than: 0.25
                within: "${limit}"
                samples_at_least: 10
              - {observe: breaker.state, equals: open}
              - {observe: proxy.requests_per_second, at_most: 0}
            measure:
              - {name: depth, observe: queue.depth, unit: "1", at_most: 500}
              - name: rate
                type: throughput
                observe: proxy.requests_per_second
                unit: 1/s
          - name: Kill
            component: operation_queue
            required: false
            actions:
              - lift_fault: {name: slow}
              - kill_queue: {after_acknowledgements: 200}
            expect:
              - {observe: workload.restored, equals: false}
              - {observe: queue.killed_missing, equals: 0}
        cleanup: [clear notifications, clear queue]
        abort_when:
          - {observe: queue.depth, more_than: 50000}
        """

    @Test func whatIsLeftOutHasADefault() throws {
        let scenario = try read(text())
        #expect(scenario.description == "")
        #expect(scenario.objectives == Objectives(recoveryTime: nil, recoveryPoint: nil))
        #expect(scenario.prerequisites == [])
        #expect(scenario.cleanup == [])
        #expect(scenario.abortWhen == [])
        #expect(scenario.variables == [])
        #expect(scenario.steps[0].actions == [])
        #expect(scenario.steps[0].measures == [])
        #expect(!scenario.steps[0].isRequired)
        let plan = WorkloadPlan(
            writesPerSecond: 20, readsPerSecond: 20, objectBytes: 2048, steadyFor: .seconds(4),
            stableFor: .seconds(5))
        #expect(scenario.workload == plan)
    }

    @Test func aRatioOfWhichNothingIsSaidNeedsAHundredSamples() throws {
        let both =
            "workload.not_served_ratio, equals: 1}\n      - {observe: ledger.damaged, equals: 0"
        let ratio = try read(text(expect: both))
        #expect(ratio.steps[0].expectations[0].minimumSamples == 100)
        let count = try read(text())
        #expect(count.steps[0].expectations[0].minimumSamples == nil)
    }

    @Test func jsonIsReadToo() throws {
        let json = """
            {
            \t"name": "a", "type": "b",
            \t"variables": {"limit": "5s"},
            \t"steps": [
            \t\t{"name": "c \\u00e9 \\"d\\"", "component": "e", "required": true,
            \t\t "action": {"kill_queue": {"after_acknowledgements": 7}},
            \t\t "expect": [{"observe": "workload.restored", "equals": true, "within": "${limit}"},
            \t\t  {"observe": "ledger.damaged", "equals": 0}]}
            \t]
            }
            """
        let scenario = try read(json)
        #expect(scenario.steps.map(\.name) == ["c é \"d\""])
        #expect(scenario.steps[0].isRequired)
        #expect(scenario.steps[0].actions == [.killQueue(afterAcknowledgements: 7)])
        #expect(scenario.steps[0].expectations[0].expected == .flag(true))
        #expect(scenario.steps[0].expectations[0].within == .seconds(5))
    }

    @Test(
        arguments: zip(
            ["250ms", "30s", "5m", "5min", "1h", "0.5s", "0s", "90m"],
            [250, 30_000, 300_000, 300_000, 3_600_000, 500, 0, 5_400_000]))
    func durationsAreReadAsPeopleWriteThem(text: String, milliseconds: Int) {
        #expect(Duration(parsing: text) == Duration.milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "5", "s", "5 s", "5S", "5sec", "-5s", "+5s", "1e3s", "5s ", " 5s", "1.2.3s", "½s",
        "٣s", "5m30s", "infs", "nans", "99999999999s", "5d", "0x5s",
    ])
    func whatIsNoDurationIsRefused(text: String) {
        #expect(Duration(parsing: text) == nil)
    }

    // MARK: Variables

    @Test func variablesAreSubstitutedWhereverTextStands() throws {
        let text = """
            name: ${who} and ${who}${what}
            type: b
            variables: {who: A, what: "!"}
            steps:
              - name: "$ {who} $who ${what}"
                component: d
                expect:
                  - {observe: ledger.damaged, equals: 0}
            """
        let standard = try read(text)
        #expect(standard.name == "A and A!")
        #expect(standard.steps[0].name == "$ {who} $who !")
        let set = try read(text, ["who": "Z"])
        #expect(set.name == "Z and Z!")
        #expect(set.variables == [NamedValue("who", "Z"), NamedValue("what", "!")])
    }

    @Test func aValueIsNotReadAgain() throws {
        let top = "variables: {a: x, b: y}\ndescription: ${a}"
        for value in ["${b}", "${", "$", "}", "\n- c", "'\"", "#"] {
            #expect(try read(text(top), ["a": value]).description == value)
        }
    }

    // MARK: Hostile text

    @Test(arguments: [
        "\u{1b}[31mred", "<script>alert(1)</script>", "=cmd|'/c calc'!A1", "a\nb\r\n\tc",
        "\u{202e}gnp.exe", "../../etc/passwd", "'; DROP TABLE dr_tests; --", "\"}], \"x\": [{\"",
        "$(reboot) `reboot`", "💥 \u{10ffff}", "- a: b", "null", "true", "1", "~", "!!int 3",
        "*alias", "&anchor", "%TAG", "\u{2028}\u{85}\u{feff}",
    ])
    func textIsKeptAsItIs(_ hostile: String) throws {
        let escaped = hostile.unicodeScalars.map { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
        let text = """
            name: "\(escaped)"
            type: "\(escaped)"
            steps:
              - name: "\(escaped)"
                component: "\(escaped)"
                expect:
                  - {observe: fault.ended_by, equals: "\(escaped)"}
            """
        let scenario = try read(text)
        #expect(scenario.name == hostile)
        #expect(scenario.type == hostile)
        #expect(scenario.steps[0].name == hostile)
        #expect(scenario.steps[0].component == hostile)
        #expect(scenario.steps[0].expectations[0].expected == .text(hostile))
    }
}
