/// A test to be run: what breaks, what must be observed, and within which objectives.
public struct Scenario: Equatable, Sendable {
    public let name: String
    public let type: String
    public let description: String
    public let objectives: Objectives
    public let system: SystemPlan
    public let prerequisites: [Prerequisite]
    public let workload: WorkloadPlan
    public let steps: [Step]
    public let cleanup: [CleanupTask]
    /// Stops the run and cleans up, whenever one of them is seen to hold.
    public let abortWhen: [Expectation]
    /// The variables with the values they were given.
    public let variables: [NamedValue]
    /// What it observes beside the catalog, by calls of its own.
    public let probes: [OutsideProbe]

    public init(
        name: String, type: String, description: String, objectives: Objectives,
        prerequisites: [Prerequisite], workload: WorkloadPlan, steps: [Step],
        cleanup: [CleanupTask], abortWhen: [Expectation], variables: [NamedValue],
        system: SystemPlan = SystemPlan(), probes: [OutsideProbe] = []
    ) {
        (self.name, self.type, self.description) = (name, type, description)
        (self.objectives, self.prerequisites) = (objectives, prerequisites)
        (self.workload, self.steps, self.cleanup) = (workload, steps, cleanup)
        (self.abortWhen, self.variables) = (abortWhen, variables)
        (self.system, self.probes) = (system, probes)
    }

    /// Whether the storage system needs a second storage, to fail over to.
    public var usesFailover: Bool {
        !Set(prerequisites).isDisjoint(with: [.failoverOn, .secondaryAvailable])
            || steps.contains { $0.actions.contains(where: \.usesFailover) }
    }
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
    /// The share of the writes that replace objects, and that of those that delete them. All others
    /// make new objects.
    public let overwriteShare: Double
    public let deleteShare: Double
    /// How many keys there are. When all of them are in use, new objects replace old ones.
    public let keys: Int

    public init(
        writesPerSecond: Double, readsPerSecond: Double, objectBytes: Int, steadyFor: Duration,
        stableFor: Duration, overwriteShare: Double = 0.25, deleteShare: Double = 0.05,
        keys: Int = 500
    ) {
        (self.writesPerSecond, self.readsPerSecond) = (writesPerSecond, readsPerSecond)
        self.objectBytes = objectBytes
        (self.steadyFor, self.stableFor) = (steadyFor, stableFor)
        (self.overwriteShare, self.deleteShare) = (overwriteShare, deleteShare)
        self.keys = keys
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
        /// The bodies of answers arrive slowly.
        case bandwidth
        /// The bodies of answers end early.
        case truncate
        /// One byte of the body of an answer is wrong.
        case corrupt
        /// The connection is reset; the storage gets the request later all the same.
        case lateDelivery = "late-delivery"
        /// Reads are answered as they were first since the fault began.
        case staleRead = "stale-read"
    }

    public let name: String
    public let endpoint: String
    public let kind: Kind
    public let fraction: Double
    /// For `status`.
    public let status: Int
    /// For `latency` and `late-delivery`.
    public let delay: Duration
    /// For `latency`: by so much the delay varies, up and down.
    public let jitter: Duration
    /// For `bandwidth`; at least 1.
    public let bytesPerSecond: Int
    /// Strikes only so many requests, the first ones; `nil` for all.
    public let limit: Int?

    public init(
        name: String, endpoint: String, kind: Kind, fraction: Double, status: Int, delay: Duration,
        jitter: Duration = .zero, bytesPerSecond: Int = 10_000, limit: Int? = nil
    ) {
        (self.name, self.endpoint, self.kind) = (name, endpoint, kind)
        (self.fraction, self.status, self.delay) = (fraction, status, delay)
        (self.jitter, self.bytesPerSecond, self.limit) = (jitter, bytesPerSecond, limit)
    }
}
