import DRTesting
import Foundation

/// Two runs at the same time, with events of newer programs in between: one is cancelled, the
/// other loses its runner and is closed by somebody else.
///
/// The log's own event stands at position 1, so the first of these stands at 2. Each is recorded
/// so many seconds after the start of `TestClock` as its position is greater than 1.
enum History {
    static let first = "run/a"
    static let second = "run/b"
    /// The ids of the two tests.
    static let firstID: UInt64 = 2
    static let secondID: UInt64 = 4

    static let events: [ScriptedEvent] = [
        ScriptedEvent(first, .runRequested(firstRequest)),
        ScriptedEvent(first, .runStarted(started(at: time(3, 250)))),
        ScriptedEvent(second, .runRequested(secondRequest)),
        ScriptedEvent(first, .prerequisiteChecked(prerequisite)),
        ScriptedEvent(second, .runStarted(started(at: time(6, 1)))),
        ScriptedEvent(first, number: 99, payload: [0x0a, 1, 0x61]),
        ScriptedEvent(first, .stepStarted(step("Block all R2 operations"))),
        ScriptedEvent(second, .stepStarted(step("Wait"))),
        ScriptedEvent(first, .resultRecorded(passedResult)),
        ScriptedEvent(first, .metricRecorded(slip)),
        ScriptedEvent(second, .cancelRequested(cancellation)),
        ScriptedEvent("other/1", number: 60, payload: [1, 2, 3]),
        ScriptedEvent(first, .resultRecorded(inconclusiveResult)),
        ScriptedEvent(first, .logRecorded(warning)),
        ScriptedEvent(second, .cleanupFinished(cleanup)),
        ScriptedEvent(second, .runFinished(cancelled)),
        ScriptedEvent(first, .faultEffective(effective)),
        ScriptedEvent(first, .faultEnded(ended)),
        ScriptedEvent(first, .metricRecorded(recoveryTime)),
        ScriptedEvent(first, .metricRecorded(recoveryPoint)),
        ScriptedEvent(first, .runFinished(lost)),
    ]

    /// So many milliseconds after the event at a position was recorded.
    static func time(_ position: UInt64, _ milliseconds: UInt64) -> UInt64 {
        TestClock.start + (position - 1) * 1_000_000 + milliseconds * 1000
    }

    // MARK: Snapshots

    /// The rows of a view after all events, one on a line.
    static func snapshot(of view: String) throws -> [String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Snapshots/\(view).jsonl")
        return try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n").map { String($0) }
    }

    /// Those of one test.
    static func snapshot(of view: String, test: UInt64) throws -> [String] {
        let name = view == "dr_tests" ? "id" : "test_id"
        return try snapshot(of: view).filter { $0.contains("\"\(name)\":\(test),") }
    }
}

// MARK: The run that is lost

extension History {
    private static var firstRequest: RunRequested {
        var event = RunRequested()
        event.runKey = "019a5c00-0000-7000-8000-00000000000a"
        (event.scenarioName, event.testType) = ("Complete R2 Outage Simulation", "full_outage")
        (event.scenarioID, event.scenarioDigest) = (1, [0xab, 0x01])
        event.scenarioText = "name: Complete R2 Outage Simulation\n"
        (event.targetName, event.targetKind) = ("embedded", "embedded")
        (event.targetDigest, event.environment) = ([0, 255], "test")
        (event.scope, event.executedBy) = ("a temporary directory", "sre")
        (event.purpose, event.toolVersion, event.seed) = ("drill", "0.1.0", 42)
        (event.rtoTargetMs, event.rpoTargetMs) = (300_000, 60_000)
        event.variables = [NamedValue("kind", "hang")]
        (event.timeoutMs, event.host) = (1_800_000, "Debian")
        event.steps = [
            PlannedStep(name: "Block all R2 operations", component: "storage"),
            PlannedStep(name: "Trigger circuit breaker", component: "circuit_breaker"),
        ]
        return event
    }

    private static func started(at time: UInt64) -> RunStarted {
        var event = RunStarted()
        (event.time, event.slot, event.process) = (time, 1, 4711)
        return event
    }

    private static var prerequisite: PrerequisiteChecked {
        var event = PrerequisiteChecked()
        (event.name, event.verdict) = ("backup available", .passed)
        (event.expected, event.observed) = ("put, get and delete", "65 bytes")
        return event
    }

    private static func step(_ name: String) -> StepStarted {
        var event = StepStarted()
        (event.name, event.component) = (name, "storage")
        return event
    }

    private static var passedResult: ResultRecorded {
        var wire = ObservationMade()
        (wire.name, wire.source) = ("proxy.passed_during_fault", "wire")
        (wire.expected, wire.value) = ("equals 0", "0")
        (wire.firstTrueUs, wire.verdict) = (1_500_500, .passed)
        var client = ObservationMade()
        (client.name, client.source) = ("workload.not_served_ratio", "client")
        (client.expected, client.value, client.samples) = ("equals 1", "1", 38)
        (client.firstTrueUs, client.deadlineUs) = (2_000_000, 20_000_000)
        client.verdict = .passed
        var event = ResultRecorded()
        (event.component, event.testName) = ("storage", "Block all R2 operations")
        event.expectedResult = "workload.not_served_ratio equals 1 within 20 s"
        event.actualResult = "workload.not_served_ratio was 1"
        (event.verdict, event.executionTimeUs) = (.passed, 2_100_500)
        event.observations = [wire, client]
        return event
    }

    private static var inconclusiveResult: ResultRecorded {
        var made = ObservationMade()
        (made.name, made.source, made.expected) = ("breaker.state", "self", "equals open")
        (made.deadlineUs, made.verdict) = (30_000_000, .inconclusive)
        var event = ResultRecorded()
        (event.stepIndex, event.component) = (1, "circuit_breaker")
        event.testName = "Trigger circuit breaker"
        event.expectedResult = "breaker.state equals open within 30 s"
        event.actualResult = "breaker.state was not seen"
        (event.verdict, event.executionTimeUs) = (.inconclusive, 30_000_000)
        event.errorMessage = "nothing was seen"
        event.observations = [made]
        return event
    }

    private static var warning: LogRecorded {
        var event = LogRecorded()
        (event.time, event.eventType) = (time(15, 9), "warning")
        (event.component, event.message) = ("storage", "degraded mode entered")
        event.level = "warn"
        event.metadata = [NamedValue("incident", "incident-1")]
        return event
    }

    private static var effective: FaultEffective {
        var event = FaultEffective()
        (event.faultID, event.time) = ("outage", time(18, 3))
        return event
    }

    private static var ended: FaultEnded {
        var event = FaultEnded()
        (event.faultID, event.time, event.reason) = ("outage", time(19, 4), "expired")
        return event
    }

    private static var lost: RunFinished {
        var event = RunFinished()
        (event.status, event.verdict, event.ending) = (.failed, .inconclusive, .lost)
        event.time = time(22, 8)
        event.errorMessage = "runner lost at step 1, Block all R2 operations"
        event.stepsNotExecuted = ["Trigger circuit breaker"]
        return event
    }
}

// MARK: Measures

extension History {
    private static var slip: MetricRecorded {
        var event = MetricRecorded()
        (event.name, event.type, event.unit) = ("load_slip_ratio", "custom", "ratio")
        (event.value, event.time) = (0.125, time(11, 7))
        return event
    }

    private static var recoveryTime: MetricRecorded {
        var event = MetricRecorded()
        (event.name, event.type, event.unit) = ("rto_actual_ms", "rto", "ms")
        (event.threshold, event.time) = (300_000, time(20, 5))
        return event
    }

    private static var recoveryPoint: MetricRecorded {
        var event = MetricRecorded()
        (event.name, event.type, event.unit) = ("rpo_actual_ms", "rpo", "ms")
        (event.value, event.threshold, event.passed) = (0, 60_000, true)
        event.time = time(21, 6)
        return event
    }
}

// MARK: The run that is cancelled

extension History {
    private static var secondRequest: RunRequested {
        var event = RunRequested()
        event.runKey = "019a5c00-0000-7000-8000-00000000000b"
        (event.scenarioName, event.testType) = ("Own \"drill\"", "custom")
        (event.targetName, event.targetKind) = ("staging R2", "builtin")
        (event.targetDigest, event.environment) = ([7], "staging")
        (event.scope, event.executedBy) = ("two buckets", "nightly")
        (event.requestedBy, event.authorization) = ("api", "CHG-1")
        (event.purpose, event.toolVersion, event.seed) = ("drill", "0.1.0", .max)
        (event.isDebug, event.timeoutMs, event.host) = (true, 60_000, "Debian")
        event.steps = [PlannedStep(name: "Wait", component: "storage")]
        event.endpoints = [
            EndpointUsed(
                role: "primary", address: "http://127.0.0.1:9000", region: "auto", bucket: "live")
        ]
        return event
    }

    private static var cancellation: CancelRequested {
        var event = CancelRequested()
        (event.by, event.reason) = ("ops", "it is late")
        return event
    }

    private static var cleanup: CleanupFinished {
        var event = CleanupFinished()
        event.actions = [
            CleanupAction(name: "lift faults", isDone: true, detail: "no fault is in force")
        ]
        event.isComplete = true
        return event
    }

    private static var cancelled: RunFinished {
        var event = RunFinished()
        (event.status, event.ending) = (.cancelled, .cancelled)
        event.time = time(17, 2)
        event.errorMessage = "cancelled by ops"
        return event
    }
}
