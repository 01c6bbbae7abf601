import DRTesting
import Testing

/// An event to encode: one of each kind with every field set, and one of each kind with none.
struct EventSample: CustomTestStringConvertible, Sendable {
    let event: TestEvent
    let isFull: Bool

    var testDescription: String { "\(isFull ? "full" : "empty") \(event.name)" }

    static let all =
        full.map { EventSample(event: $0, isFull: true) }
        + empty.map { EventSample(event: $0, isFull: false) }

    static let full: [TestEvent] = [
        .runRequested(.full), .runStarted(.full), .prerequisiteChecked(.full),
        .stepStarted(.full), .resultRecorded(.full), .logRecorded(.full), .metricRecorded(.full),
        .markRecorded(.full), .faultPlanned(.full), .faultEffective(.full), .faultEnded(.full),
        .timelineRecorded(.full), .noticeReceived(.full), .operationsKept(.full),
        .ledgerCompared(.full), .phaseSummarized(.full), .cancelRequested(.full),
        .cleanupFinished(.full), .runFinished(.full), .componentChanged(.full),
        .externalChangePlanned(.full), .externalChangeUndone(.full),
        .scenarioCreated(.full), .scenarioChanged(.full), .scenarioDisabled(.full),
        .scenarioEnabled(.full), .scenarioRemoved(.full), .scheduleCreated(.full),
        .scheduleChanged(.full), .scheduleDisabled(.full), .scheduleEnabled(.full),
        .scheduleRemoved(.full), .scheduleFired(.full), .excuseCreated(.full),
        .excuseChanged(.full), .excuseDisabled(.full), .excuseEnabled(.full), .excuseRemoved(.full),
        .cadenceCreated(.full), .cadenceChanged(.full), .cadenceDisabled(.full),
        .cadenceEnabled(.full), .cadenceRemoved(.full), .alertRaised(.full),
        .alertAcknowledged(.full), .deliverySucceeded(.full), .deliveryFailed(.full),
        .reportGenerated(.full), .requestAnswered(.full),
        .tokenRevoked(.full), .accessRefused(.full), .refusalsSummarized(.full),
    ]

    static let empty: [TestEvent] = [
        .runRequested(.init()), .runStarted(.init()), .prerequisiteChecked(.init()),
        .stepStarted(.init()), .resultRecorded(.init()), .logRecorded(.init()),
        .metricRecorded(.init()), .markRecorded(.init()), .faultPlanned(.init()),
        .faultEffective(.init()), .faultEnded(.init()), .timelineRecorded(.init()),
        .noticeReceived(.init()), .operationsKept(.init()), .ledgerCompared(.init()),
        .phaseSummarized(.init()), .cancelRequested(.init()), .cleanupFinished(.init()),
        .runFinished(.init()), .componentChanged(.init()), .externalChangePlanned(.init()),
        .externalChangeUndone(.init()),
        .scenarioCreated(.init()), .scenarioChanged(.init()), .scenarioDisabled(.init()),
        .scenarioEnabled(.init()), .scenarioRemoved(.init()), .scheduleCreated(.init()),
        .scheduleChanged(.init()), .scheduleDisabled(.init()), .scheduleEnabled(.init()),
        .scheduleRemoved(.init()), .scheduleFired(.init()), .excuseCreated(.init()),
        .excuseChanged(.init()), .excuseDisabled(.init()), .excuseEnabled(.init()),
        .excuseRemoved(.init()), .cadenceCreated(.init()), .cadenceChanged(.init()),
        .cadenceDisabled(.init()), .cadenceEnabled(.init()), .cadenceRemoved(.init()),
        .alertRaised(.init()), .alertAcknowledged(.init()), .deliverySucceeded(.init()),
        .deliveryFailed(.init()), .reportGenerated(.init()),
        .requestAnswered(.init()), .tokenRevoked(.init()), .accessRefused(.init()),
        .refusalsSummarized(.init()),
    ]
}

/// A time in 2026, in microseconds since 1970.
let sampleTime: UInt64 = 1_795_422_600_123_456

extension RunRequested {
    static var full: RunRequested {
        var event = RunRequested()
        event.runKey = "019a5c00-0000-7000-8000-000000000001"
        event.scenarioName = "Complete R2 Outage – \"Simulation\" 💥"
        event.testType = "full_outage"
        event.scenarioID = 1
        event.scenarioDigest = [UInt8](0..<32)
        event.scenarioText = "name: a\nsteps:\n\t- b\u{1b}[31m\0end"
        event.targetName = "embedded"
        event.targetKind = "embedded"
        event.targetDigest = [255, 0, 128]
        event.environment = "test"
        event.scope = "keys under dr-test/"
        event.executedBy = "sre"
        event.requestedBy = "nightly"
        event.authorization = "CHG-1"
        event.purpose = "drill"
        // Known to be 0 is not the same as unknown.
        event.rtoTargetMs = 0
        event.rpoTargetMs = .max
        event.toolVersion = "0.1.0"
        event.seed = .max
        event.variables = [NamedValue("kind", "hang"), NamedValue(), NamedValue("", "x")]
        event.isDebug = true
        event.steps = [PlannedStep(name: "Block", component: "storage"), PlannedStep()]
        event.timeoutMs = 1_800_000
        event.sabotage = "queue-drops-writes"
        event.host = "Debian GNU/Linux 12"
        event.clockSource = "CLOCK_REALTIME"
        event.endpoints = [
            EndpointUsed(role: "primary", address: "http://[::1]:9", region: "auto", bucket: "b"),
            EndpointUsed(),
        ]
        return event
    }
}

extension RunStarted {
    static var full: RunStarted {
        var event = RunStarted()
        (event.time, event.slot, event.process) = (sampleTime, 1, 4_194_304)
        return event
    }
}

extension PrerequisiteChecked {
    static var full: PrerequisiteChecked {
        var event = PrerequisiteChecked()
        (event.name, event.verdict) = ("backup available", .inconclusive)
        (event.expected, event.observed) = ("put, get and delete", "403 AccessDenied")
        event.durationUs = 127
        return event
    }
}

extension CancelRequested {
    static var full: CancelRequested {
        var event = CancelRequested()
        (event.by, event.reason) = ("sre", "it is late")
        return event
    }
}

extension CleanupFinished {
    static var full: CleanupFinished {
        var event = CleanupFinished()
        event.actions = [
            CleanupAction(name: "lift faults", isDone: true, detail: "no fault is in force"),
            CleanupAction(),
        ]
        event.isComplete = true
        return event
    }
}

extension RunFinished {
    static var full: RunFinished {
        var event = RunFinished()
        (event.status, event.verdict, event.ending) = (.cancelled, .failed, .lost)
        event.time = sampleTime
        (event.rtoActualMs, event.rpoActualMs, event.rtoResolutionMs) = (12_345, 0, 128)
        event.errorMessage = "runner lost at step 3"
        event.stepsNotExecuted = ["Restore R2 service", "", "Process queued operations"]
        return event
    }
}
