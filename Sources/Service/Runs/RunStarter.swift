internal import DRTesting
public import EventLog
internal import FoundationEssentials
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Carries out orders by child processes, each a `dr-runner` in a session of its own.
///
/// Nothing of a run is held here: what is under way stands in the log and in the locks of the
/// runners. So a server that is killed leaves its drills to end properly, and the next one knows of
/// them. How many may be under way at once is the runners' affair, over all programs.
///
/// As a service it closes lost runs when it starts. When it is to stop it takes no more orders, and
/// waits for the runs under way, but no longer than its limit: they go on all the same.
public final class RunStarter: RunStarting, ServiceLifecycle.Service {
    /// A runner first closes what others have left, which may take its time.
    private static let recordingLimit: Duration = .seconds(120)

    private struct Halt {
        let number: Int
        let by: String
        let reason: String
    }

    private struct State {
        var isDraining = false
        var isPrepared = false
        var lastHalt = Halt(number: 0, by: "", reason: "")
        /// The runners that have not ended, by the keys of their runs.
        var children: [EventID: Child] = [:]
    }

    private let store: EventStore
    private let program: RunnerProgram
    private let targets: TargetFiles
    private let isEnabled: Bool
    private let drainLimit: Duration
    private let cancellation: RunCancellation
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - runner: the path of `dr-runner`, as `runnerPath` finds it.
    ///   - isEnabled: whether anything may be run at all.
    ///   - settings: variables for the runners, beside those of this process and in their place.
    ///   - drainLimit: how long runs under way are waited for when the server stops.
    public init(
        store: EventStore, runner: String, targets: TargetFiles, isEnabled: Bool = true,
        settings: [String: String] = [:], drainLimit: Duration = .seconds(60),
        clock: LogClock = .system, logger: Logger
    ) {
        (self.store, self.targets, self.isEnabled) = (store, targets, isEnabled)
        (self.drainLimit, self.logger) = (drainLimit, logger)
        program = RunnerProgram(path: runner, directory: store.directory, settings: settings)
        cancellation = RunCancellation(store: store, clock: clock)
    }

    /// Where `DR_RUNNER` says, else beside the program that runs.
    public static func runnerPath(environment: [String: String]) -> String {
        if let named = environment["DR_RUNNER"], !named.isEmpty { return named }
        let current = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = current?.split(separator: "/").dropLast().joined(separator: "/") ?? ""
        return "/\(folder)/dr-runner"
    }

    // MARK: Starting

    public func start(_ order: RunOrder) async throws(RunRefusal) -> StartedRun {
        if !isEnabled { throw .disabled }
        let (isDraining, halts) = state.withLock { ($0.isDraining, $0.lastHalt.number) }
        if isDraining { throw .busy("the server is about to stop; try again later") }
        let isBuiltin = order.scenario.text == nil
        if isBuiltin && !Scenarios.builtin.contains(order.scenario.id) { throw .unknownScenario }
        try order.check()
        if let known = try await recorded(order.key) { return known }
        let target = try targets.path(for: order)
        guard program.isThere else {
            throw .runnerMissing("\(program.path) is not there; DR_RUNNER names another place")
        }
        let run = try await recorded(order, by: launch(order, target: target))
        await applyHalt(since: halts, to: run)
        return run
    }

    /// A runner, and what it did once it has ended.
    private final class Child: Sendable {
        let ended = Mutex<Result<RunnerProgram.Ended, any Error>?>(nil)
    }

    /// Whoever gives an order while it is carried out waits for the same runner.
    private func launch(_ order: RunOrder, target: String?) -> Child {
        let child = Child()
        let known = state.withLock { state in
            defer { state.children[order.key] = state.children[order.key] ?? child }
            return state.children[order.key]
        }
        if let known { return known }
        let arguments = order.arguments(targetFile: target, data: store.directory.path)
        let input = order.scenario.text ?? ""
        // Of nobody's task: whoever ordered the run may go away.
        Task { [self] in
            let ended: Result<RunnerProgram.Ended, any Error>
            do {
                ended = .success(try await program.run(arguments, input: input))
            } catch {
                ended = .failure(error)
            }
            child.ended.withLock { $0 = ended }
            state.withLock { $0.children[order.key] = nil }
            await closeIfLost(order.key)
        }
        return child
    }

    private func recorded(
        _ order: RunOrder, by child: Child
    ) async throws(RunRefusal) -> StartedRun {
        let deadline = ContinuousClock.now + Self.recordingLimit
        while ContinuousClock.now < deadline {
            // Looked at first: a runner may record its run and end between two looks.
            let ended = child.ended.withLock { $0 }
            if let run = try await recorded(order.key) { return run }
            if let ended { throw refusal(of: order, ended) }
            do {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                throw .internal("nobody waits any more; run \(order.key) may still take place")
            }
        }
        // Whoever orders it again, by the same key, is given this run.
        throw .busy("run \(order.key) is not recorded yet; it may still take place")
    }

    private func recorded(_ key: EventID) async throws(RunRefusal) -> StartedRun? {
        let id: UInt64?
        do {
            id = try await store.read { try $0.position(ofOnce: key) }
        } catch {
            throw .internal("the log cannot be read: \(error)")
        }
        return id.map { id in
            StartedRun(id: id, key: key) { [store] in
                try await RecordedRun.end(of: key, in: store)
            }
        }
    }

    private func refusal(
        of order: RunOrder, _ ended: Result<RunnerProgram.Ended, any Error>
    ) -> RunRefusal {
        switch ended {
        case .success(let ended):
            RunnerAnswer(output: ended.output, complaint: ended.complaint)
                .refusal(ofScenario: order.scenario.name)
        case .failure(let error): .internal("\(program.path) cannot be run: \(error)")
        }
    }

    // MARK: Stopping

    public func cancel(_ id: UInt64, by: String, reason: String) async throws {
        try await cancellation.cancel(id, by: by, reason: reason)
    }

    public func cancelAll(by: String, reason: String) async throws -> Int {
        state.withLock { state in
            state.lastHalt = Halt(number: state.lastHalt.number + 1, by: by, reason: reason)
        }
        var count = 0
        for run in try await RunsUnderWay(store).all() {
            do {
                try await cancel(run.id, by: by, reason: reason)
                count += 1
            } catch is CancelRefusal {
                // It has just ended by itself.
                continue
            }
        }
        return count
    }

    /// A run that was about to be recorded when all runs were to stop, stops too.
    private func applyHalt(since known: Int, to run: StartedRun) async {
        let halt = state.withLock { $0.lastHalt }
        if halt.number == known { return }
        do {
            try await cancel(run.id, by: halt.by, reason: halt.reason)
        } catch {
            logger.warning("test \(run.id) was not told to stop: \(error)")
        }
    }

    // MARK: The service

    public func run() async throws {
        if !state.withLock({ $0.isPrepared }) { await prepare() }
        do {
            for run in try await RunsUnderWay(store).all() where run.isAlive {
                logger.info("test \(run.id) is under way")
            }
        } catch {
            logger.error("the runs under way cannot be read: \(error)")
        }
        try await gracefulShutdown()
        state.withLock { $0.isDraining = true }
        await drain()
    }

    /// Has the built-in scenarios recorded and lost runs closed. Whoever does it before it serves
    /// shows nobody a log without scenarios.
    public func prepare() async {
        do {
            let ended = try await program.run(["prepare", "--data=\(store.directory.path)"])
            for id in String(decoding: ended.output, as: UTF8.self).split(separator: "\n") {
                logger.notice("test \(id) was closed: its runner was lost")
            }
            if ended.status.isExitZero {
                state.withLock { $0.isPrepared = true }
            } else {
                logger.error("\(program.path) prepare: \(ended.complaint)")
            }
        } catch {
            logger.error("\(program.path) cannot be run: \(error)")
        }
    }

    /// A runner that was killed leaves a run without an end.
    private func closeIfLost(_ key: EventID) async {
        let isLost = try? await store.read { reader in
            var recorded = RecordedRun(key: key)
            return try recorded.catchUp(with: reader) && recorded.end == nil
        }
        if isLost == true { await prepare() }
    }

    private func drain() async {
        let deadline = ContinuousClock.now + drainLimit
        while ContinuousClock.now < deadline, !Task.isCancelled {
            guard let runs = try? await RunsUnderWay(store).all() else { return }
            let alive = runs.filter(\.isAlive)
            if alive.isEmpty { return }
            try? await Task.sleep(for: .milliseconds(100))
        }
        logger.notice("runs are still under way; they end by themselves")
    }
}
