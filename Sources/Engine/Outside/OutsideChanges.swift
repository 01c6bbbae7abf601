internal import DRTesting
internal import FoundationEssentials

/// The changes that a run makes outside the storage system.
///
/// Before one is made, the log and the watchdog know how it is put back. So it is put back by the
/// cleanup, by the watchdog if the runner dies, and by the next start if that fails too: what puts
/// back must bear to be called more than once.
actor OutsideChanges {
    private struct Change: Sendable {
        let order: UndoOrder
        /// The cleanup has tried: what it could not do it would not do a moment later either.
        var wasTried = false
        var isUndone = false
    }

    private let runKey: String
    private let mark: String
    private let journal: RunJournal
    private let caller: OutsideCaller
    private let program: [String]
    private let launcher: [String]
    private let environment: [String: String]
    private var changes: [Change] = []
    private var watchdog: WatchdogProcess?

    /// - Parameters:
    ///   - runs: the folder of all runs. There is a mark in it while something is changed.
    ///   - watchdog: the program that runs `Watchdog`, and its arguments.
    ///   - launcher: the program that starts others when the watchdog knows of them, and its
    ///     arguments; `nil`: that of the watchdog.
    ///   - environment: the variables of the process; those that are allowed are used.
    init(
        runKey: String, directory runs: String, journal: RunJournal, caller: OutsideCaller,
        watchdog program: [String], launcher: [String]? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        (self.runKey, self.journal, self.caller) = (runKey, journal, caller)
        (self.program, self.environment) = (program, environment)
        self.launcher = launcher ?? program + [Watchdog.launchFlag]
        mark = ChangeMark.path(of: runKey, in: runs)
    }

    /// Plans a change and makes it.
    func make(_ call: OutsideCall, undo: OutsideCall) async throws -> OutsideResult {
        try await carryOut(call, of: try await plan(call, undo: undo))
    }

    /// Sees to it that a change will be put back, whatever becomes of the runner.
    ///
    /// - Returns: its id.
    func plan(_ call: OutsideCall, undo: OutsideCall) async throws -> String {
        try caller.check(call)
        try caller.check(undo)
        let id = "change-\(changes.count + 1)"
        let order = UndoOrder(
            id: id, call: undo.inRun(runKey), allowance: caller.allowance,
            leavesUnknownNames: caller.leavesUnknownNames)
        // From now on: others may plan while this one waits.
        changes.append(Change(order: order))
        var planned = ExternalChangePlanned()
        (planned.changeID, planned.kind) = (id, call.kind)
        (planned.description, planned.undo) = (call.words, try order.text())
        try ChangeMark.set(mark)
        try await journal.write([.externalChangePlanned(planned)])
        try await startWatchdog().tell(WatchdogOrder(arm: order))
        return id
    }

    func carryOut(_ call: OutsideCall, of id: String) async throws -> OutsideResult {
        try Task.checkCancellation()
        return try await caller.perform(call.inRun(runKey), watch: try watch(of: id))
    }

    /// What tells the watchdog of a process that makes a change, so that it does not go on doing so
    /// when its runner has died.
    func watch(of id: String) throws -> OutsideCaller.ProcessWatch {
        Self.watch(of: id, by: try startWatchdog(), launcher: launcher)
    }

    private static func watch(
        of id: String, by watchdog: WatchdogProcess, launcher: [String]
    ) -> OutsideCaller.ProcessWatch {
        OutsideCaller.ProcessWatch(launcher: launcher) { group in
            // If it does not hear it, it has died: the next start makes sure.
            try? await watchdog.tell(
                group.map { WatchdogOrder(began: WatchdogOrder.Began(id: id, group: $0)) }
                    ?? WatchdogOrder(ended: id))
        }
    }

    /// Makes sure that there is a watchdog, before anything is broken.
    func prepare() async throws {
        // Nothing is told by it but that it is there.
        try await startWatchdog().tell(WatchdogOrder())
    }

    private func startWatchdog() throws -> WatchdogProcess {
        if let watchdog { return watchdog }
        let allowed = Set(caller.allowance.environment)
        let started = try WatchdogProcess(
            program: program.isEmpty ? [] : program + ["\(Watchdog.markOption)=\(mark)"],
            environment: environment.filter { allowed.contains($0.key) })
        watchdog = started
        return started
    }

    // MARK: Undoing

    /// Puts a change back, and records it without waiting for the log.
    func undo(_ id: String) async -> CleanupAction {
        guard let index = changes.firstIndex(where: { $0.order.id == id }) else {
            return CleanupAction(name: "undo '\(id)'", isDone: false, detail: "no such change")
        }
        changes[index].wasTried = true
        let order = changes[index].order
        var action = CleanupAction(name: "undo \(id)", isDone: true, detail: "")
        do {
            // Nobody has to launch it: it may be begun before it is known, and is done without.
            let watch = watchdog.map { Self.watch(of: id, by: $0, launcher: []) }
            action.detail = try await order.carryOut(
                environment: environment, watch: watch ?? OutsideCaller.ProcessWatch())
        } catch {
            (action.isDone, action.detail) = (false, "\(error)")
        }
        await noteUndone(id, isDone: action.isDone, detail: action.detail)
        return action
    }

    /// Records, without waiting for the log, that somebody has put a change back, or could not, and
    /// has the watchdog forget it if it is done.
    func noteUndone(_ id: String, isDone: Bool, detail: String) async {
        guard let index = changes.firstIndex(where: { $0.order.id == id }) else { return }
        changes[index].isUndone = isDone
        var undone = ExternalChangeUndone()
        (undone.changeID, undone.by) = (id, "cleanup")
        (undone.isDone, undone.detail) = (isDone, detail)
        await journal.note(.externalChangeUndone(undone))
        if isDone { try? await watchdog?.tell(WatchdogOrder(disarm: id)) }
    }

    /// Puts back what is left, the last change first, and lets the watchdog go.
    func undoAll() async -> [CleanupAction] {
        var actions: [CleanupAction] = []
        for change in changes.reversed() where !change.isUndone && !change.wasTried {
            actions.append(await undo(change.order.id))
        }
        await end()
        return actions
    }

    /// Lets the watchdog go: it tries again what could not be put back, and so does the next start.
    func end() async {
        let isDone = changes.allSatisfy(\.isUndone)
        if isDone { ChangeMark.remove(mark) }
        await watchdog?.end(isDone: isDone)
        watchdog = nil
    }
}

/// A file that says that a run has changed something outside, and may not have put it back.
enum ChangeMark {
    static let suffix = ".changed"

    static func path(of runKey: String, in runs: String) -> String { "\(runs)/\(runKey)\(suffix)" }

    /// - Throws: if it cannot be left: then nothing may be changed.
    static func set(_ path: String) throws {
        try Data().write(to: URL(filePath: path))
    }

    static func isSet(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Whether all was put back since. Where the folder is gone as well, nobody knows.
    static func isRemoved(_ path: String) -> Bool {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        return !isSet(path) && FileManager.default.fileExists(atPath: folder)
    }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
