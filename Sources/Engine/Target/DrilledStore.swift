internal import ResilientStorage

/// What a store tells of itself. What cannot be seen is `nil`.
struct SelfReport: Equatable, Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Of the breaker before the storage that serves.
    var breaker: CircuitBreaker.State?
    var health: Health.State?
    /// When the store looked last at its health.
    var lastHealthSample: Instant?
    /// Acknowledged writes that the storage has yet to get.
    var queueDepth: Int?
    /// When the queue was seen to have become empty last, where nobody tells of single deliveries.
    var queueEmptied: Instant?
    /// `nil` too if there is nothing to fail over to.
    var failover: Failover.State?
    var epoch: UInt64?
    /// Writes that were admitted and have not ended.
    var writesUnderWay: Int?
}

/// The store of a target, as a drill sees it: `ResilientStore`, or a service of somebody else's.
protocol DrilledStore: StorageUnderLoad {
    typealias Instant = ContinuousClock.Instant

    /// What it says of itself never suffices as evidence.
    var selfReport: SelfReport { get async }
    /// The breakers that can be seen, each with the storage that it stands before; asked anew.
    var breakers: [(site: SiteName, state: CircuitBreaker.State)] { get async }
    /// When a change may have come at the earliest that was told for this moment, or that may have
    /// come by now. Who looks again and again learns of a change only when it has happened.
    func earliest(of change: Instant) -> Instant
    /// When its breaker may have changed and changed back unseen.
    var blindSpells: [Range<Instant>] { get }
    /// - Throws: `RunnerError` if it has no such mode.
    func setReadOnly(_ isReadOnly: Bool) async throws
    /// How far behind the storage is that does not serve; `nil` if that cannot be seen.
    func replicationLag() async throws -> ReplicationLag?
    /// Begins to work, or to be watched.
    func start() async
    func stop() async
    /// Closes its breakers, if it lets itself be told to. For the cleanup.
    func resetBreaker() async
}

extension ResilientStore: DrilledStore {
    var selfReport: SelfReport {
        var report = SelfReport()
        (report.breaker, report.health) = (breakerState, healthState)
        (report.lastHealthSample, report.queueDepth) = (lastHealthSample, queueDepth)
        report.writesUnderWay = writesUnderWay
        if status(of: .secondary) != nil {
            (report.failover, report.epoch) = (failoverState, epoch)
        }
        return report
    }

    var breakers: [(site: SiteName, state: CircuitBreaker.State)] {
        SiteName.allCases.compactMap { name in
            status(of: name).map { (site: name, state: $0.breaker) }
        }
    }

    /// It tells of a change before anything follows from it.
    nonisolated func earliest(of change: Instant) -> Instant { change }
    nonisolated var blindSpells: [Range<Instant>] { [] }
}

extension RunnerError {
    /// What a step or a prerequisite needs and the target does not offer.
    static func notOffered(_ what: String) -> RunnerError {
        RunnerError(.internal, "the target does not offer this: \(what)")
    }
}
