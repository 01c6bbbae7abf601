/// A test to be run: what breaks, what must be observed, and within which objectives.
public struct Scenario: Equatable, Sendable {
    public let name: String
    public let type: String
    public let description: String
    public let objectives: Objectives
    public let prerequisites: [Prerequisite]
    public let workload: WorkloadPlan
    public let steps: [Step]
    public let cleanup: [CleanupTask]
    /// Stops the run and cleans up, whenever one of them is seen to hold.
    public let abortWhen: [Expectation]
    /// The variables with the values they were given.
    public let variables: [NamedValue]

    public init(
        name: String, type: String, description: String, objectives: Objectives,
        prerequisites: [Prerequisite], workload: WorkloadPlan, steps: [Step],
        cleanup: [CleanupTask], abortWhen: [Expectation], variables: [NamedValue]
    ) {
        (self.name, self.type, self.description) = (name, type, description)
        (self.objectives, self.prerequisites) = (objectives, prerequisites)
        (self.workload, self.steps, self.cleanup) = (workload, steps, cleanup)
        (self.abortWhen, self.variables) = (abortWhen, variables)
    }
}

/// What recovery may cost. `nil`: not an objective of this scenario.
public struct Objectives: Equatable, Sendable {
    public let recoveryTime: Duration?
    public let recoveryPoint: Duration?

    public init(recoveryTime: Duration?, recoveryPoint: Duration?) {
        (self.recoveryTime, self.recoveryPoint) = (recoveryTime, recoveryPoint)
    }
}

/// What must be seen to work before anything is broken.
public enum Prerequisite: String, CaseIterable, Sendable {
    /// A signed put, get and delete on the backup storage.
    case backupAvailable = "backup available"
    /// A write is accepted while the breaker is held open, in a dry run.
    case queueEnabled = "queue enabled"
}

/// What is put back after a run. Lifting faults and removing the drill's objects is never left
/// out and need not be listed.
public enum CleanupTask: String, CaseIterable, Sendable {
    case clearQueue = "clear queue"
    case resetBreaker = "reset breaker"
    case clearNotifications = "clear notifications"
}

/// The load that runs from before the first step to the end of the last.
public struct WorkloadPlan: Equatable, Sendable {
    public let writesPerSecond: Double
    public let readsPerSecond: Double
    public let objectBytes: Int
    /// How long the load must run well before the first step.
    public let steadyFor: Duration
    /// How long service must hold before it counts as restored.
    public let stableFor: Duration

    public init(
        writesPerSecond: Double, readsPerSecond: Double, objectBytes: Int, steadyFor: Duration,
        stableFor: Duration
    ) {
        (self.writesPerSecond, self.readsPerSecond) = (writesPerSecond, readsPerSecond)
        self.objectBytes = objectBytes
        (self.steadyFor, self.stableFor) = (steadyFor, stableFor)
    }
}

/// One thing to do and to observe.
public struct Step: Equatable, Sendable {
    public let name: String
    /// The part of the storage system that is tested.
    public let component: String
    public let action: Action?
    /// At least one.
    public let expectations: [Expectation]
    /// Without it the steps after it make no sense: they are not taken if it does not pass.
    public let isRequired: Bool

    public init(
        name: String, component: String, action: Action?, expectations: [Expectation],
        isRequired: Bool
    ) {
        precondition(!expectations.isEmpty, "A step without an expectation proves nothing.")
        (self.name, self.component, self.action) = (name, component, action)
        (self.expectations, self.isRequired) = (expectations, isRequired)
    }
}

/// What a step does before it observes.
public enum Action: Equatable, Sendable {
    case injectFault(FaultPlan)
    /// Lifts the fault of this name.
    case liftFault(String)
    /// Runs the queue in a child process, and kills that after so many acknowledgements.
    case killQueue(afterAcknowledgements: Int)
    /// Stops the writers, waits for the queue to be empty, and compares the ledger with the bytes
    /// in the bucket.
    case compareLedger(drainedWithin: Duration)

    /// As it is written in a scenario.
    public var name: String {
        switch self {
        case .injectFault: "inject_fault"
        case .liftFault: "lift_fault"
        case .killQueue: "kill_queue"
        case .compareLedger: "compare_ledger"
        }
    }
}

/// A fault to be injected before a storage.
public struct FaultPlan: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case hang, refuse
        /// Before forwarding.
        case reset
        /// After the storage has answered.
        case resetAfter = "reset-after"
        case status, latency
    }

    public let name: String
    public let endpoint: String
    public let kind: Kind
    public let fraction: Double
    /// For `status`.
    public let status: Int
    /// For `latency`.
    public let delay: Duration

    public init(
        name: String, endpoint: String, kind: Kind, fraction: Double, status: Int, delay: Duration
    ) {
        (self.name, self.endpoint, self.kind) = (name, endpoint, kind)
        (self.fraction, self.status, self.delay) = (fraction, status, delay)
    }
}
