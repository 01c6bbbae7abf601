import DRTesting

extension StepStarted {
    static var full: StepStarted {
        var event = StepStarted()
        (event.index, event.offsetUs) = (6, 61_000_000)
        (event.name, event.component) = ("Process queued operations", "operation_queue")
        return event
    }
}

extension ObservationMade {
    static var full: ObservationMade {
        var made = ObservationMade()
        (made.name, made.source) = ("proxy.requests_per_second", "wire")
        (made.expected, made.value) = ("equals 0", "0")
        (made.samples, made.firstTrueUs, made.deadlineUs) = (0, 0, 30_000_000)
        made.verdict = .passed
        return made
    }
}

extension ResultRecorded {
    static var full: ResultRecorded {
        var event = ResultRecorded()
        event.stepIndex = 1
        (event.component, event.testName) = ("circuit_breaker", "Trigger circuit breaker")
        event.expectedResult = "breaker.state equals open within 30 s"
        event.actualResult = "breaker.state was closed"
        event.verdict = .failed
        event.executionTimeUs = 30_000_001
        event.errorMessage = "it was closed"
        event.observations = [.full, ObservationMade(), .full]
        return event
    }
}

extension OperationsKept {
    static var full: OperationsKept {
        var operation = OperationKept()
        (operation.offsetUs, operation.latencyUs) = (1, 16_384)
        (operation.kind, operation.key) = ("write", "dr-test/a/object/1")
        (operation.outcome, operation.detail) = ("failed", "503 SlowDown: \u{202e}")
        var event = OperationsKept()
        event.stepIndex = 2
        event.operations = [operation, OperationKept()]
        return event
    }
}

extension LogRecorded {
    static var full: LogRecorded {
        var event = LogRecorded()
        event.time = sampleTime
        (event.eventType, event.component) = ("warning", "storage")
        (event.message, event.level) = ("closed → open\n\"quoted\" \\ 'apart'", "warn")
        event.metadata = [NamedValue("incident", "incident-1"), NamedValue("incident", "twice")]
        return event
    }
}

extension FaultPlanned {
    static var full: FaultPlanned {
        var event = FaultPlanned()
        (event.faultID, event.endpoint, event.kind) = ("outage", "primary", "reset-after")
        event.fraction = 0.1
        event.methods = ["PUT", "", "GET"]
        (event.keyPrefix, event.seed, event.leaseMs) = ("dr-test/", 42, 5000)
        event.undo = "the lease runs out"
        return event
    }
}

extension FaultEffective {
    static var full: FaultEffective {
        var event = FaultEffective()
        (event.faultID, event.time, event.offsetUs) = ("outage", sampleTime, 4_000_000)
        return event
    }
}

extension FaultEnded {
    static var full: FaultEnded {
        var event = FaultEnded()
        (event.faultID, event.reason) = ("outage", "expired")
        (event.time, event.offsetUs) = (sampleTime, 9_000_000)
        return event
    }
}

extension NoticeReceived {
    static var full: NoticeReceived {
        var event = NoticeReceived()
        (event.incident, event.kind) = ("incident-1", "degraded")
        (event.time, event.offsetUs) = (sampleTime, 5_000_000)
        return event
    }
}

extension ComponentChanged {
    static var full: ComponentChanged {
        var event = ComponentChanged()
        (event.component, event.from, event.to) = ("circuit_breaker", "closed", "open")
        event.offsetUs = 4_100_000
        return event
    }
}

extension ExternalChangePlanned {
    static var full: ExternalChangePlanned {
        var event = ExternalChangePlanned()
        (event.changeID, event.kind) = ("change-1", "http")
        event.description = "POST http://127.0.0.1:8081/break"
        event.undo = #"{"call":{"http":{"url":"http://127.0.0.1:8081/ä?key=${KEY}"}}}"#
        return event
    }
}

extension ExternalChangeUndone {
    static var full: ExternalChangeUndone {
        var event = ExternalChangeUndone()
        (event.changeID, event.by, event.isDone) = ("change-1", "next start", true)
        event.detail = "POST http://127.0.0.1:8081/mend: 204"
        return event
    }
}
