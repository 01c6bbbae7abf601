internal import ResilientStorage

/// What a run has learned of failovers.
struct FailoverFacts: Sendable {
    /// A time in which the drill had writes refused.
    struct ReadOnlyMode: Sendable {
        let ordered: ContinuousClock.Instant
        /// The writes that were under way then had ended. `nil`: they may still be sent.
        var began: ContinuousClock.Instant?
        /// `nil`: it goes on.
        var ended: ContinuousClock.Instant?
    }

    var readOnlyModes: [ReadOnlyMode] = []
    /// What the secondary held whenever it had just taken over, against the ledger.
    var takeovers: [LedgerComparison] = []
    var sites: SiteDifferences?
}

/// The objects of two storages, key by key. A pure value.
struct SiteDifferences: Equatable, Sendable {
    /// Keys that one of them has, or both.
    let compared: Int
    /// Those that only one has, or with other bytes than the other. In their order.
    let differing: [String]

    init(_ first: [String: StoredObject], _ second: [String: StoredObject]) {
        let keys = Set(first.keys).union(second.keys)
        compared = keys.count
        differing = keys.filter { first[$0] != second[$0] }.sorted()
    }
}

extension RunFacts.State {
    var siteHistory: SiteHistory { SiteHistory(events) }

    /// - Returns: `nil` before the first fault.
    func failoverAnalysis(
        _ history: OperationHistory, until end: ContinuousClock.Instant, stableFor: Duration
    ) -> FailoverAnalysis? {
        guard let fault = faults.first else { return nil }
        let sites = siteHistory
        let reconciled = events.last { event in
            if case .reconciled = event { true } else { false }
        }
        var course = FailoverAnalysis.Course(
            faultEffective: fault.effective, switched: sites.switched,
            failbackStarted: sites.failbackStarted, returned: sites.returned,
            writersStopped: end)
        if case .reconciled(_, let instant) = reconciled { course.reconciled = instant }
        course.readOnlyOrdered =
            failover.readOnlyModes.map(\.ordered).first { $0 > sites.switched ?? end }
        return FailoverAnalysis(
            history.window(since: fault.effective), course: course, stableFor: stableFor)
    }
}
