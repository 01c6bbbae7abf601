/// What a step does before it observes.
///
/// Calls are made through the storage system under test, unless something else is said.
public enum Action: Equatable, Sendable {
    // MARK: Faults

    case injectFault(FaultPlan)
    /// Lets the fault of this name strike another share of the requests, without a gap.
    case changeFault(String, fraction: Double)
    /// Lifts the fault of this name.
    case liftFault(String)
    /// Lets a fault of each kind strike the load, one after another, and waits each time until the
    /// breaker has opened, and, after the fault's end, has closed again.
    case runEpisodes([Episode], openWithin: Duration, closedWithin: Duration)

    // MARK: The load

    /// Only lets time pass.
    case wait(Duration)
    /// Starts no more reads, writes and probes, and waits for those under way.
    case pauseLoad
    case resumeLoad
    /// Reads, one after the other, each when the one before it has ended.
    case callStorage(times: Int)

    // MARK: What was acknowledged

    /// Runs the queue in a child process, and kills that after so many acknowledgements.
    case killQueue(afterAcknowledgements: Int)
    /// Ends the load for good, waits for the queue to be empty, and compares the ledger with the
    /// bytes in the bucket.
    case compareLedger(drainedWithin: Duration)

    // MARK: Backups

    /// Writes new objects, replaces and deletes some, each when the one before it was
    /// acknowledged. They are in the ledger.
    case createData(writes: Int, overwrites: Int, deletes: Int)
    case takeBackup(BackupType)
    /// Lets the storage system verify its newest backup; then again, with one object of it damaged
    /// behind its back, which is put back.
    case verifyBackup
    /// Deletes and alters objects of the drill behind the storage system's back.
    case destroyObjects(deleted: Int, corrupted: Int)
    /// Restores the newest backup. In the primary storage what was acknowledged after the backup is
    /// undone by it: from then on the ledger holds what was restored.
    case restoreBackup(into: RestorePlace)
    /// Compares what was restored last with the ledger as of the snapshot of that backup.
    case compareBackup

    // MARK: Failover

    case setReadOnly(Bool)
    /// Waits until the storage system is back at the primary storage, or this time is over.
    case awaitFailback(within: Duration)
    /// Compares the bytes in the primary and in the secondary storage.
    case compareSites

    // MARK: Performance

    /// Puts on a load at a constant rate, in operations a second: what all else is measured by.
    case measureBaseline(lasting: Duration, rate: Double)
    /// Lets so many clients work at once, each as fast as it is served.
    case sweepClients([Int], each: Duration)
    /// Writes large objects and reads them back.
    case transferLarge(count: Int, bytes: Int)
    /// Raises a constant rate until more load gets hardly more served, or the rate is so many times
    /// that of the baseline.
    case stress(limitFactor: Double, each: Duration)
    /// Lets the storage system settle without load.
    case rest(Duration)

    /// Calls something outside the storage system.
    case callOutside(OutsideAction)
    /// An action that the program using this library has registered.
    case custom(name: String, parameters: [NamedValue])

    /// What goes wrong in an episode.
    public enum Episode: String, CaseIterable, Sendable {
        /// Answers with a server error.
        case status
        /// No answer, so that calls time out.
        case hang
        case reset
        /// Answers that come too late.
        case slow
        /// Some of each at once.
        case mixed
    }

    public enum BackupType: String, CaseIterable, Sendable {
        case full, incremental
    }

    public enum RestorePlace: String, CaseIterable, Sendable {
        /// Over what is left in the primary storage.
        case primary
        /// Beside it, where nothing is.
        case empty
    }

    var usesFailover: Bool {
        switch self {
        case .setReadOnly, .awaitFailback, .compareSites: true
        default: false
        }
    }

    /// As it is written in a scenario.
    public var name: String {
        switch self {
        case .injectFault: "inject_fault"
        case .changeFault: "change_fault"
        case .liftFault: "lift_fault"
        case .runEpisodes: "run_episodes"
        case .wait: "wait"
        case .pauseLoad: "pause_load"
        case .resumeLoad: "resume_load"
        case .callStorage: "call_storage"
        case .killQueue: "kill_queue"
        case .compareLedger: "compare_ledger"
        case .createData: "create_data"
        case .takeBackup: "take_backup"
        case .verifyBackup: "verify_backup"
        case .destroyObjects: "destroy_objects"
        case .restoreBackup: "restore_backup"
        case .compareBackup: "compare_backup"
        case .setReadOnly: "set_read_only"
        case .awaitFailback: "await_failback"
        case .compareSites: "compare_sites"
        case .measureBaseline: "measure_baseline"
        case .sweepClients: "sweep_clients"
        case .transferLarge: "transfer_large"
        case .stress: "stress"
        case .rest: "rest"
        case .callOutside(let action): action.call.kind
        case .custom: "custom"
        }
    }
}
