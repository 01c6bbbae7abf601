import DRTesting

// What happens in a made-up drill, in the order in which a runner records it.

extension MadeUpDrill {
    private static let impactUs: UInt64 = 20_000_000

    var prerequisites: [TestEvent] {
        ["primary available", "storage is free", "breaker on"].map { name in
            var event = PrerequisiteChecked()
            (event.name, event.verdict, event.durationUs) = (name, .passed, 20_550)
            event.expected = "signed put, get and delete succeed"
            event.observed = "bucket dr-drill-primary: 60 bytes put, read, deleted"
            return .prerequisiteChecked(event)
        }
    }

    // MARK: What is broken, and what that changes

    var disturbance: [TestEvent] {
        let faults = ["reads", "writes", "deletes"].flatMap { fault($0) }
        var events = [steps, faults, changes, marks, notices].flatMap { $0 }
        if outcome == .cancelled {
            var event = CancelRequested()
            (event.by, event.reason) = ("ops", "somebody needs the storage")
            events.append(.cancelRequested(event))
        }
        return events
    }

    private var steps: [TestEvent] {
        SeededRun.steps.enumerated().map { index, name in
            var event = StepStarted()
            (event.index, event.name, event.component) = (UInt64(index), name, "storage")
            event.offsetUs = UInt64(index + 1) * 4_000_000
            return .stepStarted(event)
        }
    }

    private func fault(_ name: String) -> [TestEvent] {
        var planned = FaultPlanned()
        (planned.faultID, planned.endpoint, planned.kind) = (name, "primary", "refuse")
        (planned.fraction, planned.seed, planned.leaseMs) = (1, UInt64(number), 600_000)
        planned.undo = "the lease runs out; the proxy ends with its runner"
        var (effective, ended) = (FaultEffective(), FaultEnded())
        (effective.faultID, effective.offsetUs) = (name, Self.impactUs - 1000)
        (ended.faultID, ended.offsetUs, ended.reason) = (name, Self.impactUs + rtoUs / 2, "lifted")
        (effective.time, ended.time) = (start + effective.offsetUs, start + ended.offsetUs)
        return [.faultPlanned(planned), .faultEffective(effective), .faultEnded(ended)]
    }

    /// Two episodes.
    private var changes: [TestEvent] {
        let breaker = ["closed", "open", "half-open", "closed", "open", "half-open", "closed"]
        let health = [
            "healthy", "degraded", "unhealthy", "healthy", "degraded", "unhealthy", "healthy",
        ]
        return changes(of: "circuit_breaker", through: breaker)
            + changes(of: "health_monitor", through: health)
    }

    private func changes(of component: String, through states: [String]) -> [TestEvent] {
        zip(states, states.dropFirst()).enumerated().map { index, change in
            var event = ComponentChanged()
            event.component = component
            (event.from, event.to) = change
            event.offsetUs = Self.impactUs + UInt64(index) * rtoUs / 8
            return .componentChanged(event)
        }
    }

    /// From the impact until recovery is verified.
    private var marks: [TestEvent] {
        let offsets: [(String, UInt64)] = [
            ("impact", 0), ("detected", rtoUs / 6), ("lifted", rtoUs / 2),
            ("restored", rtoUs / 10 * 9), ("verified", rtoUs),
        ]
        return offsets.map { name, offset in
            var event = MarkRecorded()
            (event.mark, event.offsetUs) = (name, Self.impactUs + offset)
            event.time = start + event.offsetUs
            return .markRecorded(event)
        }
    }

    private var notices: [TestEvent] {
        (0..<4).map { index in
            var event = NoticeReceived()
            event.incident = "incident-\(number)-\(index / 2)"
            event.kind = index % 2 == 0 ? "degraded" : "recovered"
            event.offsetUs = Self.impactUs + UInt64(index) * 10_000_000
            event.time = start + event.offsetUs
            return .noticeReceived(event)
        }
    }

    private var rtoUs: UInt64 { rtoMs * 1000 }

    // MARK: What was measured

    var measures: [TestEvent] {
        var events = times
        events += (0..<44).map { TestEvent.metricRecorded(History.metric($0, start)) }
        events += ["before", "during", "after"].map { TestEvent.phaseSummarized(phase($0)) }
        events += [.timelineRecorded(timeline), .ledgerCompared(ledger)]
        if outcome == .failed { events.append(.operationsKept(lastOperations)) }
        return events
    }

    private var times: [TestEvent] {
        let rto = isMeasured ? Double(rtoMs) : nil
        let (detected, held) = (rto.map { $0 / 6 }, rto.map { $0 / 2 })
        return [
            metric("rto_actual_ms", "rto", rto, atMost: Double(Self.rtoTargetMs)),
            metric("rpo_actual_ms", "rpo", isMeasured ? 0 : nil, atMost: 60_000),
            metric("time_to_detect_ms", "custom", detected, atMost: nil),
            metric("fault_held_ms", "custom", held, atMost: nil),
            metric("recovery_after_lift_ms", "custom", held, atMost: nil),
            metric("refusal_p99_ms", "latency", 0.016, atMost: 10),
        ]
    }

    private func metric(
        _ name: String, _ type: String, _ value: Double?, atMost limit: Double?
    ) -> TestEvent {
        var event = MetricRecorded()
        (event.name, event.type, event.unit) = (name, type, "ms")
        (event.value, event.threshold, event.time) = (value, limit, end)
        if let value, let limit { event.passed = value <= limit }
        return .metricRecorded(event)
    }

    private func phase(_ name: String) -> PhaseSummarized {
        var event = PhaseSummarized()
        event.phase = name
        (event.served, event.deferred) = name == "during" ? (40, 60) : (100, 0)
        (event.p50Us, event.p90Us, event.p99Us, event.maximumUs) = (900, 2000, 4000, 9000)
        event.durationUs = 20_000_000
        return event
    }

    private var timeline: TimelineRecorded {
        var event = TimelineRecorded()
        event.binUs = 1_000_000
        event.bins = (0..<120).map { second in
            var bin = TimelineBin()
            let isServed = second < 20 || second > 80
            (bin.served, bin.deferred, bin.refused) = isServed ? (20, 0, 0) : (0, 12, 8)
            (bin.p50Us, bin.p99Us) = isServed ? (10_495, 46_545) : (0, 0)
            (bin.probesServed, bin.probesFailed) = isServed ? (10, 0) : (0, 10)
            return bin
        }
        return event
    }

    private var ledger: LedgerCompared {
        var event = LedgerCompared()
        (event.acknowledged, event.keys, event.intact) = (1200, 1000, 1000)
        (event.bytesCompared, event.subject) = (65_536_000, "final")
        return event
    }

    private var lastOperations: OperationsKept {
        var event = OperationsKept()
        event.stepIndex = 4
        event.operations = (0..<20).map { index in
            var operation = OperationKept()
            operation.offsetUs = Self.impactUs + UInt64(index) * 50_000
            (operation.kind, operation.outcome) = ("write", "deferred")
            (operation.key, operation.latencyUs) = ("objects/\(number)/\(index)", 250_000)
            return operation
        }
        return event
    }

    // MARK: What was found

    /// One check of many tells why a drill did not pass.
    var results: [TestEvent] {
        let checks = (0..<24).map { index -> TestEvent in
            var event = History.result(index)
            event.stepIndex = UInt64(index % SeededRun.steps.count)
            event.testName = SeededRun.steps[index % SeededRun.steps.count]
            event.observations = ["breaker.state", "fault.struck", "calls.served"].map { name in
                var observation = ObservationMade()
                (observation.name, observation.source) = (name, "client")
                (observation.expected, observation.value) = ("equals 1", "1")
                (observation.firstTrueUs, observation.verdict) = (125, .passed)
                return observation
            }
            if index == 23, outcome == .failed || outcome == .inconclusive {
                (event.verdict, event.errorMessage) = (verdict, message)
            }
            return .resultRecorded(event)
        }
        return checks + [.resultRecorded(objective)]
    }

    private var objective: ResultRecorded {
        var event = ResultRecorded()
        (event.component, event.testName) = ("objectives", Objective.Kind.recoveryTime.title)
        event.expectedResult = "at most \(Self.rtoTargetMs) ms"
        if isMeasured {
            event.actualResult = "\(rtoMs) ms"
            event.verdict = rtoMs <= Self.rtoTargetMs ? .passed : .failed
        } else {
            event.verdict = .inconclusive
        }
        return event
    }

    var cleanup: CleanupFinished {
        var event = CleanupFinished()
        event.actions = ["lift faults", "reset breaker", "remove the drill's objects"].map {
            CleanupAction(name: $0, isDone: true, detail: "nothing is left")
        }
        event.isComplete = true
        return event
    }
}
