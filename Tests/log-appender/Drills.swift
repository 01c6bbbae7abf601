import DRTesting
import EventLog
import Foundation
import Synchronization

extension LogAppender {
    private static let minute: UInt64 = 60_000_000
    private static let day: UInt64 = 1440 * minute

    /// Appends weeks of drills that are made up, as if time had gone by: each week the same ones,
    /// of every outcome, purpose and environment that reports tell apart. Signs a checkpoint.
    static func drills(_ arguments: inout Arguments) async throws {
        let directory = DataDirectory.standard(
            arguments.next("DATA"), environment: ProcessInfo.processInfo.environment)
        let weeks = arguments.nextNumber("WEEKS")
        let now = LogClock.system.now()
        let end = arguments.text("--until").flatMap { UInt64($0) } ?? now
        let clock = SetClock(end - UInt64(weeks) * 7 * day)
        let store = try await retrying(attempts: 20) { try EventStore(directory, clock: clock.log) }
        let writer = DrillWriter(store: store, clock: clock)
        try await writer.keepCadences()
        for week in (0..<UInt64(weeks)).reversed() {
            let start = end - (week + 1) * 7 * day
            for (index, drill) in MadeUpDrill.week(isLast: week == 0).enumerated() {
                clock.set(start + UInt64(index + 1) * day / 2)
                try await writer.run(drill, lasting: 10 * minute)
            }
        }
        clock.set(end)
        let outside = directory.outside(logID: store.reader.logID)
        let signed = try await store.signCheckpoint(outside: outside)
        print("drills", signed.size)
    }
}

/// A clock that somebody sets, forward only.
final class SetClock: Sendable {
    private let time: Mutex<UInt64>

    init(_ start: UInt64) { time = Mutex(start) }

    var now: UInt64 { time.withLock { $0 } }
    var log: LogClock { LogClock(now: { self.now }, uptime: { self.now }) }

    func set(_ now: UInt64) { time.withLock { $0 = max($0, now) } }
}

/// What a run is about, and what became of it.
private struct MadeUpDrill {
    enum Outcome { case passed, failed, inconclusive, cancelled, lost }

    var name: String
    var testType: String
    var scenarioID: UInt64
    var outcome: Outcome
    var target = "staging"
    var targetKind = "builtin"
    var environment = "staging"
    var purpose = "drill"
    /// How long the recovery took; none of a run that was called off or lost.
    var rtoMs: UInt64 = 61_000

    private static func outage(_ outcome: Outcome) -> MadeUpDrill {
        MadeUpDrill(
            name: "Complete R2 Outage Simulation", testType: "full_outage", scenarioID: 1,
            outcome: outcome)
    }

    private static func backup(_ outcome: Outcome) -> MadeUpDrill {
        MadeUpDrill(
            name: "Backup and Restore", testType: "backup_restore", scenarioID: 4,
            outcome: outcome)
    }

    private static func failover(_ outcome: Outcome) -> MadeUpDrill {
        MadeUpDrill(
            name: "Failover Mechanism", testType: "failover_mechanism", scenarioID: 5,
            outcome: outcome)
    }

    /// - Parameter isLast: in the last one, a failover is put right and a backup is not.
    static func week(isLast: Bool) -> [MadeUpDrill] {
        var production = outage(.passed)
        (production.target, production.environment) = ("prod-r2", "production")
        var proof = failover(.failed)
        proof.purpose = "proof"
        var embedded = outage(.passed)
        (embedded.target, embedded.targetKind) = ("embedded", "embedded")
        embedded.environment = "test"
        var slow = failover(isLast ? .passed : .failed)
        slow.rtoMs = isLast ? 90_000 : 130_000
        return [
            outage(.passed), slow, proof, backup(isLast ? .failed : .passed), embedded, production,
            outage(.inconclusive), outage(.cancelled), outage(.lost), outage(.passed),
        ]
    }
}

/// Writes runs as a runner does, though in fewer events.
private struct DrillWriter {
    let store: EventStore
    let clock: SetClock

    /// One that drills keep up with, and one that nobody does.
    func keepCadences() async throws {
        let rows: [(UInt64, String)] = [
            (1, "Complete R2 Outage Simulation"), (2, "Performance Benchmark"),
        ]
        for (id, name) in rows {
            var cadence = CadenceDefinition()
            (cadence.id, cadence.scenarioName, cadence.targetName) = (id, name, "staging")
            (cadence.intervalMs, cadence.graceMs) = (7 * 86_400_000, 86_400_000)
            (cadence.reason, cadence.by) = ("the recovery plan, section 4", "ops")
            try await append([.cadenceCreated(cadence)], to: "cadences")
        }
    }

    func run(_ drill: MadeUpDrill, lasting length: UInt64) async throws {
        let stream = "run/\(id())"
        let start = clock.now
        try await append(beginning(of: drill, at: start), to: stream)
        clock.set(start + length)
        let end = TestEvent.runFinished(finish(of: drill))
        switch drill.outcome {
        case .cancelled, .lost: try await append([end], to: stream)
        case .passed, .failed, .inconclusive:
            try await append(course(of: drill) + results(of: drill) + [end], to: stream)
        }
    }

    private func beginning(of drill: MadeUpDrill, at start: UInt64) -> [TestEvent] {
        var request = RunRequested()
        (request.runKey, request.scenarioName) = ("\(id())", drill.name)
        (request.testType, request.scenarioID) = (drill.testType, drill.scenarioID)
        request.scenarioDigest = [UInt8](repeating: UInt8(drill.scenarioID), count: 32)
        request.scenarioText = "name: \(drill.name)\n"
        (request.targetName, request.targetKind) = (drill.target, drill.targetKind)
        request.targetDigest = [UInt8](repeating: 2, count: 32)
        (request.environment, request.scope) = (drill.environment, "keys of drills alone")
        (request.executedBy, request.requestedBy) = ("nightly", "ops")
        (request.authorization, request.purpose) = ("CHG-7", drill.purpose)
        (request.rtoTargetMs, request.rpoTargetMs) = (120_000, 60_000)
        (request.toolVersion, request.clockSource) = ("0.1.0", "CLOCK_REALTIME")
        request.steps = [PlannedStep(name: "Recover", component: "storage")]
        request.endpoints = ["primary", "secondary", "backup"].map {
            EndpointUsed(role: $0, address: "https://\($0).example", region: "eu", bucket: $0)
        }
        var started = RunStarted()
        started.time = start
        return [.runRequested(request), .runStarted(started)]
    }

    /// The fault, the marks of the recovery, the load and its losses.
    private func course(of drill: MadeUpDrill) -> [TestEvent] {
        let rto = drill.rtoMs * 1000
        var planned = FaultPlanned()
        (planned.faultID, planned.endpoint, planned.kind) = ("outage", "primary", "refuse")
        planned.fraction = 1
        var (effective, ended) = (FaultEffective(), FaultEnded())
        (effective.faultID, effective.offsetUs) = ("outage", 1_000_000)
        (ended.faultID, ended.offsetUs, ended.reason) = ("outage", rto / 2, "lifted")
        var step = StepStarted()
        (step.name, step.component) = ("Recover", "storage")
        let marks: [(String, UInt64)] = [
            ("impact", 1_100_000), ("detected", 2_000_000), ("lifted", rto / 2),
            ("restored", rto), ("verified", 1_100_000 + rto),
        ]
        var change = ComponentChanged()
        (change.component, change.from, change.to) = ("circuit_breaker", "closed", "open")
        change.offsetUs = 2_000_000
        var ledger = LedgerCompared()
        (ledger.acknowledged, ledger.keys, ledger.intact) = (120, 100, 100)
        (ledger.bytesCompared, ledger.subject) = (204_800, "final")
        if drill.outcome == .failed { (ledger.intact, ledger.corrupt) = (99, 1) }
        return [.faultPlanned(planned), .stepStarted(step), .faultEffective(effective)]
            + marks.map { mark($0, at: $1) }
            + [.componentChanged(change), .faultEnded(ended)]
            + ["before", "during", "after"].map { phase($0) } + [.ledgerCompared(ledger)]
    }

    private func mark(_ name: String, at offset: UInt64) -> TestEvent {
        var mark = MarkRecorded()
        (mark.mark, mark.offsetUs, mark.time) = (name, offset, clock.now)
        return .markRecorded(mark)
    }

    private func phase(_ name: String) -> TestEvent {
        var phase = PhaseSummarized()
        phase.phase = name
        (phase.served, phase.deferred) = name == "during" ? (40, 60) : (100, 0)
        (phase.p50Us, phase.p90Us, phase.p99Us, phase.maximumUs) = (900, 2000, 4000, 9000)
        phase.durationUs = 10_000_000
        return .phaseSummarized(phase)
    }

    private func results(of drill: MadeUpDrill) -> [TestEvent] {
        let isInTime = drill.rtoMs <= 120_000
        var metric = MetricRecorded()
        (metric.name, metric.type, metric.unit) = ("rto_actual_ms", "rto", "ms")
        (metric.value, metric.threshold, metric.passed) = (
            Double(drill.rtoMs), 120_000, isInTime
        )
        var result = ResultRecorded()
        (result.component, result.testName, result.verdict) = ("storage", "Recover", drill.verdict)
        result.errorMessage = drill.message
        var objective = ResultRecorded()
        objective.component = "objectives"
        objective.testName = Objective.Kind.recoveryTime.title
        objective.verdict = isInTime ? .passed : .failed
        var cleanup = CleanupFinished()
        cleanup.isComplete = true
        return [
            .metricRecorded(metric), .resultRecorded(result), .resultRecorded(objective),
            .cleanupFinished(cleanup),
        ]
    }

    private func finish(of drill: MadeUpDrill) -> RunFinished {
        var finish = RunFinished()
        (finish.verdict, finish.time) = (drill.verdict, clock.now)
        (finish.status, finish.ending) = drill.end
        finish.errorMessage = drill.message
        if ![.cancelled, .lost].contains(drill.outcome) {
            (finish.rtoActualMs, finish.rpoActualMs) = (drill.rtoMs, 0)
            finish.rtoResolutionMs = 100
        }
        return finish
    }

    private func append(_ events: [TestEvent], to stream: String) async throws {
        let new = events.map { event in
            NewEvent(id: id(), number: event.number, payload: event.payload)
        }
        _ = try await store.append(new, to: stream, expecting: .any)
    }

    private func id() -> EventID {
        var generator = SystemRandomNumberGenerator()
        return EventID(time: clock.now, using: &generator)
    }
}

extension MadeUpDrill {
    fileprivate var verdict: Verdict {
        switch outcome {
        case .passed: .passed
        case .failed: .failed
        case .inconclusive, .lost: .inconclusive
        case .cancelled: .none
        }
    }

    fileprivate var message: String {
        switch outcome {
        case .passed: ""
        case .failed: "an object differs"
        case .inconclusive: "nothing was observed"
        case .cancelled: "somebody needed the storage"
        case .lost: "the runner ended before its time"
        }
    }

    fileprivate var end: (RunStatus, RunEnding) {
        switch outcome {
        case .passed: (.completed, .finished)
        case .failed, .inconclusive: (.failed, .finished)
        case .cancelled: (.cancelled, .cancelled)
        case .lost: (.failed, .lost)
        }
    }
}
