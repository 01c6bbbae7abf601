internal import DRTesting
public import EventLog
internal import FoundationEssentials
internal import Synchronization

/// Runs scenarios, one at a time for each slot of the data directory, and records them.
///
/// However a run ends, by itself, cancelled, timed out or by an error, what it broke is put back
/// and its last event is written. A runner that is killed is closed by the next start.
public final class Runner: Sendable {
    private struct State {
        var task: Task<Bool, any Error>?
        var stop: StopReason?
    }

    private let store: EventStore
    private let slots: Int
    private let outside: OutsideCheckpoints?
    private let progress: @Sendable (RunProgress) -> Void
    private let state = Mutex(State())

    /// - Parameter slots: how many runs may be under way at once on this data directory.
    public init(
        store: EventStore, slots: Int, outside: OutsideCheckpoints?,
        progress: @escaping @Sendable (RunProgress) -> Void
    ) {
        (self.store, self.slots, self.outside) = (store, slots, outside)
        self.progress = progress
    }

    /// Ends the run under way with a cleanup. The first reason counts.
    public func stop(_ reason: StopReason) {
        let task = state.withLock { state in
            state.stop = state.stop ?? reason
            return state.task
        }
        // Without the lock: what is cancelled may go on at once, and come back here.
        task?.cancel()
    }

    public var stopReason: StopReason? { state.withLock { $0.stop } }

    /// - Throws: `RunnerError`: `.busy`, `.usage`, `.notRecorded`.
    public func run(_ request: RunRequest) async throws -> RunReport {
        // Here too, whoever asks: a run that may not be leaves no trace.
        try request.checkPermission()
        try request.checkCalls()
        state.withLock { $0 = State() }
        let runs = store.directory.runs
        let key = request.key ?? Self.drawnID()
        let holder = "run \(key) of process \(ProcessInfo.processInfo.processIdentifier)"
        let slot = try RunSlots(directory: runs, wanted: slots).take(holder: holder)
        guard let lock = try RunLock.take("\(runs)/\(key).lock", holder: holder) else {
            throw RunnerError(.internal, "the lock of a new run is taken")
        }
        try await requireUnused(key)
        let journal = RunJournal(
            store: store, runKey: key,
            makeID: { Self.drawnID() },
            onForeign: { [weak self] event in
                if case .cancelRequested(let request) = event {
                    self?.stop(.cancelled(by: request.by))
                }
            })
        let report = try await record(request, key: key, journal: journal, slot: slot.number)
        withExtendedLifetime((slot.lock, lock)) {
            try? FileManager.default.removeItem(atPath: "\(runs)/\(key).lock")
        }
        return report
    }

    /// A retry with the key of a run that is recorded would be taken for that run, and write on in
    /// its stream.
    private func requireUnused(_ key: EventID) async throws {
        let stream = RunJournal.stream(of: "\(key)")
        if try await store.read({ try $0.revision(ofStream: stream) }) > 0 {
            throw RunnerError(.usage, "run \(key) is recorded already")
        }
    }

    private func record(
        _ request: RunRequest, key: EventID, journal: RunJournal, slot: Int
    ) async throws -> RunReport {
        try await journal.request(request.recorded(key: key), runKey: key)
        // No run fails for want of them: the next one tries again.
        try? await BuiltinCatalog.record(in: store)
        let clock = RunClock(start: .now, startTime: Self.now())
        var started = RunStarted()
        (started.time, started.slot) = (clock.startTime, UInt64(slot))
        started.process = UInt64(ProcessInfo.processInfo.processIdentifier)
        try await journal.record(.start(started))
        progress(
            .recorded(
                id: await journal.firstPosition, scenario: request.scenario,
                target: request.target.name))
        let body = makeBody(of: request, key: key, journal: journal, clock: clock)
        let problem = await perform(body, of: request, journal: journal)
        return try await conclude(body, journal: journal, problem: problem)
    }

    private func makeBody(
        of request: RunRequest, key: EventID, journal: RunJournal, clock: RunClock
    ) -> any RunBody {
        let directory = "\(store.directory.runs)/\(key)"
        if let experiment = request.experiment {
            let outside = ActivityCaller(
                experiment, allowance: request.target.allowance, runKey: "\(key)",
                runs: store.directory.runs, journal: journal, watchdog: request.watchdog)
            return ExperimentDrill(
                experiment, directory: directory, journal: journal, clock: clock,
                outside: outside, progress: progress)
        }
        return Drill(
            request: request, runKey: "\(key)", directory: directory, journal: journal,
            runs: UnfinishedRuns(store: store), clock: clock, progress: progress)
    }

    // MARK: Performing

    /// - Returns: what went wrong, if anything did.
    private func perform(
        _ body: any RunBody, of request: RunRequest, journal: RunJournal
    ) async -> (any Error)? {
        let task = Task { try await body.perform() }
        let isStopped = state.withLock { state in
            state.task = task
            return state.stop != nil
        }
        // A stop that came before there was anything to stop.
        if isStopped { task.cancel() }
        let watchers = [
            Task {
                try? await Task.sleep(for: request.timeout)
                if !Task.isCancelled { stop(.timedOut) }
            },
            Task { await watchForCancellation(journal) },
            Task { await watchAbort(body, of: request) },
        ]
        defer { for watcher in watchers { watcher.cancel() } }
        switch await task.result {
        case .success: return nil
        case .failure(is CancellationError): return nil
        case .failure(let error): return error
        }
    }

    /// Other programs cancel a run by an event on its stream.
    private func watchForCancellation(_ journal: RunJournal) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(50))
            // Only what was appended by others: nothing is read while nothing came.
            guard
                let revision = try? await store.read({ [stream = journal.stream] reader in
                    try reader.revision(ofStream: stream)
                })
            else { continue }
            if await journal.isBehind(revision) { try? await journal.synchronize() }
            if await journal.failure != nil { stop(.aborted("the log cannot be written")) }
        }
    }

    private func watchAbort(_ body: any RunBody, of request: RunRequest) async {
        while !Task.isCancelled, !request.scenario.abortWhen.isEmpty {
            try? await Task.sleep(for: .milliseconds(250))
            if let reason = await body.reasonToAbort() { stop(.aborted(reason)) }
        }
    }

    // MARK: Concluding

    private func conclude(
        _ body: any RunBody, journal: RunJournal, problem: (any Error)?
    ) async throws -> RunReport {
        // First of all: no fault outlives its drill, whatever happens to the log.
        _ = await body.liftFaults()
        await body.stopLoad()
        let stop = stopReason
        // If they cannot be recorded, neither can what follows, which then says so.
        let measures = try? await body.measure(isJudged: stop?.ending != .cancelled)
        let cleanup = await body.cleanUp()
        try await journal.write([.cleanupFinished(cleanup)])
        let judgement = Judgement(
            run: await journal.run, stop: stop, cleanup: cleanup, problem: problem,
            isUnrecovered: measures?.recovery?.isUnrecovered ?? false)
        var finish = RunFinished(judgement, measures)
        finish.time = Self.now()
        finish.ending = stop?.ending ?? .finished
        finish.stepsNotExecuted = await journal.run.stepsNotBegun
        try await journal.finish(finish)
        let report = await sign(
            RunReport(
                id: journal.firstPosition, run: journal.run,
                metrics: body.metrics + (measures?.metrics ?? []),
                checkpointSize: nil, checkpointProblem: nil))
        progress(.ended(report))
        return report
    }

    private func sign(_ report: RunReport) async -> RunReport {
        do {
            let signed = try await store.signCheckpoint(outside: outside)
            return RunReport(
                id: report.id, run: report.run, metrics: report.metrics,
                checkpointSize: signed.size, checkpointProblem: signed.outsideProblem)
        } catch {
            return RunReport(
                id: report.id, run: report.run, metrics: report.metrics, checkpointSize: nil,
                checkpointProblem: "\(error)")
        }
    }

    private static func drawnID() -> EventID {
        var generator = SystemRandomNumberGenerator()
        return EventID(time: now(), using: &generator)
    }

    static func now() -> UInt64 { UInt64(Date().timeIntervalSince1970 * 1_000_000) }
}

extension RunFinished {
    fileprivate init(_ judgement: Judgement, _ measures: Measures?) {
        self.init()
        (verdict, status) = (judgement.verdict, judgement.status)
        errorMessage = judgement.message
        rtoActualMs = measures?.recovery?.recoveryTime.map { UInt64($0.milliseconds) }
        rpoActualMs = measures?.recovery?.recoveryPoint.map { UInt64($0.milliseconds) }
        rtoResolutionMs = measures?.recovery?.resolution.map { UInt64($0.millisecondsRoundedUp) }
    }
}

extension StopReason {
    var ending: RunEnding {
        switch self {
        case .cancelled, .signal: .cancelled
        case .timedOut: .timedOut
        case .aborted: .aborted
        }
    }
}
