internal import DRTesting
internal import EventLog
internal import FaultProxy
internal import FoundationEssentials
internal import ResilientStorage
internal import S3
internal import Synchronization

/// One run under way: the storage system, the load on it, and what was seen.
///
/// `perform` takes the steps and may be cancelled at any point; `conclude` is then always called,
/// and cleans up.
final class Drill: Sendable {
    let request: RunRequest
    let runKey: String
    let directory: String
    let journal: RunJournal
    let runs: UnfinishedRuns
    let clock: RunClock
    let facts = RunFacts()
    let progress: @Sendable (RunProgress) -> Void
    /// What the program has registered, and what the scenario observes for itself.
    let extensions: ScenarioExtensions
    let outside: OutsideCaller
    let changes: OutsideChanges

    private struct Parts: Sendable {
        var system: SystemUnderTest?
        var workload: Workload?
        var probes: Probes?
        var lease: TargetLease?
        var watchers: [Task<Void, Never>] = []
        var current: (index: Int, began: ContinuousClock.Instant)?
        var waitingFor = ""
    }

    private let parts = Mutex(Parts())
    private let storageEvents: AsyncStream<StorageEvent>
    private let storageEventSink: AsyncStream<StorageEvent>.Continuation

    init(
        request: RunRequest, runKey: String, directory: String, journal: RunJournal,
        runs: UnfinishedRuns, clock: RunClock, progress: @escaping @Sendable (RunProgress) -> Void
    ) {
        (self.request, self.runKey, self.directory) = (request, runKey, directory)
        (self.journal, self.runs, self.clock, self.progress) = (journal, runs, clock, progress)
        (storageEvents, storageEventSink) = AsyncStream.makeStream()
        outside = OutsideCaller(
            allowance: request.target.allowance,
            environment: ProcessInfo.processInfo.environment)
        extensions = request.extensions.adding(
            request.scenario.probes, through: outside, runKey: runKey)
        changes = OutsideChanges(
            runKey: runKey, directory: runs.store.directory.runs, journal: journal, caller: outside,
            watchdog: request.watchdog)
    }

    var keys: DrillKeys { DrillKeys(runKey: runKey) }
    var system: SystemUnderTest? { parts.withLock { $0.system } }
    var workload: Workload? { parts.withLock { $0.workload } }
    var probes: Probes? { parts.withLock { $0.probes } }
    var lease: TargetLease? { parts.withLock { $0.lease } }

    /// - Returns: whether all prerequisites were met, so that steps were taken.
    func perform() async throws -> Bool {
        try await setUp()
        guard try await checkPrerequisites() else { return false }
        try await startLoad()
        guard try await becomeSteady() else { return false }
        if try await takeSteps() { try await compareIfNoStepDid() }
        return true
    }

    private func setUp() async throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let observer: @Sendable (StorageEvent) -> Void = { [weak self] in self?.observe($0) }
        // What is half set up cannot be closed.
        let system = try await toItsEnd { [request, keys, directory] in
            try await SystemUnderTest.make(
                request.target,
                setting: SystemUnderTest.Setting(
                    directory: directory, keys: keys, usesFailover: request.scenario.usesFailover,
                    system: request.scenario.system,
                    rate: request.scenario.workload.operationsPerSecond),
                sabotage: request.sabotage, observer: observer)
        }
        parts.withLock { $0.system = system }
        let watcher = Task { for await event in storageEvents { await note(event) } }
        let ticker = Task {
            while !Task.isCancelled {
                tick()
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        parts.withLock { $0.watchers = [watcher, ticker] }
    }

    /// Does something that must not be left half done, also if the run is called off meanwhile.
    func toItsEnd<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await Task(operation: body).value
    }

    /// Called by the storage system, which goes on when this returns.
    private func observe(_ event: StorageEvent) {
        facts.update { $0.note(event) }
        if case .drained(let entry, let instant) = event, let write = entry.numberedWrite {
            system?.primary.wire.acknowledged(write, of: entry.operation.key, at: instant)
        }
        // Not when the event is logged: what decides might be forgotten by then.
        if case .failover(let from, let to, _, _) = event { keepLedger(from: from, to: to) }
        storageEventSink.yield(event)
    }

    private func note(_ event: StorageEvent) async {
        switch event {
        case .breaker(let change, _, let instant):
            await noteChange(
                of: "circuit_breaker", from: change.from.rawValue, to: change.to.rawValue,
                at: instant)
        case .health(let change, _):
            await noteChange(
                of: "health_monitor", from: change.from.rawValue, to: change.to.rawValue,
                at: change.instant)
        case .degradedEntered(let incident, _):
            await log(.warning, "storage", "degraded mode entered", [("incident", incident)])
        case .degradedLeft(let incident, _):
            await log(.info, "storage", "degraded mode left", [("incident", incident)])
        case .noticeSent(let kind, let incident, _):
            await log(
                .info, "notifications", "notice sent: \(kind.rawValue)", [("incident", incident)])
        case .noticeFailed(let reason, _):
            await log(.warning, "notifications", "a notice was not taken: \(reason)")
        case .failover(let from, let to, _, let instant):
            follow(to, from: from, since: instant)
            await noteChange(
                of: "failover", from: from.rawValue, to: to.rawValue, at: instant)
        case .reconciled(let result, _): await log(.info, "failover", result.words)
        case .reconciliationFailed(let reason, _):
            await log(.warning, "failover", "the storages were not reconciled: \(reason)")
        case .attemptFailed(let reason, let attempt, _, _) where request.isDebug:
            await log(.debug, "storage", "attempt \(attempt) failed: \(reason)")
        case .retried(let attempt, _, _, _, _) where request.isDebug:
            await log(.debug, "storage", "attempt \(attempt) begins")
        case .drained(let entry, _) where request.isDebug:
            await log(.debug, "operation_queue", "delivered \(entry.operation.key)")
        default: break
        }
    }

    private func noteChange(
        of component: String, from: String, to: String, at instant: ContinuousClock.Instant
    ) async {
        var change = ComponentChanged()
        (change.component, change.from, change.to) = (component, from, to)
        change.offsetUs = clock.offset(of: instant)
        await journal.note(.componentChanged(change))
        await log(.info, component, "\(from) → \(to)")
    }

    // MARK: The load

    private func startLoad() async throws {
        guard let system else { return }
        let workload = Workload(
            store: system.store, plan: request.scenario.workload, prefix: keys.data,
            seed: request.seed, clock: clock
        ) { [wire = system.primary.wire] in wire.acknowledged($0, of: $1, at: $2) }
        let probes = Probes(of: system.probed, clock: clock)
        // A write that nobody waits for lands when the objects have been removed.
        try await toItsEnd { try await probes.prepare() }
        let prober = Task { await probes.run() }
        parts.withLock { parts in
            (parts.workload, parts.probes) = (workload, probes)
            parts.watchers.append(prober)
        }
        workload.start()
    }

    /// Ends reads and writes and waits for those under way. Once.
    func stopLoad() async {
        guard let workload else { return }
        await workload.stop()
        probes?.pause()
        facts.update { $0.writersStopped = $0.writersStopped ?? .now }
    }

    /// Starts no more operations and probes, and waits for those under way.
    func pauseLoad() async {
        probes?.pause()
        await workload?.stop()
        await probes?.rest()
    }

    func resumeLoad() {
        probes?.resume()
        workload?.start()
    }

    func stopWatchers() async {
        storageEventSink.finish()
        let watchers = parts.withLock { $0.watchers }
        for watcher in watchers.dropFirst() { watcher.cancel() }
        for watcher in watchers { await watcher.value }
    }

    /// Ends with the others that watch.
    func addWatcher(_ watcher: Task<Void, Never>) {
        parts.withLock { $0.watchers.append(watcher) }
    }

    func hold(_ lease: TargetLease) { parts.withLock { $0.lease = lease } }

    // MARK: For those who watch

    func setWaiting(_ text: String) { parts.withLock { $0.waitingFor = text } }

    private func tick() {
        let (waitingFor, workload, probes) = parts.withLock {
            ($0.waitingFor, $0.workload, $0.probes)
        }
        let now = ContinuousClock.now
        // What a terminal has room for: looking must not cost more as the run goes on.
        let start = max(clock.start, now - .seconds(30))
        let timeline = workload.map { workload in
            var timeline = Timeline(clock: clock, from: start)
            for sample in workload.history.ended(after: start) { timeline.add(sample) }
            for sample in probes?.ended(after: start) ?? [] { timeline.add(sample) }
            return timeline.recorded(to: now)
        }
        let windows = facts.all.faults.map { fault in
            let begin = fault.effective - clock.start
            return begin..<max((fault.ending?.ended ?? now) - clock.start, begin)
        }
        progress(
            .waiting(
                RunTick(
                    elapsed: now - clock.start, waitingFor: waitingFor,
                    start: .microseconds(Int64(timeline?.startUs ?? 0)),
                    bins: Array((timeline?.bins ?? []).dropLast()), faults: windows)))
    }

    enum Level: String {
        case debug, info, warning = "warn", error
    }

    func log(
        _ level: Level, _ component: String, _ message: String, _ metadata: [(String, String)] = []
    ) async {
        var entry = LogRecorded()
        entry.time = clock.time(of: .now)
        entry.eventType = level == .warning ? "warning" : level == .error ? "error" : "info"
        (entry.component, entry.message, entry.level) = (component, message, level.rawValue)
        entry.metadata = metadata.map { NamedValue($0.0, $0.1) }
        await journal.note(.logRecorded(entry))
    }
}

extension WorkloadPlan {
    fileprivate var operationsPerSecond: Double { readsPerSecond + writesPerSecond }
}

extension QueueEntry {
    /// The number that the load gave to a write.
    fileprivate var numberedWrite: Int? {
        guard case .put(_, let metadata) = operation.action else { return nil }
        return metadata[Workload.sequenceHeader].flatMap { Int($0) }
    }
}
