import DRTesting
import EventLog

/// What is written of a run that is made up.
struct SampleDrill {
    var scenario = "Failover Mechanism"
    var target = "staging"
    var purpose = "drill"
    var testType = "failover_mechanism"

    /// The first event of the run, with everything that a runner says there.
    var request: RunRequested {
        var request = RunRequested()
        (request.runKey, request.scenarioName) = ("key of \(scenario)", scenario)
        (request.testType, request.scenarioID) = (testType, 5)
        request.scenarioDigest = [UInt8](repeating: 1, count: 32)
        request.scenarioText = "name: \(scenario)\n"
        (request.targetName, request.targetKind) = (target, "builtin")
        request.targetDigest = [UInt8](repeating: 2, count: 32)
        (request.environment, request.scope) = ("staging", "a bucket for drills")
        (request.executedBy, request.requestedBy) = ("nightly", "ops")
        (request.authorization, request.purpose) = ("CHG-7", purpose)
        (request.rtoTargetMs, request.rpoTargetMs) = (120_000, 60_000)
        (request.toolVersion, request.clockSource) = ("1.0.0", "CLOCK_REALTIME")
        request.steps = [PlannedStep(name: "Break it", component: "storage")]
        request.endpoints = ["primary", "secondary", "backup"].map {
            EndpointUsed(role: $0, address: "https://\($0).example", region: "r", bucket: "b")
        }
        return request
    }

    /// - Parameter rto: in milliseconds; `nil`: unknown.
    static func end(
        _ verdict: Verdict, rto: UInt64? = nil, message: String = ""
    ) -> RunFinished {
        var finish = RunFinished()
        finish.status =
            switch verdict {
            case .passed: .completed
            case .failed, .inconclusive: .failed
            case .none: .cancelled
            }
        (finish.verdict, finish.ending) = (verdict, verdict == .none ? .cancelled : .finished)
        (finish.rtoActualMs, finish.errorMessage) = (rto, message)
        return finish
    }
}

/// A run that was begun: the position of its first event, and its stream.
struct SampleRun {
    let id: UInt64
    let stream: String
}

extension SampleLog.Writer {
    /// Appends the first events of a run, as one append.
    func begin(_ events: [TestEvent]) async throws -> SampleRun {
        let stream = "run/\(newID())"
        let receipt = try await store.append(
            events.map { new($0) }, to: stream, expecting: .noStream)
        return SampleRun(id: receipt.firstPosition, stream: stream)
    }

    func begin(_ drill: SampleDrill = SampleDrill()) async throws -> SampleRun {
        try await begin([.runRequested(drill.request), .runStarted(.sample)])
    }

    /// - Returns: the position of the last of them.
    @discardableResult
    func add(_ events: [TestEvent], to run: SampleRun) async throws -> UInt64 {
        try await add(events, toStream: run.stream)
    }

    /// - Returns: the position of the last of them.
    @discardableResult
    func add(_ events: [TestEvent], toStream stream: String) async throws -> UInt64 {
        let receipt = try await store.append(
            events.map { new($0) }, to: stream, expecting: .any)
        return receipt.lastPosition
    }

    /// A whole run.
    ///
    /// - Parameter verdict: `none` for one that was called off.
    /// - Returns: the positions of its first and its last event.
    @discardableResult
    func run(
        _ verdict: Verdict, of drill: SampleDrill = SampleDrill(), rto: UInt64? = nil,
        message: String = ""
    ) async throws -> (id: UInt64, end: UInt64) {
        let run = try await begin(drill)
        let end = TestEvent.runFinished(SampleDrill.end(verdict, rto: rto, message: message))
        return (run.id, try await add([end], to: run))
    }

    private func new(_ event: TestEvent) -> NewEvent {
        NewEvent(id: newID(), number: event.number, payload: event.payload)
    }

    private func newID() -> EventID {
        var generator = SystemRandomNumberGenerator()
        return EventID(time: SampleLog.start, using: &generator)
    }
}

extension TestEvent {
    static func cadence(
        _ id: UInt64 = 1, scenario: String = "Failover Mechanism", target: String = "staging",
        days: UInt64 = 7, isChange: Bool = false
    ) -> TestEvent {
        var cadence = CadenceDefinition()
        (cadence.id, cadence.scenarioName, cadence.targetName) = (id, scenario, target)
        (cadence.intervalMs, cadence.graceMs) = (days * 86_400_000, 86_400_000)
        (cadence.reason, cadence.by) = ("the policy says so", "ops")
        return isChange ? .cadenceChanged(cadence) : .cadenceCreated(cadence)
    }

    static func excuse(_ id: UInt64 = 1, due: UInt64) -> TestEvent {
        var excuse = ExcuseDefinition()
        (excuse.id, excuse.scenarioName) = (id, "Failover Mechanism")
        (excuse.targetName, excuse.dueTime) = ("staging", due)
        (excuse.reason, excuse.executor) = ("moving house", "nightly")
        (excuse.approver, excuse.by) = ("risk", "ops")
        return .excuseCreated(excuse)
    }

    static func schedule(_ id: UInt64, _ name: String) -> TestEvent {
        var schedule = ScheduleDefinition()
        (schedule.id, schedule.scenarioID, schedule.scheduleName) = (id, 5, name)
        (schedule.cronExpression, schedule.timeZone, schedule.by) = ("0 3 * * *", "UTC", "ops")
        return .scheduleCreated(schedule)
    }

    static func scenario(
        _ id: UInt64, _ name: String, rto: UInt64?, isChange: Bool = false
    ) -> TestEvent {
        var scenario = ScenarioDefinition()
        (scenario.id, scenario.scenarioName, scenario.testType) = (id, name, "custom")
        (scenario.rtoTargetMs, scenario.by) = (rto, "ada")
        return isChange ? .scenarioChanged(scenario) : .scenarioCreated(scenario)
    }

    /// A report was made.
    static var report: TestEvent {
        var report = ReportGenerated()
        (report.reportName, report.reportType) = ("Weekly", "weekly")
        return .reportGenerated(report)
    }
}
