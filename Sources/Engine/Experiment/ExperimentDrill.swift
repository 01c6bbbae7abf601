internal import ChaosToolkit
internal import DRTesting
internal import FoundationEssentials
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// One run of a Chaos Toolkit experiment: its steady state, its method, and its rollbacks.
///
/// What is called, and with what, is recorded with the names of secrets in the place of their
/// values. Once the method has begun, the rollbacks are played whatever happens.
final class ExperimentDrill: RunBody {
    struct State: Sendable {
        var substitution: Substitution
        var journal: Journal
        /// By their places in the method: those in the background end in another order.
        var methodRuns: [Int: Journal.Run] = [:]
        var hasBegun = false
        var isMethodOver = false
        /// The steady state was lost during the method, and nothing more is to be done.
        var isGivenUp = false
        /// By their places among the rollbacks.
        var armed: [Int: String] = [:]
        var cleanup: [CleanupAction] = []
        var waitingFor = ""
        var ticker: Task<Void, Never>?
    }

    let experiment: ExperimentRequest
    let plan: ExperimentPlan
    let journal: RunJournal
    let clock: RunClock
    let outside: any ActivityCalling
    let redaction: Redaction
    let progress: @Sendable (RunProgress) -> Void
    private let directory: String
    let state: Mutex<State>

    /// - Parameter directory: of the run alone; it is removed at the end.
    init(
        _ experiment: ExperimentRequest, directory: String, journal: RunJournal,
        clock: RunClock, outside: any ActivityCalling,
        progress: @escaping @Sendable (RunProgress) -> Void
    ) {
        (self.experiment, self.directory) = (experiment, directory)
        (self.journal, self.clock, self.outside) = (journal, clock, outside)
        self.progress = progress
        plan = ExperimentPlan(experiment)
        redaction = experiment.redaction
        let start = Int(clock.startTime)
        let substitution = experiment.substitution
        let kept = Journal(
            experiment: experiment.experiment, substitution: substitution,
            platform: ProcessInfo.processInfo.operatingSystemVersionString, node: Self.node,
            start: start, end: start)
        state = Mutex(State(substitution: substitution, journal: kept))
    }

    private static var node: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: whether the method was begun.
    func perform() async throws -> Bool {
        do {
            return try await conduct()
        } catch is CancellationError {
            state.withLock { $0.journal.ending = .interrupted }
            throw CancellationError()
        } catch {
            state.withLock { $0.journal.ending = .aborted }
            throw error
        }
    }

    private func conduct() async throws -> Bool {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        startTicker()
        publish()
        for warning in experiment.experiment.warnings { await warn(warning.description) }
        if try await !areFunctionsUsable() { return false }
        try await readConfiguration()
        if plan.strategy.isBefore, try await !checkBefore() { return false }
        try await armRollbacks()
        try Task.checkCancellation()
        state.withLock { $0.hasBegun = true }
        try await takeMethod()
        try await noteLostFaults()
        if plan.strategy.isAfter { try await checkAfter() }
        if !plan.isJudged { try await noteThatNothingIsExpected() }
        return true
    }

    /// Chaos Toolkit goes on without the value when such a probe fails, and so does this.
    private func readConfiguration() async throws {
        for entry in experiment.experiment.configuration.entries {
            guard case .probe(let activity) = entry.value else { continue }
            setWaiting("the configuration '\(entry.name)'")
            let made = try await make(activity, isJudged: true)
            let value = activity.provider.configurationValue(from: made.run.output)
            if made.run.failure == nil, let value {
                state.withLock { $0.substitution.set(entry.name, to: value) }
            } else {
                await warn(
                    "the configuration '\(entry.name)' has no value: "
                        + (made.run.failure ?? "its process failed"))
            }
        }
    }

    // MARK: What all runs have

    func reasonToAbort() async -> String? { nil }

    func stopLoad() async {}

    /// It is about a steady state, and not about recovery.
    func measure(isJudged: Bool) async throws -> Measures { Measures() }

    var metrics: [MetricRecorded] { [] }

    func cleanUp() async -> CleanupFinished {
        state.withLock { $0.ticker }?.cancel()
        var actions = state.withLock { $0.cleanup }
        actions += await outside.end()
        var removal = CleanupAction(name: "remove the files of the run", isDone: true, detail: "")
        do {
            let files = FileManager.default
            if files.fileExists(atPath: directory) { try files.removeItem(atPath: directory) }
        } catch {
            (removal.isDone, removal.detail) = (false, "\(error)")
        }
        actions.append(removal)
        publish()
        var finished = CleanupFinished()
        finished.actions = actions
        finished.isComplete = actions.allSatisfy(\.isDone)
        return finished
    }

    // MARK: For those who watch

    func setWaiting(_ text: String) { state.withLock { $0.waitingFor = text } }

    private func startTicker() {
        let ticker = Task {
            while !Task.isCancelled {
                let waitingFor = state.withLock { $0.waitingFor }
                progress(
                    .waiting(
                        RunTick(
                            elapsed: ContinuousClock.now - clock.start, waitingFor: waitingFor,
                            start: .zero, bins: [], faults: [])))
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        state.withLock { $0.ticker = ticker }
    }

    /// Hands out the journal as it is now: whoever dies leaves that.
    func publish() {
        guard let tell = experiment.journal else { return }
        let now = Int(clock.time(of: .now))
        let journal = state.withLock { state in
            state.journal.end = now
            state.journal.substitution = state.substitution
            state.journal.method = state.methodRuns.sorted { $0.key < $1.key }.map(\.value)
            return state.journal
        }
        tell(journal)
    }
}
