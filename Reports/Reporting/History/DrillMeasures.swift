public import DRTesting

/// What a report keeps of the events of a run that ended: its checks that did not pass, and its
/// numbers.
public struct DrillMeasures: Equatable, Sendable {
    public struct FailedCheck: Equatable, Sendable {
        public let component: String
        public let name: String
        public let verdict: Verdict
        public let message: String
        /// Of the event.
        public let position: UInt64
    }

    /// A comparison with the ledger, without its keys.
    public struct Ledger: Equatable, Sendable {
        /// `final`, `takeover`, `restore`, `before restore` or `restored copy`.
        public let subject: String
        public let position: UInt64
        public let acknowledged: UInt64
        public let keys: UInt64
        public let intact: UInt64
        public let lost: UInt64
        public let stale: UInt64
        public let corrupt: UInt64
        public let resurrected: UInt64
        public let unexpected: UInt64
        public let indeterminate: UInt64
        public let bytesCompared: UInt64
    }

    /// A measure with a limit, or of the benchmark: `MetricRecorded` without its time.
    public struct Measure: Equatable, Sendable {
        public let name: String
        public let value: Double?
        public let unit: String
        public let threshold: Double?
        public let passed: Bool?
    }

    /// When the run began to work; `nil` if it never did.
    public var startedAt: UInt64?
    /// In milliseconds; `nil`: unknown.
    public var detectMs: Double?
    public var heldMs: Double?
    public var recoveryAfterLiftMs: Double?
    /// The recovery time in its parts, from the impact on, in microseconds.
    public var recoveryParts: [RecoveryPart] = []
    /// At most 20, the worst first.
    public var failedChecks: [FailedCheck] = []
    /// How many checks there were.
    public var checks = 0
    public var prerequisitesNotMet: [String] = []
    public var objectives: [Objective] = []
    public var ledgers: [Ledger] = []
    public var phases: [PhaseSummarized] = []
    /// Of the circuit breaker, in their order.
    public var breakerChanges: [ComponentChanged] = []
    public var marks: [MarkRecorded] = []
    public var measures: [Measure] = []
    public var endpoints: [EndpointUsed] = []
    /// Faults that took effect.
    public var faults = 0
    /// `nil`: the run was lost before.
    public var isCleanupComplete: Bool?
    public var clockSource = ""
    /// Which facts of evidence it has: names of `EvidenceFact`.
    public var facts: Set<EvidenceFact> = []

    public init() {}

    public struct RecoveryPart: Equatable, Sendable {
        /// For people: `until detected`, `detected until lifted`.
        public let label: String
        /// The mark that ends it.
        public let end: String
        public let lengthUs: UInt64
    }

    public struct Objective: Equatable, Sendable {
        /// `Recovery time (RTO)`, `Failover time (RTO)`.
        public let title: String
        public let measuredMs: Double?
        public let limitMs: Double?
        public let verdict: Verdict
        public let complaint: String
        public let isRecoveryTime: Bool
    }

    public func measure(_ name: String) -> Double? { measures.first { $0.name == name }?.value }
    public func mark(_ name: String) -> MarkRecorded? { marks.first { $0.mark == name } }
    /// What was found at the end of the run.
    public var finalLedger: Ledger? { ledgers.last { $0.subject == "final" } }
}
