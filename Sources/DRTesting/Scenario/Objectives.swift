/// What recovery may cost, in the order in which the scenario names it.
public struct Objectives: Equatable, Sendable {
    public let all: [Objective]

    /// - Parameter all: at most one of each kind.
    public init(_ all: [Objective]) {
        precondition(
            Set(all.map(\.kind)).count == all.count, "A scenario has one objective of a kind.")
        self.all = all
    }

    /// - Parameter recoveryTime: `nil`: not an objective of this scenario. So is `recoveryPoint`.
    public init(recoveryTime: Duration?, recoveryPoint: Duration?) {
        let limits = [(Objective.Kind.recoveryTime, recoveryTime), (.recoveryPoint, recoveryPoint)]
        self.init(limits.compactMap { kind, limit in limit.map { Objective(kind, limit: $0) } })
    }

    /// `nil`: not an objective of this scenario.
    public subscript(kind: Objective.Kind) -> Duration? { all.first { $0.kind == kind }?.limit }

    /// The RTO of the whole run. A scenario that has several times is judged by the one in which
    /// users get their service back.
    public var recoveryTime: Duration? {
        let kinds: [Objective.Kind] = [.recoveryTime, .responseTime, .restoreTime, .failoverTime]
        return kinds.lazy.compactMap { self[$0] }.first
    }

    public var recoveryPoint: Duration? { self[.recoveryPoint] }
}

/// One limit of what recovery may cost.
public struct Objective: Equatable, Sendable {
    /// The values are the names in scenarios.
    public enum Kind: String, CaseIterable, Sendable {
        /// From the impact until recovery is verified.
        case recoveryTime = "rto"
        /// How old the oldest change may be that is lost.
        case recoveryPoint = "rpo"
        /// From the first bad call until the breaker is closed again, in the worst episode.
        case responseTime = "response_time"
        /// From the start of a backup until it is verified.
        case backupTime = "backup_rto"
        /// From the first object destroyed until the restore is verified.
        case restoreTime = "restore_rto"
        /// From the impact until the secondary serves stably.
        case failoverTime = "failover_rto"
        /// From the start of the failback until the primary serves stably and has everything.
        case failbackTime = "failback_rto"

        /// What was reached, in `test_metrics`. The first two are also fields of `dr_tests`, with
        /// the same names.
        public var metricName: String {
            switch self {
            case .recoveryTime: "rto_actual_ms"
            case .recoveryPoint: "rpo_actual_ms"
            default: rawValue + "_ms"
            }
        }

        public var metricType: String { self == .recoveryPoint ? "rpo" : "rto" }
    }

    public let kind: Kind
    public let limit: Duration

    public init(_ kind: Kind, limit: Duration) { (self.kind, self.limit) = (kind, limit) }
}

extension Objective.Kind {
    /// For people.
    public var title: String {
        switch self {
        case .recoveryTime: "Recovery time objective (RTO)"
        case .recoveryPoint: "Recovery point objective (RPO)"
        case .responseTime: "Response time objective"
        case .backupTime: "Backup time objective"
        case .restoreTime: "Restore time objective"
        case .failoverTime: "Failover time objective"
        case .failbackTime: "Failback time objective"
        }
    }
}
