/// What holds while the actions of a scenario are taken one after another. A pure state machine.
///
/// It refuses what cannot work where it stands, so that a scenario that makes no sense fails when
/// it is read, and not in the middle of a drill.
public struct ActionOrder: Equatable, Sendable {
    /// Why an action cannot be taken at its place.
    public enum Refusal: Error, Equatable, Sendable {
        case faultInForce(String)
        case faultNotInForce(String, inForce: [String])
        case faultWithoutFraction(String)
        case faultsBesideEpisodes(inForce: [String])
        case loadRuns(action: String)
        case loadDoesNotRun(action: String)
        case loadNotPaused
        case loadAlreadyPaused
        case loadEnded
        case noBackup(action: String)
        case noFullBackup
        case nothingRestored
        case noBaseline(action: String)
        case readOnlyUnchanged(isOn: Bool)
    }

    private enum Load {
        case running, paused, ended
    }

    private var faults: [String: FaultPlan.Kind] = [:]
    private var load = Load.running
    private var hasBackup = false
    private var hasRestored = false
    private var hasBaseline = false
    private var isReadOnly = false

    public init() {}

    /// - Throws: what speaks against it. The state is then as if it had been taken, so that one
    ///   mistake is not told again by every action after it.
    public mutating func take(_ action: Action) throws(Refusal) {
        switch action {
        case .injectFault, .changeFault, .liftFault, .runEpisodes: try takeFault(action)
        case .pauseLoad, .resumeLoad, .compareLedger: try takeLoad(action)
        case .takeBackup, .verifyBackup, .destroyObjects, .restoreBackup, .compareBackup:
            try takeBackup(action)
        case .measureBaseline, .sweepClients, .stress, .rest: try takePerformance(action)
        case .setReadOnly(let isOn):
            let isUnchanged = isReadOnly == isOn
            isReadOnly = isOn
            if isUnchanged { throw .readOnlyUnchanged(isOn: isOn) }
        case .wait, .callStorage, .killQueue, .createData, .awaitFailback, .compareSites,
            .transferLarge, .callOutside, .custom:
            break
        }
    }

    private mutating func takeFault(_ action: Action) throws(Refusal) {
        let inForce = faults.keys.sorted()
        switch action {
        case .injectFault(let plan):
            if faults.updateValue(plan.kind, forKey: plan.name) != nil {
                throw .faultInForce(plan.name)
            }
        case .changeFault(let name, _):
            guard let kind = faults[name] else { throw .faultNotInForce(name, inForce: inForce) }
            if kind == .refuse { throw .faultWithoutFraction(name) }
        case .liftFault(let name):
            if faults.removeValue(forKey: name) == nil {
                throw .faultNotInForce(name, inForce: inForce)
            }
        default:
            // Another fault would be taken for one of an episode.
            if !inForce.isEmpty { throw .faultsBesideEpisodes(inForce: inForce) }
            if load != .running { throw .loadDoesNotRun(action: action.name) }
        }
    }

    private mutating func takeLoad(_ action: Action) throws(Refusal) {
        let before = load
        switch action {
        case .pauseLoad:
            if load == .ended { throw .loadEnded }
            load = .paused
            if before == .paused { throw .loadAlreadyPaused }
        case .resumeLoad:
            if load == .ended { throw .loadEnded }
            load = .running
            if before == .running { throw .loadNotPaused }
        default:
            load = .ended
        }
    }

    private mutating func takeBackup(_ action: Action) throws(Refusal) {
        switch action {
        case .takeBackup(let type):
            defer { hasBackup = true }
            if type == .incremental && !hasBackup { throw .noFullBackup }
        case .verifyBackup:
            if !hasBackup { throw .noBackup(action: action.name) }
        case .destroyObjects:
            // What the load writes meanwhile could not be told from what was destroyed.
            if load == .running { throw .loadRuns(action: action.name) }
        case .restoreBackup(let place):
            hasRestored = true
            if !hasBackup { throw .noBackup(action: action.name) }
            if place == .primary && load == .running { throw .loadRuns(action: action.name) }
        default:
            if !hasRestored { throw .nothingRestored }
        }
    }

    private mutating func takePerformance(_ action: Action) throws(Refusal) {
        switch action {
        case .measureBaseline: hasBaseline = true
        case .sweepClients, .stress:
            if !hasBaseline { throw .noBaseline(action: action.name) }
        default: break
        }
        if load == .running { throw .loadRuns(action: action.name) }
    }
}

extension ActionOrder.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .faultInForce(let name): "fault '\(name)' is injected while it is in force"
        case .faultNotInForce(let name, let names):
            "fault '\(name)' is not in force at this step; in force: \(Self.list(names))"
        case .faultWithoutFraction(let name):
            "fault '\(name)' refuses all connections or none: its fraction cannot be changed"
        case .faultsBesideEpisodes(let names):
            "'run_episodes' brings its own faults; in force at this step: \(Self.list(names))"
        case .loadRuns(let action):
            "the load runs at this step; '\(action)' is accepted after pause_load"
        case .loadDoesNotRun(let action):
            "the load does not run at this step; '\(action)' is accepted while it runs"
        case .loadNotPaused: "the load is not paused at this step"
        case .loadAlreadyPaused: "the load is already paused at this step"
        case .loadEnded: "the load was ended for good by compare_ledger before this step"
        case .noBackup(let action):
            "there is no backup at this step; '\(action)' is accepted after take_backup"
        case .noFullBackup:
            "there is no backup at this step; an incremental one is accepted after a full one"
        case .nothingRestored:
            "nothing is restored at this step; 'compare_backup' is accepted after restore_backup"
        case .noBaseline(let action):
            "there is no baseline at this step; '\(action)' is accepted after measure_baseline"
        case .readOnlyUnchanged(let isOn):
            "read-only mode is already \(isOn ? "on" : "off") at this step"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.joined(separator: ", ")
    }
}
